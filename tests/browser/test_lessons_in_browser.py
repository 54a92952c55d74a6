"""The lessons as a learner meets them: JupyterLab, a browser, a keyboard."""

import json
import re
from dataclasses import replace

import pytest
from notebook_page import PANEL, NotebookPage
from playwright.sync_api import Locator, expect

from anuman import catalog, course, physics
from anuman.scenes.crossover import crossing
from anuman.scenes.jar import LATENT, PAGED, Jar, first_jar
from anuman.scenes.theatre import Setting, stage
from anuman.widgets import _, number, si
from anuman.widgets.batching_theatre import theatre_words
from anuman.widgets.crossover import crossover_words
from anuman.widgets.memory_jar import jar_words

pytestmark = pytest.mark.browser

DEVANAGARI = re.compile(r"[\u0900-\u097f]")
BARS = """svg => [...svg.querySelectorAll("rect[rx]")].map(bar => bar.getBBox().width)"""
NAMELESS = """root => [...root.querySelectorAll("input, select, button, textarea")]
  .filter(e => !(e.labels && e.labels[0] && e.labels[0].textContent.trim()) && !e.textContent.trim()
               && !e.getAttribute("aria-label") && e.offsetParent).map(e => e.outerHTML)"""

# By how many pixels the course's boxes and pictures reach over the right edge of their cell.
OVERHANG = """cell => [...cell.querySelectorAll(".anuman, .anuman .card, .anuman .banner, svg[role=img], img")]
  .map(e => e.getBoundingClientRect().right - cell.getBoundingClientRect().right)"""

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


def assert_speaks(element: Locator, language: str) -> None:
    """The element's words are in this language (names and units stay Latin in Hindi too)."""
    text = element.text_content()
    assert bool(DEVANAGARI.search(text)) == (language == "hi"), text


def assert_pictures(output: Locator, language: str) -> None:
    """Each picture has a title and says in the learner's language what it shows."""
    pictures = output.locator("svg[role=img]")
    expect(pictures.first).to_be_visible()
    for picture in pictures.all():
        assert picture.locator("> title").text_content().strip()
        assert_speaks(picture.locator("> desc"), language)


def answer(page: NotebookPage, place: int, guess: str, low: str, high: str) -> None:
    """Type one prediction into its three fields, which Tab reaches one after the other."""
    for word, value in ((_("best guess"), guess), (_("80 % interval from"), low), (_("to"), high)):
        page.tab_to(f"{place}. {word}")
        page.page.keyboard.press("Control+a")
        page.page.keyboard.type(value)


def press(page: NotebookPage, button: str) -> None:
    page.tab_to(button)
    page.page.keyboard.press("Enter")


def assert_shows(widget: Locator, chip_name: str, model_name: str, batch: int, w: float) -> None:
    """Number cards, words and drawn bars all show this setting."""
    chip, model = catalog.chip(chip_name), catalog.model(model_name)
    peak = chip.peak(chip.peak16)
    step = physics.decode_step(
        n=model.params, batch=batch, flops=peak, bandwidth=chip.bandwidth, bytes_per_weight=w
    )
    cards = widget.locator(".fact b")
    expect(cards.nth(0)).to_have_text(si(step.seconds, "s"))
    expect(cards.nth(1)).to_have_text(si(physics.intensity(batch, w), "FLOP/byte"))
    bars, roof = widget.locator("svg[role=img]").all()
    said = bars.locator("> desc").text_content()
    for words in (chip_name, model_name, number(batch), si(step.memory_s, "s", step.seconds)):
        assert words in said
    assert chip_name in roof.locator("> title").text_content()
    drawn = bars.evaluate(BARS)
    wanted = [step.compute_s / step.seconds, step.memory_s / step.seconds]
    assert [width / max(drawn) for width in drawn] == pytest.approx(wanted, abs=0.01)


def choose(page: NotebookPage, name: str, option: str) -> None:
    """Tab to a list and go down it, arrow by arrow, to the option."""
    page.tab_to(name)
    focused = page.page.locator("select:focus > option:checked")
    passed = []
    # ipywidgets writes options with spaces that do not break.
    while (chosen := " ".join(focused.text_content().split())) != option:
        assert chosen not in passed, f"{name!r} goes through {passed}"
        passed.append(chosen)
        page.page.keyboard.press("ArrowDown")


