"""The live picture in a real JupyterLab: it moves, can be grasped, speaks, and stays when its kernel is gone."""

import json
import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from notebook_page import NotebookPage
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Two keyed marks and a grip; the picture's state is told in words.
PICTURE = """
from anuman.widgets.kit.picture import Live
from anuman.widgets.kit.svg import grip, keyed, text, Picture

class Slide(Live):
    def __init__(self):
        super().__init__(lambda: None)
        self._saved, self.still = None, ""
        self.x, self.heard, self.fails = 20.0, [], False
        self.on_drag("x", self.dragged)
        self.draw()

    def dragged(self, x):
        if self.fails:
            raise RuntimeError("the axle broke")
        self.heard.append(x)
        self.x = round(x)
        self.draw()

    def to(self, x):
        self.x = x
        self.draw()

    def draw(self):
        x = self.x
        body = keyed("mark", f'<rect x="{x}" y="20" width="20" height="20"><title>at {x:g}</title></rect>')
        body += keyed("value", f'<text x="10" y="15">{x:g} px</text>')
        body += grip((x, 80), '<circle r="9"/>', name="x", label="Place", now=x, says=f"{x:g} px", scale=(0, 0, 400, 400), track=[(0, 80), (400, 80)], step=10)
        self.show(f'<div class="wide">{Picture(body, 400, 120, "Slide", "a mark").markup()}</div>', f"The mark is at {x:g}. It is red.")

slide = Slide()
slide
"""
PLACE = "e => Number(e.getAttribute('x'))"


def notebook(**cells):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
    )


@pytest.fixture
def opened(chromium, lab):
    """Open cells in a browser page; keywords go to the browser's context."""
    pages = []

    def open_cells(cells, run=True, **context):
        nbformat.write(notebook(**cells), lab.course / "pictures.ipynb")
        page = NotebookPage(chromium, lab, "pictures.ipynb", **context)
        pages.append(page)
        if run:
            page.run_all()
        return page

    yield open_cells
    for page in pages:
        page.watch.assert_quiet()
        page.close()


def frames(page, mark, name="x"):
    """Note the mark's attribute in every frame from now on."""
    mark.evaluate(
        """(mark, name) => {
          window.frames_seen = [];
          const note = () => {
            frames_seen.push([performance.now(), Number(mark.getAttribute(name))]);
            requestAnimationFrame(note);
          };
          requestAnimationFrame(note);
        }""",
        name,
    )


def run(page, source):
    """Run a line in the notebook's kernel, as the cell that follows would."""
    page.select("code")
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Control+a")
    page.page.keyboard.insert_text(source)
    page.page.keyboard.press("Control+Enter")


def test_a_mark_is_at_its_old_place_first_between_later_and_at_its_new_place_last(opened):
    page = opened({"picture": PICTURE, "code": "1"})
    mark = page.output("picture").locator("rect")
    page.page.evaluate(
        "document.documentElement.dataset.anumanMove = 3000"
    )  # a loaded machine drops frames
    frames(page, mark)
    run(page, "slide.to(320)")
    expect(mark).to_have_attribute("x", "320")
    page.page.wait_for_function("frames_seen.at(-1)[1] === 320")
    seen = page.page.evaluate("frames_seen")
    places = [place for _time, place in seen]
    assert places[0] == 20 and places[-1] == 320
    between = [place for place in places if 20 < place < 320]
    assert between and between == sorted(between)
    start = max(time for time, place in seen if place == 20)
    end = min(time for time, place in seen if place == 320)
    assert end - start >= 2000
    expect(page.output("picture").locator("text")).to_have_text("320 px")


