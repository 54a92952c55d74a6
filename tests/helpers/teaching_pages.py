"""docs/teaching/NN-name.md and NN-name.hi.md, one page a lesson for whoever teaches it.

`python tests/helpers/teaching_pages.py` writes them anew: minutes from the lesson, tasks and points from
the assignment, the claim from the catalogue, the words of the misconceptions from the tasks' tables, and
the rest from docs/teaching/notes.toml and notes.hi.toml.
"""

import re
import tomllib
from pathlib import Path

import nbformat

from anuman import catalog, course
from anuman.check.task import tasks_of
from anuman.language import _, speaking

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "teaching"
NOTES, HINDI = (
    tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    for name in ("notes.toml", "notes.hi.toml")
)
SIZES = {"project": 3, "misconceptions": 3, "ask": 3}
WORDS = {
    "en": {
        "title": "Teaching {title}", "lesson": "Lesson", "exercises": "exercises", "other": "हिन्दी",
        "minutes": "**Minutes:** {lesson} for the lesson, {exercises} for the exercises.",
        "claim": "**The claim:** “{claim}” Let everybody guess before anything is run.",
        "project": "Project", "picture": "The widget's first picture",
        "wrong": "Three misconceptions that matter",
        "answers": "What the course answers to whoever hands one in:",
        "ask": "Ask", "points": "Exercises: {points:g} points", "read": "you read it", "end": ".",
        "made": "Written by `python tests/helpers/teaching_pages.py`; what is written by hand stands in [notes.toml](notes.toml).",
    },
    "hi": {
        "title": "पढ़ाने के लिए: {title}", "lesson": "पाठ", "exercises": "अभ्यास", "other": "English",
        "minutes": "**मिनट:** पाठ के {lesson}, अभ्यास के {exercises}।",
        "claim": "**दावा:** “{claim}” कुछ भी चलाने से पहले सबसे अनुमान लगवाइए।",
        "project": "क्या दिखाएँ", "picture": "विजेट की पहली तस्वीर",
        "wrong": "तीन अहम ग़लतफ़हमियाँ",
        "answers": "जो ऐसा उत्तर दे, उससे कोर्स कहता है:",
        "ask": "क्या पूछें", "points": "अभ्यास: {points:g} अंक", "read": "इसे आप पढ़ते हैं", "end": "।",
        "made": "यह पन्ना `python tests/helpers/teaching_pages.py` लिखता है; हाथ से लिखा हिस्सा [notes.hi.toml](notes.hi.toml) में है।",
    },
}  # fmt: skip
MINUTES = {
    "an hour": 60, "a good hour": 75, "a good hour and a half": 100, "another": 60, "two": 120,
}  # fmt: skip
PLAN = re.compile(
    r"Plan (an hour|a good hour) for the lesson and (another|a good hour and a half|two) for its exercises"
)


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


def page(row: course.Lesson, spoken: str) -> str:
    """The page of one lesson in a language as it should be."""
    notes = NOTES[row.id] | (HINDI[row.id] if spoken == "hi" else {})
    if {key: len(values) for key, values in notes.items()} != SIZES:
        raise BadNotes(f"notes of {row.id} ({spoken}): each needs so many entries: {SIZES}")
    words, folder = WORDS[spoken], "lessons/hi" if spoken == "hi" else "lessons"
    lesson, exercises = minutes(row.id)
    graded = tasks(row.id)
    total = sum(points for _name, points, _read in graded)
    title = course.title(ROOT / folder / f"{row.id}.ipynb")
    other = f"{row.id}.md" if spoken == "hi" else f"{row.id}.hi.md"
    with speaking(spoken):
        wrong = [
            f"`{address.partition('/')[0]}`: {_(hint(row.id, address))}"
            for address in notes["misconceptions"]
        ]
    listed = (f"`{n}` {p:g}" + (f" ({words['read']})" if read else "") for n, p, read in graded)
    parts = [
        f"# {words['title'].format(title=title)}",
        f"[{words['lesson']}](../../{folder}/{row.id}.ipynb) · "
        f"[{words['exercises']}](../../exercises/{row.id}/{row.id}.ipynb) · [{words['other']}]({other})",
        words["minutes"].format(lesson=lesson, exercises=exercises),
        words["claim"].format(claim=catalog.claim(row.claim).text[spoken]),
        f"## {words['project']}",
        _list(notes["project"]),
        f"![{words['picture']}](../../lessons/pictures/{row.id}.{spoken}.svg)",
        f"## {words['wrong']}",
        words["answers"],
        _list(wrong),
        f"## {words['ask']}",
        _list(f"{question}\n  <br>→ {answer}" for question, answer in notes["ask"]),
        f"## {words['points'].format(points=total)}",
        ", ".join(listed) + words["end"],
        words["made"],
    ]
    return "\n\n".join(parts) + "\n"


def _list(items) -> str:
    return "\n".join(f"- {item}" for item in items)


def pages() -> dict[Path, str]:
    """Every page as it should be."""
    return {
        FOLDER / f"{row.id}{ending}": page(row, spoken)
        for row in course.LESSONS
        for spoken, ending in (("en", ".md"), ("hi", ".hi.md"))
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
