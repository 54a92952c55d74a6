"""The bank of answers in tests/answers/: wrong ones with points and hint, right ones."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

BANK = Path(__file__).parents[1] / "answers"


@dataclass(frozen=True)
class Answer:
    """One answer to a task: source code, the points it must earn and what it must be told."""

    assignment: str
    task: str
    name: str
    source: str
    points: float | None  # None: full marks
    hint: str

    @property
    def task_id(self) -> str:
        """The task's id, e.g. "02-roofline/ridge"."""
        return f"{self.assignment}/{self.task}"

    def __str__(self) -> str:
        return f"{self.task_id}: {self.name}"


def answers(assignment: str, kind: str) -> list[Answer]:
    """The "wrong" or "right" answers of an assignment."""
    return [
        Answer(
            assignment,
            file.stem,
            entry["name"],
            entry["source"],
            entry["points"] if kind == "wrong" else None,
            entry["hint"] if kind == "wrong" else "All cases are right.",
        )
        for file in sorted((BANK / assignment).glob("*.toml"))
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))[kind]
    ]