def test_reduced_motion_moves_at_once(opened):
    page = opened({"picture": PICTURE, "code": "1"}, reduced_motion="reduce")
    mark = page.output("picture").locator("rect")
    frames(page, mark)
    run(page, "slide.to(320)")
    page.page.wait_for_function("frames_seen.at(-1)[1] === 320")
    assert {place for _time, place in page.page.evaluate("frames_seen")} == {20, 320}


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_grip_follows_mouse_and_keys_and_says_where_the_scale_ends(opened):
    page = opened({"picture": PICTURE, "code": "1"})
    output = page.output("picture")
    grip, mark = output.get_by_role("slider", name="Place"), output.locator("rect")
    x, y = middle(grip.locator("circle").last)
    scale = output.locator("svg").bounding_box()["width"] / 400
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + 100 * scale, y + 30, steps=8)
    assert "translate(120" in grip.get_attribute(
        "transform"
    )  # under the pointer, before any answer
    expect(mark).to_have_attribute("x", "120")
    page.page.mouse.move(x + 5000, y)
    expect(output.locator(".tip")).to_have_text("The scale ends here.")
    page.page.mouse.up()
    expect(grip).to_have_attribute("aria-valuenow", "400")
    expect(output.locator(".tip")).to_be_hidden()
    for key, place in (("ArrowLeft", 390), ("ArrowUp", 400), ("PageDown", 350), ("Home", 0)):
        grip.press(key)
        expect(grip).to_have_attribute("aria-valuenow", str(place))
    expect(grip).to_be_focused()  # its element stayed
    grip.press("a")  # JupyterLab would add a cell
    assert page.page.locator(".jp-Cell").count() == len(page.ids)


def test_a_grip_follows_a_finger(opened):
    page = opened({"picture": PICTURE, "code": "1"}, has_touch=True)
    grip = page.output("picture").get_by_role("slider", name="Place")
    x, y = middle(grip.locator("circle").last)
    touch = page.page.context.new_cdp_session(page.page)

    def finger(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]},
        )

    finger("touchStart", (x, y))
    for step in range(1, 6):
        finger("touchMove", (x + 12 * step, y))
    finger("touchEnd")
    expect(grip).not_to_have_attribute("aria-valuenow", "20")
    assert 40 < float(grip.get_attribute("aria-valuenow")) < 120


def test_values_are_shown_on_hover_and_by_arrow_keys_and_changes_are_spoken(opened):
    page = opened({"picture": PICTURE, "code": "1"})
    output = page.output("picture")
    tip, said = output.locator(".tip"), output.locator(".said")
    output.locator("rect").hover()
    expect(tip).to_have_text("at 20")
    page.page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    picture = output.locator("svg")
    picture.focus()
    picture.press("ArrowRight")
    expect(tip).to_have_text("at 20")
    expect(said).to_have_text("at 20")
    run(page, "slide.to(50)")
    expect(said).to_have_text("The mark is at 50.")  # not that it is still red


def test_malformed_and_acting_markup_leaves_the_old_picture_or_is_cleaned(opened):
    page = opened({"picture": PICTURE, "code": "1"})
    output = page.output("picture")
    run(page, "slide.show('<p>broken', '')")
    run(page, "slide.to(60)")
    expect(output.locator("rect")).to_have_attribute("x", "60")
    acting = '<p onclick="x()">safe<script>window.acted=1</script><img src="https://example.org/x.png"/></p>'
    run(page, f"slide.show({acting!r}, '')")
    expect(output.locator(".view")).to_have_text("safe")
    assert output.locator(".view").inner_html() == "<p>safe</p>"
    assert page.page.evaluate("window.acted") is None


def test_what_fails_in_a_drag_is_said_and_the_last_true_picture_stays(opened, lab):
    page = opened({"picture": PICTURE, "code": "1"})
    output = page.output("picture")
    grip, word = output.get_by_role("slider", name="Place"), output.get_by_role("alert")
    run(page, "slide.fails = True")
    grip.press("ArrowRight")
    expect(word).to_contain_text("the axle broke")
    expect(output.locator("rect")).to_have_attribute("x", "20.0")
    run(page, "slide.fails = False")
    grip.press("ArrowRight")
    expect(output.locator("rect")).to_have_attribute("x", "30")
    expect(word).to_be_hidden()
    x, y = middle(grip.locator("circle").last)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    lab.end_kernels()
    page.page.mouse.move(x + 80, y, steps=4)
    expect(word).to_contain_text("the last true picture stays")
    expect(grip).to_have_attribute("transform", re.compile(r"translate\(30"))
    page.page.mouse.up()
    page.watch.complaints.clear()  # JupyterLab itself complains of the kernel


def test_a_control_changed_fifty_times_a_second_ends_at_the_last_value(opened):
    page = opened(
        {"clocks": "from anuman.widgets import two_clocks\nwidget = two_clocks()\nwidget"}
    )
    output = page.output("clocks")
    slider = output.get_by_role("slider", name="Batch (users in a step): slider")
    slider.evaluate(
        """async s => { for (let i = 1; i <= 60; i++) {
          s.value = i; s.dispatchEvent(new Event("input")); await new Promise(r => setTimeout(r, 20)); } }"""
    )
    shown = slider.get_attribute("aria-valuetext").replace(",", "")
    expect(output.locator("[data-grip=batch]")).to_have_attribute("aria-valuenow", shown)


