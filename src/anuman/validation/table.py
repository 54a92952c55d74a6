"""Rows to score: the catalogue's measurements, or a CSV file with the same columns."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import isfinite
from pathlib import Path

from ..catalog import Measurement, measurements
from .spread import Spread, spread

REQUIRED = ("metric", "chip", "model")
DO_NOT_SCORE = "do not score"
HEADER = "src/anuman/catalog/data/measurements.csv"
SEPARATORS = {";": "semicolons", "\t": "tabs"}


class TableError(ValueError):
    """The file as a whole cannot be read as a table of measurements."""


@dataclass(frozen=True)
class Row:
    """One row: its fields as text, where it stands, and its published value, None where that is blank.

    spread: what several parties measured of the same, None where it was one; the published value is then their median.
    problem: why the row cannot be scored, remark: what is odd about one that can; "" when nothing is.
    """

    id: str
    fields: dict
    where: str
    published: float | None
    problem: str = ""
    remark: str = ""
    spread: Spread | None = None

    @property
    def scored(self) -> bool:
        """False for rows that are shown only."""
        return DO_NOT_SCORE not in (self.fields.get("note") or "")


def catalogue_rows() -> list[Row]:
    """The catalogue's measurements as rows; of what several parties measured the median is published."""
    return [_catalogue_row(m) for m in measurements()]


def _catalogue_row(m: Measurement) -> Row:
    several = spread(m)
    published = several.median if several else m.value
    fields = {**vars(m), "source": m.source.title}
    return Row(m.id, fields, "measurements.csv", published, spread=several)


def read_table(path: Path) -> list[Row]:
    """Rows of a CSV file; one with a malformed value keeps its place, with the problem named.

    Raises TableError when the file cannot be opened, is not text, or lacks a needed column or any row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise TableError(f"{path}: {error.strerror}") from error
    records = _records(text)
    header = _header(path, next(records, (1, [])))
    rows, lines = [], {}
    for line, values in records:
        row = _row(path, header, line, values, lines)
        lines.setdefault(row.id, line)
        rows.append(row)
    if not rows:
        raise TableError(f"{path}: line 1 names the columns, and no row follows it")
    if all(NOT_UTF8 in row.problem for row in rows):
        raise TableError(f"{rows[0].where}: {rows[0].problem}")
    return rows


NOT_UTF8 = "not UTF-8 text; save the file as CSV in UTF-8"


def _records(text: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """(first line, fields) of each record, or the error of one that breaks the rules of CSV.

    After a broken record reading goes on with the next line, so that an open quote swallows no other row.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    lines = list(io.StringIO(text, newline=""))
    start = 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), strict=True)
        read = 0
        try:
            for values in reader:
                if values:
                    yield start + read + 1, values
                read = reader.line_num
            return
        except csv.Error as error:
            yield start + read + 1, error
            start += read + 1


def _header(path: Path, record: tuple[int, list[str] | csv.Error]) -> list[str]:
    line, names = record
    if isinstance(names, csv.Error):
        raise TableError(f"{path}, line {line}: {names}")
    if not names:
        raise TableError(
            f"{path}: the file is empty; its first line names the columns, as in {HEADER}"
        )
    if _wrong_character("".join(names)):
        raise TableError(f"{path}, line {line}: {_wrong_character(''.join(names))}")
    names = [name.strip() for name in names]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        used = next((word for mark, word in SEPARATORS.items() if mark in names[0]), "")
        hint = f"; its fields are separated by {used}, they must be by commas" if used else ""
        raise TableError(
            f"{path}, line {line}: no column {', '.join(missing)}{hint}; the first line names the columns, "
            f"as in {HEADER}"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"{path}, line {line}: two columns are named {', '.join(twice)}")
    return names


def _row(path: Path, header: list[str], line: int, values, lines: dict[str, int]) -> Row:
    where = f"{path.name}, line {line}"
    if isinstance(values, csv.Error):
        return Row(
            f"line {line}", {}, where, None, f"the quotes of this line do not close ({values})"
        )
    fields = dict(zip(header, values, strict=False))
    name = (fields.get("id") or "").strip()
    spoilt = next(
        ((column, wrong) for column, text in fields.items() if (wrong := _wrong_character(text))),
        None,
    )
    if spoilt:
        return Row(f"line {line}", {}, where, None, "column {}: {}".format(*spoilt))
    if len(values) > len(header):
        problem = "more fields than the header has columns (a comma without quotes?)"
        return Row(name or f"line {line}", fields, where, None, problem)
    published, problem = _published(fields)
    remark = f"column id: {name!r} stands in line {lines[name]} too" if name in lines else ""
    return Row(name or f"line {line}", fields, where, published, problem, remark)


def _wrong_character(text: str) -> str:
    """What is wrong with a field's characters, "" when nothing is."""
    if any("\udc80" <= c <= "\udcff" for c in text):
        return NOT_UTF8
    control = next((c for c in text if (c < " " and c not in "\n\r\t") or c == "\x7f"), None)
    return f"holds the control character {control!r}" if control else ""


def _published(fields: dict) -> tuple[float | None, str]:
    """(value, "") or (None, what is wrong with it); a blank value is None."""
    text = (fields.get("value") or "").strip()
    if not text:
        return None, ""
    try:
        value = float(text)
    except ValueError:
        return None, f"column value: {text!r} is not a number"
    if not isfinite(value) or value <= 0 or not 1e-30 < value < 1e30:
        return None, f"column value: {text!r} is not a finite number above zero"
    unit, metric = (fields.get("unit") or "").strip(), (fields.get("metric") or "").strip()
    wanted = _units().get(metric, {})
    if unit not in ("", "-") and wanted and _base(unit) not in wanted:
        return None, f"column unit: {unit!r}; {metric} is given in {' or '.join(wanted.values())}"
    return value, ""


@cache
def _units() -> dict[str, dict[str, str]]:
    """The catalogue's units by metric: {"tok_s_chip": {"tok": "tok/s/GPU"}}."""
    units: dict[str, dict[str, str]] = {}
    for m in measurements():
        units.setdefault(m.metric, {}).setdefault(_base(m.unit), m.unit)
    return units


def _base(unit: str) -> str:
    """What a unit begins with: spellings of one unit differ after it ("tok/s", "tokens/s per node")."""
    word = unit.casefold().replace("µ", "u").partition("/")[0][:3]
    return {"qps": "req", "que": "req", "sam": "req"}.get(word, word)
