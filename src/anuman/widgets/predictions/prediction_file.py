"""The learner's predictions on disk: one JSON object a line, only ever appended to.

Kinds of records: "prediction" (guess, low, high), "shown" (the answers were revealed without one),
"outcome" (truth, inside: whether a prediction made before the reveal held the truth), "drill" (row: so
many problems of one kind were right in a row; question: the task) and "check" (points of most: what the
tests of `anuman check` gave).
"""

import json
import math
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anuman import paths
from anuman.language import _

NUMBERS = {
    "prediction": ("guess", "low", "high"), "shown": (), "outcome": ("truth",), "drill": ("row",),
    "check": ("points", "most"),
}  # fmt: skip
OF_A_LESSON = ("shown", "check")  # the other kinds name a question, too


@dataclass(frozen=True)
class Damage:
    """A line that cannot be read. It stays in the file; the rest is used."""

    line: int
    why: str


@dataclass(frozen=True)
class Records:
    """What the file holds, in the order of writing."""

    path: Path
    entries: tuple[dict, ...]
    damaged: tuple[Damage, ...]

    def of(self, kind: str, lesson: str | None = None) -> list[dict]:
        """Records of one kind, of one lesson or of all."""
        return [e for e in self.entries if e["kind"] == kind and lesson in (None, e["lesson"])]

    def counted(self, lesson: str) -> dict[str, dict]:
        """Question -> its first prediction, if it was made before the answers were seen."""
        first: dict[str, dict] = {}
        seen = False
        known: set[str] = set()
        for entry in self.entries:
            if entry["lesson"] != lesson:
                continue
            if entry["kind"] == "shown":
                seen = True
            elif entry["kind"] == "outcome":
                known.add(entry["question"])
            elif entry["kind"] == "prediction" and not seen and entry["question"] not in known:
                first.setdefault(entry["question"], entry)
        return first

    def latest(self, lesson: str) -> dict[str, dict]:
        """Question -> its last prediction."""
        return {e["question"]: e for e in self.of("prediction", lesson)}


def file() -> Path:
    """Where the predictions are kept."""
    return paths.home() / "predictions.jsonl"


def _read_line(line: bytes) -> dict:
    try:
        entry = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):  # errors of JSON and of Unicode are ValueErrors
        raise ValueError(_("not JSON; perhaps it was broken off")) from None
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in NUMBERS:
        raise ValueError(_("not a record of this course"))
    for name in ("lesson",) if kind in OF_A_LESSON else ("lesson", "question"):
        if not isinstance(entry.get(name), str):
            raise ValueError(_("{name} is missing").format(name=name))
    for name in NUMBERS[kind]:
        if not _finite(entry.get(name)):
            said = _("{name} is not a number: {value}")
            raise ValueError(said.format(name=name, value=repr(entry.get(name))[:40]))
    if kind == "outcome" and not isinstance(entry.get("inside"), bool):
        raise ValueError(_("inside is neither true nor false"))
    if kind == "check" and not 0 <= entry["points"] <= entry["most"]:
        said = _("{points} of {most} points cannot be")
        raise ValueError(said.format(points=entry["points"], most=entry["most"]))
    return entry


def _finite(value: object) -> bool:
    try:
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        )
    except OverflowError:  # a whole number beyond every float
        return False


def read() -> Records:
    """All records; lines that cannot be read are reported, not lost. Raises OSError."""
    path = file()
    entries, damaged = [], []
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entries.append(_read_line(line))
        except ValueError as error:
            damaged.append(Damage(number, str(error)))
    return Records(path, tuple(entries), tuple(damaged))


def append(entries: list[dict]) -> None:
    """Add records in one write, each with the time. Raises OSError; nothing written before is touched."""
    time = datetime.now().astimezone().isoformat(timespec="seconds")
    lines = [json.dumps({"time": time, **e}, ensure_ascii=False, allow_nan=False) for e in entries]
    path = file()
    # A line broken off by a crash must not swallow the next one.
    torn = path.exists() and path.stat().st_size > 0 and path.read_bytes()[-1:] != b"\n"
    data = (("\n" if torn else "") + "\n".join(lines) + "\n").encode("utf-8")
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        written = os.write(handle, data)
        if written != len(data):
            raise OSError(f"{path}: only {written} of {len(data)} bytes could be written")
        os.fsync(handle)
    finally:
        os.close(handle)


def keep_check(lesson: str, points: float, most: float) -> None:
    """Remember what a self-check gave. Raises OSError."""
    append([{"kind": "check", "lesson": lesson, "points": points, "most": most}])
