"""Rows to score: the catalogue's measurements, or a CSV file with the same columns."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..catalog import measurements

REQUIRED = ("metric", "chip", "model")
DO_NOT_SCORE = "do not score"


class TableError(ValueError):
    """The file as a whole cannot be read as a table of measurements."""


@dataclass(frozen=True)
class Row:
    """One row: its fields as text, where it stands, and its published value, None where that is blank.

    problem: what is wrong with the published value, "" when nothing is.
    """

    id: str
    fields: dict
    where: str
    published: float | None
    problem: str = ""

    @property
    def scored(self) -> bool:
        """False for rows that are shown only."""
        return DO_NOT_SCORE not in (self.fields.get("note") or "")


def catalogue_rows() -> list[Row]:
    """The catalogue's measurements as rows."""
    return [
        Row(m.id, {**vars(m), "source": m.source.title}, "measurements.csv", m.value)
        for m in measurements()
    ]


def read_table(path: Path) -> list[Row]:
    """Rows of a CSV file; one with a malformed value keeps its place, with the problem named.

    Raises TableError when the file cannot be opened, is not text, or lacks a needed column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TableError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: not UTF-8 text (byte {error.start})") from error
    reader = csv.DictReader(text.splitlines(keepends=True))
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise TableError(
            f"{path}: no column {', '.join(missing)}; the first line names the columns, "
            "as in src/anuman/catalog/data/measurements.csv"
        )
    return list(_rows(path, reader))


def _rows(path: Path, reader: csv.DictReader) -> Iterator[Row]:
    for fields in reader:
        where = f"{path.name}, line {reader.line_num}"
        extra = fields.pop(None, None)
        name = fields.get("id") or f"line {reader.line_num}"
        published, problem = None, ""
        text = (fields.get("value") or "").strip()
        if extra:
            problem = "more fields than the header has columns (a comma without quotes?)"
        elif text:
            try:
                published = float(text)
            except ValueError:
                problem = f"column value: {text!r} is not a number"
        yield Row(name, fields, where, published, problem)