def drive_the_clocks(page: NotebookPage, widget: Locator, language: str) -> None:
    """Each control of the two clocks by keyboard."""
    keyboard = page.page.keyboard
    expect(widget.get_by_role("combobox", name=_("Chip"))).to_be_visible()
    expect(widget.get_by_role("combobox", name=_("Model"))).to_be_visible()
    expect(widget.get_by_role("combobox", name=_("Bytes per weight"))).to_be_visible()
    expect(widget.get_by_role("spinbutton", name=_("Batch (users in a step)"))).to_be_visible()
    assert widget.evaluate(NAMELESS) == []
    assert_pictures(widget, language)
    assert_shows(widget, "H100-SXM", "Llama-3.1-8B", 1, 2)

    page.tab_to(_("Chip"))
    keyboard.press("b")  # in JupyterLab's own settings this adds a cell
    assert_shows(widget, "B200", "Llama-3.1-8B", 1, 2)
    expect(page.page.locator(f"{PANEL} .jp-Cell")).to_have_count(len(page.ids))
    choose(page, _("Model"), "Qwen3-32B")
    assert_shows(widget, "B200", "Qwen3-32B", 1, 2)
    choose(page, _("Bytes per weight"), _("1 (8 bits)"))
    assert_shows(widget, "B200", "Qwen3-32B", 1, 1)
    page.tab_to(_("Batch (users in a step)"))
    keyboard.press("Control+a")
    keyboard.type("512")
    keyboard.press("Enter")
    assert_shows(widget, "B200", "Qwen3-32B", 512, 1)
    keyboard.press("Tab")  # to the handle of the slider, which doubles
    keyboard.press("ArrowRight")
    assert_shows(widget, "B200", "Qwen3-32B", 1024, 1)
    keyboard.press("ArrowLeft")
    keyboard.press("ArrowLeft")
    assert_shows(widget, "B200", "Qwen3-32B", 256, 1)
    expect(widget.get_by_role("spinbutton")).to_have_value("256")
    page.tab_to(_("Show these numbers as a table"))
    keyboard.press("Space")
    expect(widget.locator("tbody tr").first).to_contain_text("B200")

    page.select("two-clocks")
    choose(page, _("Chip"), "Groq-LPU1")
    choose(page, _("Model"), "Llama-3.1-70B")
    assert_shows(widget, "Groq-LPU1", "Llama-3.1-70B", 256, 1)
    big, small = catalog.model("Llama-3.1-70B"), catalog.chip("Groq-LPU1")
    chips = physics.chips_needed(physics.weight_bytes(big.params, 1), small.capacity)
    banner = widget.get_by_role("status")
    expect(banner).to_contain_text(number(chips))
    assert_speaks(banner, language)


def assert_holds(widget: Locator, jar: Jar) -> None:
    """Number cards and words of the memory jar show this setting."""
    cards = widget.locator(".fact b")
    expect(cards.nth(0)).to_have_text(number(jar.held))
    expect(cards.nth(1)).to_have_text(si(jar.token, "B"))
    expect(widget.locator("svg[role=img] > desc").first).to_have_text(jar_words.summary(jar))


def drive_the_jar(page: NotebookPage, widget: Locator, language: str) -> None:
    """Each control of the memory jar by keyboard."""
    keyboard = page.page.keyboard
    expect(widget.get_by_role("combobox", name=_("Model"))).to_be_visible()
    assert widget.evaluate(NAMELESS) == []
    assert_pictures(widget, language)
    jar = first_jar()
    assert_holds(widget, jar)
    for label, value, field in (
        (_("Room of a request, in tokens"), 5000, "context"),
        (_("Requests at once"), 700, "requests"),
    ):
        page.tab_to(label)
        keyboard.press("Control+a")
        keyboard.type(str(value))
        keyboard.press("Enter")
        jar = replace(jar, **{field: value})
        assert_holds(widget, jar)
    keyboard.press("Tab")  # to the handle of the slider, which doubles
    keyboard.press("ArrowRight")
    jar = replace(jar, requests=1024)
    assert_holds(widget, jar)
    banner = widget.get_by_role("status")
    expect(banner).to_contain_text(number(jar.requests - jar.held))
    assert_speaks(banner, language)
    page.tab_to(_("Show these numbers as a table"))
    keyboard.press("Space")
    expect(widget.locator("tbody tr").first).to_contain_text("H100-SXM")

    page.select("memory-jar")
    choose(page, _("Model"), "DeepSeek-V3")
    model = catalog.model("DeepSeek-V3")
    jar = replace(jar, model=model, kept=LATENT)
    choose(page, _("Bytes per weight"), _("0.5625 (4 bits with scales)"))
    jar = replace(jar, weight_size=0.5625)
    assert_holds(widget, jar)
    choose(page, _("Each layer keeps"), jar_words.keeping(jar, model.heads))
    jar = replace(jar, kept=model.heads)
    choose(page, _("Texts and room"), jar_words.policies()[PAGED])
    jar = replace(jar, policy=PAGED)
    choose(page, _("Bytes per kept number"), _("1 (8 bits)"))
    assert_holds(widget, replace(jar, kv_size=1.0))


