"""docs/teaching/NN-name.md, one page a lesson for whoever teaches it.

`python tests/helpers/teaching_pages.py` writes them anew: minutes from the lesson, tasks and points from
the assignment, the claim from the catalogue, the words of the misconceptions from the tasks' tables, and
the rest from docs/teaching/notes.toml.
"""

import re
import tomllib
from pathlib import Path

import nbformat

from anuman import catalog, course
from anuman.check.task import tasks_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "teaching"
NOTES = tomllib.loads((FOLDER / "notes.toml").read_text(encoding="utf-8"))
KEYS = {"project", "misconceptions", "ask"}
MINUTES = {"an hour": 60, "a good hour": 75, "another": 60, "two": 120}
PLAN = re.compile(r"Plan (an hour|a good hour) for the lesson and (another|two) for its exercises")


class BadNotes(ValueError):
    """notes.toml names what is not there, or leaves something out."""


def minutes(lesson: str) -> tuple[int, int]:
    """(lesson, exercises) in minutes, as the lesson's first cell plans them."""
    first = nbformat.read(ROOT / "lessons" / f"{lesson}.ipynb", as_version=4).cells[0].source
    planned = PLAN.search(first)
    if not planned:
        raise BadNotes(f"lesson {lesson} says in its first cell no time that is one of {MINUTES}")
    return tuple(MINUTES[words] for words in planned.groups())


def tasks(lesson: str) -> list[tuple[str, float, bool]]:
    """(name, points, read by the teacher) of every graded cell of the assignment."""
    cells = nbformat.read(ROOT / "solutions" / lesson / f"{lesson}.ipynb", as_version=4).cells
    graded = [(c, about) for c in cells if (about := c.metadata.get("nbgrader", {})).get("grade")]
    return [
        (about["grade_id"], about["points"], cell.cell_type != "code") for cell, about in graded
    ]


def hint(lesson: str, address: str) -> str:
    """What the course says to whoever holds this misconception, "task/name"."""
    task, _slash, name = address.partition("/")
    try:
        return next(
            slip.hint
            for slip in tasks_of(lesson)[f"{lesson}/{task}"].misconceptions
            if slip.name == name
        )
    except (KeyError, StopIteration):
        raise BadNotes(f"notes.toml: {lesson} has no misconception {address!r}") from None


def page(row: course.Lesson) -> str:
    """The page of one lesson as it should be."""
    notes = NOTES[row.id]
    if set(notes) != KEYS or len(notes["misconceptions"]) != 3:
        raise BadNotes(
            f"notes.toml: {row.id} needs {', '.join(sorted(KEYS))}, three misconceptions"
        )
    lesson, exercises = minutes(row.id)
    graded = tasks(row.id)
    total = sum(points for _name, points, _read in graded)
    claim = catalog.claim(row.claim)
    notebook = ROOT / "lessons" / f"{row.id}.ipynb"
    parts = [
        f"# Teaching {course.title(notebook)}",
        f"[Lesson](../../lessons/{row.id}.ipynb) · [हिंदी](../../lessons/hi/{row.id}.ipynb) · "
        f"[exercises](../../exercises/{row.id}/{row.id}.ipynb)",
        f"**Minutes:** {lesson} for the lesson, {exercises} for the exercises.",
        f"**The claim:** “{claim.text['en']}” Let everybody guess before anything is run.",
        "## Project\n\n" + _list(notes["project"]),
        f"![The widget's first picture](../../lessons/pictures/{row.id}.en.svg)",
        "## Three misconceptions that matter\n\n"
        "What the course answers to whoever hands one in:\n\n"
        + _list(
            f"*{a.partition('/')[2]}* (`{a.partition('/')[0]}`): {hint(row.id, a)}"
            for a in notes["misconceptions"]
        ),
        "## Ask\n\n" + _list(f"{question}\n  <br>*{answer}*" for question, answer in notes["ask"]),
        f"## Exercises: {total:g} points\n\n"
        + ", ".join(
            f"`{name}` {points:g}" + (" (you read it)" if read else "")
            for name, points, read in graded
        )
        + ".",
        "Written by `python tests/helpers/teaching_pages.py`; what is written by hand stands in "
        "[notes.toml](notes.toml).",
    ]
    return "\n\n".join(parts) + "\n"


def _list(items) -> str:
    return "\n".join(f"- {item}" for item in items)


def pages() -> dict[Path, str]:
    """Every page as it should be."""
    return {FOLDER / f"{row.id}.md": page(row) for row in course.LESSONS}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
