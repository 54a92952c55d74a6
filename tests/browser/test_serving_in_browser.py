"""The serving widgets in JupyterLab: played, scrubbed and changed as a learner does."""

import re

import nbformat
import pytest
from driving import OVERHANG, drive, press
from notebook_page import NotebookPage
from playwright.sync_api import expect

from anuman.widgets import _

pytestmark = pytest.mark.browser

CELLS = {
    "theatre": "from anuman.widgets import batching_theatre\nbatching_theatre()",
    "curves": "from anuman.widgets import load_curves\nload_curves()",
    "duel": "from anuman.widgets import policy_duel\npolicy_duel()",
}


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
        assert all(over <= 1 for over in page.cell(name).evaluate(OVERHANG))
        drive(page, name)
    theatre = page.output("theatre")
    step = theatre.get_by_label(_("Step"), exact=True)
    step.press("Control+a")
    step.press_sequentially("1")
    step.press("Enter")
    press(page, _("Play"))
    expect(step).to_have_value(re.compile(r"^([3-9]|\d\d+)$"))  # the clock runs
    press(page, _("Pause"))
    page.watch.assert_quiet()