LESSON_CELLS = {
    "gate": "from anuman.widgets import *\ngate = predictions('x', [Question('q', 'How many?', 'users', 300)])\ngate",
    "widget": "two_clocks(gate)",
    "score": "gate.score()",
}


def test_the_press_of_lock_in_takes_what_stands_in_the_fields(opened):
    page = opened(LESSON_CELLS)
    form = page.output("gate")
    for label, value in (
        ("best guess", "200"),
        ("80 % interval from", "100"),
        ("80 % interval to", "400"),
    ):
        form.get_by_label(label).fill(value)
    form.get_by_label("80 % interval to").evaluate(
        "e => { e.value = '४५०'; }"
    )  # no event told of it
    form.get_by_role("button", name="Lock in").click()
    expect(form.locator("td").last).to_have_text("100 – 450 users")
    expect(page.output("score")).to_contain_text("✓ truth: 300 users")
    page.run("gate")  # again: what stands below lives on
    page.output("widget").get_by_role("textbox", name="Batch").fill("40")
    page.output("widget").get_by_role("textbox", name="Batch").press("Enter")
    expect(page.output("widget").locator("[data-grip=batch]")).to_have_attribute(
        "aria-valuenow", "40"
    )


def save(page, lab, ready):
    """Save until the file holds what is waited for."""
    for _attempt in range(40):
        page.page.keyboard.press("Escape")
        page.page.keyboard.press("Control+s")
        page.page.wait_for_timeout(500)
        saved = json.loads((lab.course / "pictures.ipynb").read_text(encoding="utf-8"))
        if ready(json.dumps(saved, ensure_ascii=False)):
            return saved
    raise AssertionError("the file never held it")


def test_the_next_day_the_last_picture_stands_there_and_says_what_to_run(opened, chromium, lab):
    page = opened(
        {"clocks": "from anuman.widgets import two_clocks\nwidget = two_clocks()\nwidget"}
    )
    expect(page.output("clocks").locator("img")).to_be_hidden()
    page.output("clocks").get_by_role("button", name="2 · many users").click()
    expect(page.output("clocks").locator("[data-grip=batch]")).to_have_attribute(
        "aria-valuenow", "250"
    )
    saved = save(page, lab, lambda text: "batch 250" in text)
    still, live = saved["cells"][0]["outputs"]
    assert sum(len("".join(part)) for part in still["data"].values()) < 40_000
    assert "application/vnd.jupyter.widget-view+json" in live["data"]
    page.page.reload()
    lab.end_kernels()
    again = NotebookPage(chromium, lab, "pictures.ipynb")
    output = again.output("clocks")
    picture = output.locator("[data-still] img")
    expect(picture).to_be_visible()
    assert "batch 250" in picture.get_attribute("alt")
    assert picture.evaluate("img => img.complete && img.naturalWidth > 0")
    expect(output).to_contain_text("run this cell and those above it")
    expect(output.get_by_text("Error displaying widget")).to_be_hidden()
    again.close()
    page.watch.complaints.clear()  # of the kernel that was ended


MAKERS = (
    "crossover",
    "two_clocks",
    "timeline",
    "memory_jar",
    "batching_theatre",
    "policy_duel",
    "fewer_bits",
    "speedups",
    "chips",
    "offers",
    "training_cluster",
    "workbench",
)


def test_axe_finds_nothing_in_any_central_widget_and_print_shows_more_than_a_screen(opened):
    cells = {
        f"w{i}": f"from anuman.widgets import {name}\n{name}()" for i, name in enumerate(MAKERS)
    }
    page = opened({**LESSON_CELLS, **cells})
    for cell in (*LESSON_CELLS, *cells):
        page.cell(cell).scroll_into_view_if_needed()
        expect(page.output(cell).locator(".anuman-live")).to_be_visible()
    found = Axe().run(page.page, context=".anuman-live").response["violations"]
    assert not found, [
        (v["id"], v["help"], [n["html"][:200] for n in v["nodes"]][:3]) for v in found
    ]
    assert len(re.findall(rb"/Type ?/Page[^s]", page.page.pdf(format="A4"))) > 2