def assert_crosses(widget: Locator, model: str, trained: float, served: float, kind: str) -> None:
    """Number cards and words show this setting of the crossover."""
    c = crossing(model, trained, served, kind)
    cards = widget.locator(".fact b")
    expect(cards.nth(0)).to_have_text(crossover_words.duration(c.day))
    expect(cards.nth(1)).to_have_text(crossover_words.duration(c.hours_day))
    said = widget.locator("svg[role=img] > desc").first
    expect(said).to_have_text(crossover_words.summary(c))


def drive_the_crossover(page: NotebookPage, widget: Locator, language: str) -> None:
    """Each control of the crossover by keyboard, and the names that are sorted."""
    keyboard = page.page.keyboard
    expect(widget.get_by_role("combobox", name=_("Model"))).to_be_visible()
    assert widget.evaluate(NAMELESS) == []
    assert_pictures(widget, language)
    assert_crosses(widget, "Llama-3.1-8B", 15e12, 1e11, "many")
    choose(page, _("Model"), "DeepSeek-V3")
    assert_crosses(widget, "DeepSeek-V3", 15e12, 1e11, "many")
    choose(page, _("It serves"), _("one user at a time"))
    assert_crosses(widget, "DeepSeek-V3", 15e12, 1e11, "one")
    for label, value in (
        (_("Training tokens, billions"), "2000"),
        (_("Tokens served a day, billions"), "6"),
    ):
        page.tab_to(label)
        keyboard.press("Control+a")
        keyboard.type(value)
        keyboard.press("Enter")
    assert_crosses(widget, "DeepSeek-V3", 2e12, 6e9, "one")
    keyboard.press("Tab")  # to the handle of the slider
    keyboard.press("ArrowRight")
    assert_crosses(widget, "DeepSeek-V3", 2e12, 10e9, "one")
    page.tab_to(_("Show these numbers as a table"))
    keyboard.press("Space")
    expect(widget.locator("tbody tr").first).to_contain_text("DeepSeek-V3")

    output = page.output("sort-names")
    assert output.evaluate(NAMELESS) == []
    page.select("sort-names")
    for name, kind, mark in (("Groq", "model", "✗"), ("Grok", "model", "✓")):
        choose(page, name, _(kind))
        expect(output.locator("li").last).to_contain_text(f"{mark} {name}")
    assert_speaks(output.get_by_role("status"), language)


def drive_the_theatre(page: NotebookPage, widget: Locator, language: str) -> None:
    """Each control of the batching theatre by keyboard."""
    keyboard = page.page.keyboard
    words = widget.locator("svg[role=img] > desc").first
    expect(words).to_have_text(theatre_words.summary(stage(Setting()), stage(Setting()).end))
    assert widget.evaluate(NAMELESS) == []
    assert_pictures(widget, language)
    setting = Setting()
    for label, value, field in (
        (_("Slots"), 8, "slots"),
        (_("KV memory, tokens"), 120, "kv_capacity"),
    ):
        page.tab_to(label)
        keyboard.press("Control+a")
        keyboard.type(str(value))
        keyboard.press("Enter")
        setting = replace(setting, **{field: value})
        expect(words).to_have_text(theatre_words.summary(stage(setting), stage(setting).end))
    banner = widget.get_by_role("status")
    expect(banner).to_contain_text(number(setting.kv_capacity))
    assert_speaks(banner, language)
    page.tab_to(_("Step"))
    keyboard.press("Control+a")
    keyboard.type("7")
    keyboard.press("Enter")
    expect(words).to_have_text(theatre_words.summary(stage(setting), 7))
    page.tab_to(_("Show these numbers as a table"))
    keyboard.press("Space")
    expect(widget.locator("tbody tr")).to_have_count(setting.requests)


