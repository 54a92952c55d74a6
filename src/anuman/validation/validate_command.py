"""`anuman validate`: the table on the screen, and as CSV, JSON or picture."""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..language import _
from .score import Scored, Summary, score, summaries
from .table import TableError, catalogue_rows, read_table

WORST = 12
CSV_COLUMNS = ("id", "metric", "chip", "model", "published", "predicted", "error", "scored", "why")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def summary_lines(rows: Sequence[Summary]) -> list[str]:
    """The summary as lines of fixed columns."""
    lines = [_("kind                        rows  scored   median      p90  left out")]
    for one in rows:
        lines.append(
            f"{one.kind:<26}{one.rows:>6}{one.scored:>8}{_share(one.median):>9}"
            f"{_share(one.p90):>9}{_share(one.left_out_median):>10}"
            + (f"  {one.within}" if one.within else "")
        )
    lines.append(
        _(
            "left out: median error when each group is corrected by the factor that suits all other "
            "groups."
        )
    )
    return lines


def markdown_summary(rows: Sequence[Summary]) -> str:
    """The summary as a Markdown table."""
    out = "| kind | rows | scored | median error | p90 | median, groups left out |\n|---|---|---|---|---|---|\n"
    for one in rows:
        cells = (
            one.kind, one.rows, one.scored, _share(one.median), _share(one.p90),
            _share(one.left_out_median),
        )  # fmt: skip
        out += f"| {' | '.join(map(str, cells))} |\n"
        if one.within:
            out += f"| | | | | | {one.within} |\n"
    return out


def row_line(one: Scored) -> str:
    """One row: id, metric, machine, published, predicted, error, reason."""
    fields = one.row.fields
    error = "" if one.error is None else f"{one.error:+.1%}"
    shown = "" if one.row.scored else "  (" + _("shown, not scored") + ")"
    return (
        f"{one.row.id:<6} {one.metric:<14} {fields.get('chip')!s:<12} {fields.get('model')!s:<16}"
        f"{_figure(one.row.published):>11} {_figure(one.predicted):>11} {error:>9}{shown}"
        + (f"  {_(one.why)}" if one.why else "")
    )


def lines(scored: Sequence[Scored]) -> list[str]:
    """The whole report."""
    out = [
        _("id     metric         chip         model             published   predicted     error")
    ]
    out += [row_line(one) for one in scored]
    worst = sorted((one for one in scored if one.counts), key=lambda one: -abs(one.error))[:WORST]
    out += ["", _("Worst rows"), *map(row_line, worst), "", *summary_lines(summaries(scored))]
    unread = [one for one in scored if one.predicted is None]
    if unread:
        out += ["", _("{count} rows without a prediction:").format(count=len(unread))]
        out += [f"  {one.row.id}: {one.why}" for one in unread]
    odd = [one.row for one in scored if one.row.remark]
    if odd:
        out += ["", _("{count} rows with a remark:").format(count=len(odd))]
        out += [f"  {row.where}: {row.remark}" for row in odd]
    return out


def as_json(scored: Sequence[Scored]) -> dict:
    """{"rows": [...], "summary": [...]}; errors are relative, None where there is none."""
    return {
        "rows": [
            {
                "id": one.row.id,
                "metric": one.metric,
                "published": one.row.published,
                "predicted": one.predicted,
                "error": one.error,
                "scored": one.row.scored,
                "why": one.why,
            }
            for one in scored
        ],
        "summary": [vars(one) for one in summaries(scored)],
    }


def write_csv(scored: Sequence[Scored], path: Path) -> None:
    """The rows as CSV, columns CSV_COLUMNS."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CSV_COLUMNS)
        for one in scored:
            fields = one.row.fields
            writer.writerow(
                [
                    one.row.id, one.metric, fields.get("chip"), fields.get("model"),
                    one.row.published, one.predicted, one.error, one.row.scored, one.why,
                ]
            )  # fmt: skip


def run(
    rows: Path | None = None,
    json_file: Path | None = None,
    csv_file: Path | None = None,
    picture_file: Path | None = None,
    draw: Callable[[Sequence[Scored]], str] | None = None,
) -> int:
    """Score the catalogue's rows, or those of a CSV file. 0 done, 1 some row needs attention, 2 bad file.

    draw: SVG text of the scored rows, for picture_file.
    """
    try:
        table = catalogue_rows() if rows is None else read_table(rows)
    except TableError as error:
        print(f"anuman validate: {error}", file=sys.stderr)
        return 2
    scored = score(table)
    print("\n".join(lines(scored)))
    try:
        if json_file:
            json_file.write_text(
                json.dumps(as_json(scored), indent=1, ensure_ascii=False) + "\n", "utf-8"
            )
        if csv_file:
            write_csv(scored, csv_file)
        if picture_file:
            picture_file.write_text(draw(scored), "utf-8")
    except OSError as error:
        print(f"anuman validate: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return 1 if any(one.predicted is None or one.row.remark for one in scored) else 0
