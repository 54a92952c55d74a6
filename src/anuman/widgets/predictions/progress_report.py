"""`anuman progress`: what the learner has predicted; export it, or delete it."""

import json as json_format
import shutil
import sys
from pathlib import Path

from anuman.language import _, number

from . import calibration, prediction_file


def summary(records: prediction_file.Records) -> dict:
    """Predictions by lesson: how many, how many count, how many truths lie inside."""
    lessons = {}
    for entry in records.entries:
        lessons.setdefault(entry["lesson"], entry.get("time", _("unknown")))
    rows = []
    for lesson, since in lessons.items():
        hits = [e["inside"] for e in records.of("outcome", lesson)]
        predicted = len(records.latest(lesson))
        rows.append(
            {"lesson": lesson, "since": since, "predicted": predicted,
             "counted": len(hits), "inside": sum(hits)}
        )  # fmt: skip
    return {
        "file": str(records.path),
        "lessons": rows,
        "damaged_lines": [{"line": d.line, "why": d.why} for d in records.damaged],
    }


def report(
    json: Path | None = None, export: Path | None = None, delete: bool = False, yes: bool = False
) -> int:
    """Print the predictions; copy them to `export`; delete them with delete and yes.

    Gives the exit code: 0 done, 1 damaged lines or deletion not confirmed, 2 a file cannot be used.
    """
    try:
        records = prediction_file.read()
        found = summary(records)
        _print(found, records)
        if json is not None:
            text = json_format.dumps(found, indent=1, ensure_ascii=False) + "\n"
            json.write_text(text, encoding="utf-8")
        if export is not None:
            code = _export(records.path, export)
            if code:
                return code  # nothing is deleted after a copy that failed
        if delete:
            return _delete(records.path, yes)
    except OSError as error:
        print(f"anuman: {error}", file=sys.stderr)
        return 2
    return 1 if records.damaged else 0


def _print(found: dict, records: prediction_file.Records) -> None:
    if not found["lessons"]:
        print(_("No predictions yet. They will be kept in {file}.").format(file=records.path))
    else:
        print(_("Your predictions, kept in {file}:").format(file=records.path))
    for row in found["lessons"]:
        print(
            "  "
            + _(
                "{lesson}: {predicted} predicted, {counted} counted, "
                "{inside} of them hold the truth, since {since}"
            ).format(**row)
        )
    hits = [e["inside"] for e in records.of("outcome")]
    if hits:
        print(calibration.verdict(hits))
    for damage in records.damaged:
        print(
            _("Line {line} cannot be read ({why}); it is left as it is.").format(
                line=number(damage.line), why=damage.why
            )
        )


def _export(path: Path, target: Path) -> int:
    if not path.exists():
        print(_("There is nothing to export."))
        return 1
    if target.exists():
        problem = _("{file} exists already; name a new file.").format(file=target)
        print(f"anuman: {problem}", file=sys.stderr)
        return 2
    shutil.copyfile(path, target)
    print(_("Copied to {file}.").format(file=target))
    return 0


def _delete(path: Path, yes: bool) -> int:
    if not path.exists():
        print(_("There is nothing to delete."))
        return 0
    if not yes:
        print(
            _("Not deleted. To delete {file} for good, say: anuman progress --delete --yes").format(
                file=path
            )
        )
        return 1
    path.unlink()
    print(_("Deleted {file}.").format(file=path))
    return 0