def test_start_page_leads_to_the_lesson_and_show_me_opens_its_widget(open_lesson, lab, language):
    page = open_lesson("00-start-here")
    page.run_all()
    assert not page.errors()
    assert_speaks(page.cell("how"), language)
    link = page.output("map").get_by_role("link").first
    assert_speaks(page.output("map").locator("li").first, language)
    link.click()
    folder = lab.course / ("lessons/hi" if language == "hi" else "lessons")
    page.shown(folder / f"{course.LESSONS[0].id}.ipynb")
    page.run("setup", "gate", "crossover")
    page.select("gate")
    press(page, _("Show me"))
    expect(page.output("crossover").get_by_role("combobox", name=_("Model"))).to_be_visible()
    page.watch.assert_quiet()


# By name of the central widget: what goes through its controls.
DRIVES = {
    "crossover": drive_the_crossover,
    "two_clocks": drive_the_clocks,
    "memory_jar": drive_the_jar,
    "batching_theatre": drive_the_theatre,
}


@every_lesson
def test_a_lesson_from_top_to_bottom(open_lesson, lab, language, lesson):
    """Run All, then predictions and each control by keyboard, then a narrow page: it is opened once."""
    measuring = cell_of(lab, lesson, "= measure")
    page = open_lesson(lesson.id)
    page.run_all(wait=False)
    if measuring:
        bar = ".widget-hprogress, .jupyter-widgets .progress"
        expect(page.output(measuring).locator(bar).first).to_be_visible()
    page.finished()
    assert not page.errors()
    if measuring:
        assert (lab.folder / "anuman" / "machine.json").is_file()
    assert_shows_the_whole_lesson(page, lab, lesson, language)
    page.select("gate")
    questions = page.output("gate").locator("input").count() // 3
    for place in range(1, questions + 1):
        answer(page, place, "200", "100", "500")
    press(page, _("Lock in"))
    central = cell_of(lab, lesson, lesson.widget)
    if lesson.widget in DRIVES:
        page.enter(central)
        DRIVES[lesson.widget](page, page.output(central), language)
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
    expect(widget.locator("select, svg[role=img]")).to_have_count(0)
    expect(page.output("score-table").locator("table")).to_have_count(0)
    pictures = 0
    for cell_id in code(lab, lesson).keys() - {central, "score-table"}:
        output = page.output(cell_id)
        if output.locator("svg[role=img]").count():
            assert_pictures(output, language)
            pictures += 1
        elif output.locator(".anuman").count():  # else plain numbers of NumPy
            assert_speaks(output, language)
    assert pictures


def assert_fits_a_narrow_page(page: NotebookPage, central: str) -> None:
    """With every table open, nothing reaches over the edge of a page of 800 pixels."""
    page.output(central).get_by_label(_("Show these numbers as a table")).check()
    expect(page.output(central).locator("table")).to_be_visible()
    expect(page.output("gate").locator("table")).to_be_visible()
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

    page.select("gate")
    answer(page, 1, "soon", "0.1", "1")
    answer(page, 2, "2", "3", "4")
    answer(page, 3, "200", "100", "500")
    press(page, _("Lock in"))
    alert = gate.get_by_role("alert")
    expect(alert).to_contain_text("soon")
    expect(alert).to_contain_text(re.compile(r"2\. .*2.*3.*4|2\. .*3.*4.*2"))
    expect(widget.locator("select")).to_have_count(0)
    assert not (lab.folder / "anuman" / "predictions.jsonl").exists()

    page.select("gate")
    answer(page, 1, "0.3", "0.1", "1")
    answer(page, 2, "2", "1.5", "2.5")
    press(page, _("Lock in"))
    expect(widget.get_by_role("combobox", name=_("Chip"))).to_be_visible()
    assert_pictures(widget, language)
    rows = page.output("score-table").locator("tbody tr")
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
    expect(page.output("gate").locator("tbody tr")).to_have_count(3)
    expect(page.output("gate").locator("tbody")).to_contain_text("0.3")
    expect(page.output("two-clocks").get_by_role("combobox", name=_("Chip"))).to_be_visible()
    page.watch.assert_quiet()
