"""Lesson 00: the list of lessons, and what this learner has done so far."""

import json
from html import escape
from pathlib import Path

from anuman import machine
from anuman.paths import course_root
from anuman.widgets import Figure, _, language, number, si
from anuman.widgets.predictions import prediction_file as predictions


def _title(lesson: Path) -> str:
    """The lesson's first heading."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    first = "".join(cells[0]["source"]) if cells else ""
    return first.partition("\n")[0].lstrip("# ").strip() or lesson.stem


def _machine() -> str:
    """What is known of this computer, in one sentence."""
    try:
        measured = machine.load()
    except machine.MachineFileError as error:
        return str(error)
    if measured is None:
        return _("This computer has not been measured yet; a lesson will do it.")
    return _(
        "This computer: {bandwidth} from memory, {flops} of arithmetic, measured {date}."
    ).format(
        bandwidth=si(measured.bandwidth, "byte/s"),
        flops=si(measured.peak, "FLOP/s"),
        date=measured.date[:10],
    )


def course_map() -> Figure:
    """The lessons that are here, each with its exercises and the predictions made in it."""
    root = course_root()
    here = root / "lessons" / ("hi" if language() == "hi" else "")
    up = "../" * len(here.relative_to(root).parts)
    records = predictions.read()
    rows, words = [], []
    for lesson in sorted(here.glob("[0-9]*.ipynb")):
        if lesson.stem.startswith("00-"):
            continue
        made = len(records.latest(lesson.stem))
        said = _("predictions made: {count}").format(count=number(made))
        links = [f'<a href="{lesson.name}">{escape(_title(lesson))}</a>']
        exercise = Path("exercises", lesson.stem, lesson.name)
        if (root / exercise).is_file():
            links.append(f'<a href="{up}{exercise.as_posix()}">{escape(_("exercises"))}</a>')
        rows.append(f"<li>{' · '.join(links)} · {escape(said)}</li>")
        words.append(f"{_title(lesson)}: {said}")
    other, label = ("00-start-here.ipynb", "English") if language() == "hi" else (
        "hi/00-start-here.ipynb", "हिंदी"
    )  # fmt: skip
    other = f"../{other}" if language() == "hi" else other
    html = (
        f'<ul>{"".join(rows)}</ul><p>{escape(_machine())}</p><p><a href="{other}">{label}</a></p>'
    )
    return Figure(html, "\n".join([*words, _machine()]))
