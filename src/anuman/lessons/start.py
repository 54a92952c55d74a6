"""Lesson 00: the list of lessons, and what this learner has done so far."""

import json
from html import escape
from pathlib import Path

from anuman import course, machine
from anuman.paths import course_root
from anuman.widgets import Figure, _, language, number, si
from anuman.widgets.predictions import prediction_file as predictions

CARDS_A_ROW = 3


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


def _status(lesson: str, records: predictions.Records) -> tuple[str, str]:
    """How far the learner is in a lesson: a class for its colour, and words."""
    made, judged = len(records.latest(lesson)), len(records.of("outcome", lesson))
    if judged:
        return "done", "✓ " + _("{count} predictions held against the truth").format(
            count=number(judged)
        )
    if made:
        return "begun", _("predictions made: {count}").format(count=number(made))
    return "", _("not begun")


def _card(lesson: str, title: str, said: str, state: str, exercise: str | None) -> str:
    """One lesson as a card: its picture, its title, how far the learner is, its exercises."""
    picture = f"{_pictures()}/{lesson}.card.{language()}.svg"
    more = f' · <a href="{exercise}">{escape(_("exercises"))}</a>' if exercise else ""
    return (
        f'<div class="lesson {state}"><a href="{lesson}.ipynb"><img src="{picture}" alt=""/>'
        f"<b>{escape(title)}</b></a><span>{escape(said)}{more}</span></div>"
    )


def _pictures() -> str:
    return "../pictures" if language() == "hi" else "pictures"


LOOK = """<style>
.anuman .lessons { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 14px; margin: 10px 0; }
.anuman .lesson { border: 1px solid #767676; border-radius: 10px; padding: 10px; display: flex; flex-direction: column; gap: 6px; }
.anuman .lesson.done { border-inline-start: 6px solid #2b7d54; } .anuman .lesson.begun { border-inline-start: 6px solid #9e6a00; }
.anuman .lesson img { width: 100%; height: auto; background: #fff; border-radius: 6px; display: block; margin-bottom: 6px; }
.anuman .lesson b { display: block; } .anuman .lesson span { font-size: 13px; }
.jp-MarkdownCell:has(img[src*=".card."]):has(+ .jp-CodeCell .anuman .lessons) { display: none; }
</style>"""


def course_map() -> Figure:
    """The lessons as cards with what is done in each, where to go on, and the other language."""
    root, records = course_root(), predictions.read()
    up = "../../" if language() == "hi" else "../"
    cards, words, ahead = [], [], ""
    for row in course.LESSONS:
        notebook = root / "lessons" / ("hi" if language() == "hi" else "") / f"{row.id}.ipynb"
        title, (state, said) = _title(notebook), _status(row.id, records)
        exercise = Path("exercises", row.id, f"{row.id}.ipynb")
        there = f"{up}{exercise.as_posix()}" if (root / exercise).is_file() else None
        cards.append(_card(row.id, title, said, state, there))
        words.append(f"{title}: {said}")
        if state != "done" and not ahead:
            begin = _("Go on with") if records.entries else _("Begin with")
            ahead = f'<p>{escape(begin)} <a href="{row.id}.ipynb"><b>{escape(title)}</b></a></p>'
    html = (
        f'{LOOK}{ahead}<div class="lessons">{"".join(cards)}</div>'
        f"<p>{escape(_machine())}</p><p>{_other_language()}</p>"
    )
    return Figure(html, "\n".join([*words, _machine()]))


def _other_language() -> str:
    if language() == "hi":
        return '<a href="../00-start-here.ipynb" lang="en">English</a>'
    return '<a href="hi/00-start-here.ipynb" lang="hi">हिंदी</a>'


def cards_markdown(root: Path, spoken: str) -> str:
    """The cards of the front page before anything has run, as the Markdown of a cell, in a language.

    Its addresses are those of the English folder: they are moved when the Hindi lessons are written.
    """
    folder = root / "lessons" / ("hi" if spoken == "hi" else "")
    cells = [
        f'<td width="240"><a href="{row.id}.ipynb">'
        f'<img src="pictures/{row.id}.card.{spoken}.svg" width="220" alt=""><br>'
        f"{escape(_title(folder / f'{row.id}.ipynb'))}</a></td>"
        for row in course.LESSONS
    ]
    rows = (cells[i : i + CARDS_A_ROW] for i in range(0, len(cells), CARDS_A_ROW))
    table = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    other = {
        "hi": ("../lessons/00-start-here.ipynb", "English"),
        "en": ("hi/00-start-here.ipynb", "हिंदी"),
    }
    return '<table>\n{}\n</table>\n\n<p><a href="{}">{}</a></p>'.format(table, *other[spoken])
