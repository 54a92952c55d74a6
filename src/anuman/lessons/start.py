"""Lesson 00: the list of lessons, and what this learner has done so far."""

from html import escape
from pathlib import Path

from anuman import course, machine
from anuman.paths import course_root
from anuman.widgets import Figure, _, language, number, si
from anuman.widgets.predictions import calibration, course_progress
from anuman.widgets.predictions.course_progress import Progress, Standing, said, title
from anuman.widgets.predictions.prediction_file import Records
from anuman.widgets.predictions.progress_report import damage, lines, unreadable

CARDS_A_ROW = 3
SIGNS = {"done": "✓", "begun": "…", "": ""}  # so that colour is not all


def _machine() -> str:
    """What is known of this computer, in one sentence."""
    try:
        measured = machine.load()
    except (machine.MachineFileError, OSError) as error:
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


def _progress() -> tuple[Progress, str]:
    """How far the learner is; none and why, where the records cannot be read."""
    try:
        return course_progress.read(), ""
    except OSError as error:
        return course_progress.of(Records(Path(), (), ())), unreadable(error)


def _stop(row: Standing, last: Standing | None) -> str:
    """One lesson as a stop on the path: its number, its points, and in words all the rest."""
    place = row.lesson.partition("-")[0]
    got = "" if row.points is None else f"{number(row.points)}/{number(row.most)}"
    drill = f'<i title="{escape(_("drill: ten in a row"))}">10×</i>' if row.drill else ""
    here = ' aria-current="step"' if row is last else ""
    label = escape(f"{title(row.lesson)}: {said(row)}")
    return (
        f'<li class="{row.state}"{here}><a href="{row.lesson}.ipynb" title="{label}" aria-label="{label}">'
        f"{SIGNS[row.state]}<b>{place}</b></a><small>{got}{drill}</small></li>"
    )


def _card(row: Standing, exercise: str | None) -> str:
    """One lesson as a card: its picture, its title, how far the learner is, its exercises."""
    lesson, heading = row.lesson, escape(title(row.lesson))
    picture = f"{_pictures()}/{lesson}.card.{language()}.svg"
    more = f' · <a href="{exercise}">{escape(_("exercises"))}</a>' if exercise else ""
    sign = "✓ " if row.state == "done" else ""
    return (
        f'<div class="lesson {row.state}"><a href="{lesson}.ipynb"><img src="{picture}" alt=""/>'
        f"<b>{heading}</b></a><span>{sign}{escape(said(row))}{more}</span></div>"
    )


def _pictures() -> str:
    return "../pictures" if language() == "hi" else "pictures"


LOOK = """<style>
.anuman .lessons { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 14px; margin: 10px 0; }
.anuman .lesson { border: 1px solid #767676; border-radius: 10px; padding: 10px; display: flex; flex-direction: column; gap: 6px; }
.anuman .lesson.done { border-inline-start: 6px solid #2b7d54; } .anuman .lesson.begun { border-inline-start: 6px solid #9e6a00; }
.anuman .lesson img { width: 100%; height: auto; background: #fff; border-radius: 6px; display: block; margin-bottom: 6px; }
.anuman .lesson b { display: block; } .anuman .lesson span { font-size: 13px; }
.anuman ol.path { display: flex; flex-wrap: wrap; list-style: none; margin: 6px 0; padding: 8px 0 0; overflow: hidden; }
.anuman ol.path li { flex: 0 0 68px; margin: 0; text-align: center; position: relative; }
.anuman ol.path li + li::before { content: ""; position: absolute; top: 19px; right: calc(50% + 20px); width: calc(100% - 40px); border-top: 3px solid #767676; }
.anuman ol.path li.done + li::before { border-color: #2b7d54; }
.anuman ol.path a { display: inline-flex; flex-direction: column; justify-content: center; width: 40px; height: 40px; border: 2px solid #767676; border-radius: 50%; font-size: 11px; line-height: 1.1; box-sizing: border-box; }
.anuman ol.path b { font-size: 14px; } .anuman ol.path small { display: block; min-height: 1.4em; font-size: 12px; }
.anuman ol.path i { margin-inline-start: 4px; font-style: normal; }
.anuman ol.path .done a { border: 3px solid #2b7d54; } .anuman ol.path .begun a { border: 3px dashed #9e6a00; }
.anuman ol.path [aria-current] a { outline: 2px solid currentColor; outline-offset: 3px; }
.jp-MarkdownCell:has(img[src*=".card."]):has(+ .jp-CodeCell .anuman .lessons) { display: none; }
</style>"""


def course_map() -> Figure:
    """The course as a path of lessons with what is done in each, where to go on, and how well one predicts."""
    found, broken = _progress()
    path = "".join(_stop(row, found.last) for row in found.lessons)
    cards = "".join(_card(row, _exercise(row.lesson)) for row in found.lessons)
    curve = calibration.curve(found.hits)
    told = [broken, *course_progress.summary(found), _machine(), *damage(found.records)]
    html = (
        f'{LOOK}{_onward(found)}<ol class="path">{path}</ol><div class="lessons">{cards}</div>'
        f"{''.join(f'<p>{escape(line)}</p>' for line in filter(None, told))}"
        f"{curve.markup() if curve else ''}<p>{_other_language()}</p>"
    )
    return Figure(html, "\n".join([broken or "\n".join(lines(found)), _machine()]))


def _onward(found: Progress) -> str:
    """A link to where the learner goes on."""
    if found.ahead is None:
        return f"<p>{escape(_('Every lesson is done.'))}</p>"
    begin = _("Go on with") if found.last else _("Begin with")
    lesson = found.ahead.lesson
    return f'<p>{escape(begin)} <a href="{lesson}.ipynb"><b>{escape(title(lesson))}</b></a></p>'


def _exercise(lesson: str) -> str | None:
    """Address of its exercises from the front page, where the folder holds them."""
    notebook = Path("exercises", lesson, f"{lesson}.ipynb")
    up = "../../" if language() == "hi" else "../"
    return f"{up}{notebook.as_posix()}" if (course_root() / notebook).is_file() else None


def _other_language() -> str:
    if language() == "hi":
        return '<a href="../00-start-here.ipynb" lang="en">English</a>'
    return '<a href="hi/00-start-here.ipynb" lang="hi">हिन्दी</a>'


def cards_markdown(root: Path, spoken: str) -> str:
    """The cards of the front page before anything has run, as the Markdown of a cell, in a language.

    Its addresses are those of the English folder: they are moved when the Hindi lessons are written.
    """
    folder = root / "lessons" / ("hi" if spoken == "hi" else "")
    cells = [
        f'<td width="240"><a href="{row.id}.ipynb">'
        f'<img src="pictures/{row.id}.card.{spoken}.svg" width="220" alt=""><br>'
        f"{escape(course.title(folder / f'{row.id}.ipynb'))}</a></td>"
        for row in course.LESSONS
    ]
    rows = (cells[i : i + CARDS_A_ROW] for i in range(0, len(cells), CARDS_A_ROW))
    table = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    other = {
        "hi": ("../lessons/00-start-here.ipynb", "English"),
        "en": ("hi/00-start-here.ipynb", "हिन्दी"),
    }
    return '<table>\n{}\n</table>\n\n<p><a href="{}">{}</a></p>'.format(table, *other[spoken])
