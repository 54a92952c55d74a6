"""The serving widgets in JupyterLab: played, scrubbed and changed as a learner does."""

import re

import nbformat
import pytest
from notebook_page import NotebookPage
from playwright.sync_api import expect

from anuman.widgets import _

pytestmark = pytest.mark.browser

CELLS = {
    "theatre": "from anuman.widgets import batching_theatre\nbatching_theatre()",
    "curves": "from anuman.widgets import load_curves\nload_curves()",
    "duel": "from anuman.widgets import policy_duel\npolicy_duel()",
}
NAMELESS = """root => [...root.querySelectorAll("input, select, button")]
  .filter(e => e.offsetParent && !(e.labels && e.labels[0] && e.labels[0].textContent.trim())
               && !e.textContent.trim() && !e.getAttribute("aria-label")).map(e => e.outerHTML)"""
OVERHANG = """cell => [...cell.querySelectorAll(".anuman, .anuman .banner, .view")]
  .map(e => e.getBoundingClientRect().right - cell.getBoundingClientRect().right)"""


@pytest.fixture
def page(chromium, lab):
    """A notebook with the three widgets, run."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
    )
    nbformat.write(notebook, lab.course / "serving.ipynb")
    opened = NotebookPage(chromium, lab, "serving.ipynb", height=1400)
    opened.run_all()
    yield opened
    opened.close()


def test_theatre_curves_and_duel_answer(page):
    assert not page.errors()
    for name in CELLS:
        output = page.output(name)
        expect(output.locator(".view svg.anuman-svg").first).to_be_visible()
        assert output.evaluate(NAMELESS) == []
        assert all(over <= 1 for over in page.cell(name).evaluate(OVERHANG))

    theatre = page.output("theatre")
    said = theatre.locator(".view svg.anuman-svg > desc").first
    step = theatre.get_by_label(_("Step"), exact=True).first
    for widget in (theatre, page.output("curves"), page.output("duel")):
        widget.locator(".more > summary").click()
    theatre.get_by_role("button", name=_("Play")).click()
    expect(step).to_have_value(re.compile(r"^([3-9]|\d\d)$"))  # the clock runs
    theatre.get_by_role("button", name=_("Pause")).click()
    expect(theatre.get_by_role("button", name=_("Play"))).to_be_visible()
    step.fill("60")
    step.press("Enter")
    expect(said).to_contain_text("60")
    requests = theatre.get_by_label(_("Requests"), exact=True)
    requests.fill("200")
    requests.press("Enter")
    expect(said).to_contain_text("200")

    curves = page.output("curves")
    summary = curves.locator(".view svg.anuman-svg > desc").first
    before = summary.text_content()
    curves.locator("input[type=range]").press("ArrowRight")
    expect(summary).not_to_have_text(before)
    curves.get_by_label(_("Chip"), exact=True).select_option("H200")
    expect(summary).to_contain_text("H200")
    expect(
        curves.get_by_role("button", name=_("Cancel"))
    ).to_be_disabled()  # the longer runs are done

    duel = page.output("duel")
    seed = duel.get_by_label(_("Seed"), exact=True)
    cards = duel.locator(".fact").first
    before = cards.text_content()
    seed.fill("9")
    seed.press("Enter")
    expect(cards).not_to_have_text(before)
    page.watch.assert_quiet()
