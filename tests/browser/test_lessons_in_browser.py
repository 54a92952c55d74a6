"""The lessons as a learner meets them: JupyterLab, a browser, a keyboard."""

import json
import re

import pytest
from driving import NAMELESS, OVERHANG, PICTURE, drive, press
from notebook_page import NotebookPage
from playwright.sync_api import Locator, expect

from anuman import catalog, course
from anuman.widgets import _

pytestmark = pytest.mark.browser

DEVANAGARI = re.compile(r"[\u0900-\u097f]")

every_lesson = pytest.mark.parametrize("lesson", course.LESSONS, ids=lambda lesson: lesson.id)


def code(lab, lesson: course.Lesson) -> dict[str, str]:
    """Source of every code cell of a lesson, by the cell's id."""
    notebook = json.loads((lab.course / "lessons" / f"{lesson.id}.ipynb").read_text("utf-8"))
    return {c["id"]: "".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"}


def cell_of(lab, lesson: course.Lesson, call: str) -> str | None:
    """Id of the cell that calls a function, if one does."""
    return next((id for id, source in code(lab, lesson).items() if f"{call}(" in source), None)


@pytest.fixture
def open_lesson(chromium, lab, language):
    """Opens a lesson by its name, in the test's language; every page is closed in the end."""
    pages = []

    def open_one(name: str, **size) -> NotebookPage:
        folder = "lessons/hi" if language == "hi" else "lessons"
        pages.append(NotebookPage(chromium, lab, f"{folder}/{name}.ipynb", **size))
        return pages[-1]

    yield open_one
    for page in pages:
        page.close()


TAUGHT = ("worked-rupees",)  # shows lakh and crore in both scripts, in both languages
LIVE_ROWS = "tbody tr:not([data-still] *)"  # not those of the saved copy
# What a model writes may mix both languages, and a link to the other language is in that one.
SPOKEN = """(element, language) => {
  const words = element.cloneNode(true);
  const others = `style, [lang]:not([lang="${language}"]), .written, td.long`;
  words.querySelectorAll(others).forEach(other => other.remove());
  return words.textContent;
}"""


def assert_speaks(element: Locator, language: str) -> None:
    """The element's words are in this language (names and units stay Latin in Hindi too)."""
    text = element.evaluate(SPOKEN, language)
    assert bool(DEVANAGARI.search(text)) == (language == "hi"), text


def assert_pictures(output: Locator, language: str) -> None:
    """Each picture has a title and says in the learner's language what it shows."""
    pictures = output.locator(PICTURE)
    expect(pictures.first).to_be_visible()
    for picture in pictures.all():
        assert picture.locator("> title").text_content().strip()
        assert_speaks(picture.locator("> desc"), language)


def answer(page: NotebookPage, guess: str, low: str, high: str) -> None:
    """Type the next prediction into its three fields, which Tab reaches one after the other."""
    words = (_("best guess"), _("80 % interval from"), _("80 % interval to"))
    for word, value in zip(words, (guess, low, high), strict=True):
        page.tab_to(word)
        page.page.keyboard.press("Control+a")
        page.page.keyboard.type(value)


def test_start_page_leads_to_the_lesson_and_show_me_opens_its_widget(open_lesson, lab, language):
    page = open_lesson("00-start-here")
    page.run_all()
    assert not page.errors()
    assert_speaks(page.cell("how"), language)
    link = page.output("map").get_by_role("link").first
    assert_speaks(page.output("map"), language)
    link.click()
    folder = lab.course / ("lessons/hi" if language == "hi" else "lessons")
    page.shown(folder / f"{course.LESSONS[0].id}.ipynb")
    page.run("setup", "gate", "crossover")
    page.enter("gate")
    press(page, _("Show me"))
    expect(page.output("crossover").get_by_role("combobox", name=_("Model"))).to_be_visible()
    page.watch.assert_quiet()


@every_lesson
def test_a_lesson_from_top_to_bottom(open_lesson, lab, language, lesson):
    """Run All, then predictions and each control by keyboard, then a narrow page: it is opened once."""
    measuring = cell_of(lab, lesson, "= measure")
    page = open_lesson(lesson.id)
    page.run_all(wait=False)
    if measuring:
        expect(page.output(measuring).locator("progress")).to_be_visible()
    page.finished()
    assert not page.errors()
    if measuring:
        assert (lab.folder / "anuman" / "machine.json").is_file()
    assert_shows_the_whole_lesson(page, lab, lesson, language)
    page.enter("gate")
    questions = page.output("gate").locator("input").count() // 3
    for _question in range(questions):
        answer(page, "200", "100", "500")
    press(page, _("Lock in"))
    central = cell_of(lab, lesson, lesson.widget)
    drive(page, central)
    assert_fits_a_narrow_page(page, central)
    page.watch.assert_quiet()


def assert_shows_the_whole_lesson(page, lab, lesson: course.Lesson, language: str) -> None:
    """Claim, pictures and words in this language; the widget and the score wait for predictions."""
    expect(page.output("news-card")).to_contain_text(catalog.claim(lesson.claim).text[language])
    central = cell_of(lab, lesson, lesson.widget)
    widget = page.output(central)
    expect(widget).to_contain_text(
        _("Make your predictions above, or press “Show me”: then this opens.")
    )
    expect(widget.locator(f"select, {PICTURE}")).to_have_count(0)
    expect(page.output("score-table").locator("table")).to_have_count(0)
    pictures = 0
    for cell_id in code(lab, lesson).keys() - {central, "score-table"}:
        output = page.output(cell_id)
        if output.locator(PICTURE).count():
            assert_pictures(output, language)
            pictures += 1
        elif cell_id not in TAUGHT and output.locator(".anuman").count():  # else numbers of NumPy
            assert_speaks(output, language)
        assert output.evaluate(NAMELESS) == [], cell_id
    assert pictures


def assert_fits_a_narrow_page(page: NotebookPage, central: str) -> None:
    """With every table open, nothing reaches over the edge of a page of 800 pixels."""
    page.output(central).get_by_label(_("Show these numbers as a table")).check()
    expect(page.output(central).locator("table:visible").first).to_be_visible()
    expect(page.output("gate").locator("table:visible").first).to_be_visible()
    page.resize(800)
    drawn = 0
    for cell_id in page.ids:
        wide = page.cell(cell_id).evaluate(OVERHANG)
        assert max(wide, default=0) <= 1, cell_id
        drawn += len(wide)
    assert drawn >= 12


def test_predictions_by_keyboard_open_the_widget_and_stay(open_lesson, lab, language):
    page = open_lesson("02-roofline")
    page.run("setup", "gate", "two-clocks", "score-table")
    gate, widget = page.output("gate"), page.output("two-clocks")

    page.enter("gate")
    answer(page, "soon", "0.1", "1")
    answer(page, "2", "3", "4")
    answer(page, "200", "100", "500")
    press(page, _("Lock in"))
    alert = gate.get_by_role("alert")
    expect(alert).to_contain_text("soon")
    expect(alert).to_contain_text(re.compile(r"2\. .*2.*3.*4|2\. .*3.*4.*2"))
    expect(widget.locator("select")).to_have_count(0)
    assert not (lab.folder / "anuman" / "predictions.jsonl").exists()

    page.enter("gate")
    answer(page, "0.3", "0.1", "1")
    answer(page, "2", "1.5", "2.5")
    press(page, _("Lock in"))
    expect(widget.get_by_role("combobox", name=_("Chip"))).to_be_visible()
    assert_pictures(widget, language)
    rows = page.output("score-table").locator(LIVE_ROWS)
    expect(rows).to_have_count(3)
    # The truths, by the catalogue: 0.339 %, exactly 1, 295 users.
    assert [row.locator("td").last.text_content() for row in rows.all()] == [
        _("yes"),
        _("no"),
        _("yes"),
    ]
    assert_speaks(page.output("score-table"), language)
    page.watch.assert_quiet()
    page.close()

    lines = (lab.folder / "anuman" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [e for e in map(json.loads, lines) if e["kind"] == "prediction"]
    assert {e["question"]: e["guess"] for e in kept} == {"share": 0.3, "faster": 2, "users": 200}

    lab.end_kernels()
    page = open_lesson("02-roofline")
    page.run("setup", "gate", "two-clocks")
    expect(page.output("gate").locator(LIVE_ROWS)).to_have_count(3)
    expect(page.output("gate").locator("tbody").last).to_contain_text("0.3")
    expect(page.output("two-clocks").get_by_role("combobox", name=_("Chip"))).to_be_visible()
    page.watch.assert_quiet()
