"""A page of cells in a real JupyterLab, and the time from a key to the frame that shows its answer."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import lab_server
from notebook_page import TIMEOUT_MS, NotebookPage
from playwright.sync_api import Locator, sync_playwright

from anuman.setup import browser

BARE = """import ipywidgets
slider = ipywidgets.FloatLogSlider(value=1, base=2, min=0, max=12, step=1, readout=False)
label = ipywidgets.HTML()
slider.observe(lambda change: setattr(label, "value", f"<b>{change['new']:.0f}</b>"), "value")
ipywidgets.VBox([slider, label])"""
# From the key's arrival in the page to the frame after the one that draws the answer.
WATCH = """([cell, control]) => {
  const shown = cell.querySelector(".anuman-live .view") || [...cell.querySelectorAll(".widget-html-content")].pop();
  cell.times = [];
  let pressed = null;
  control.addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    if (pressed === null) return;
    const start = pressed;
    pressed = null;
    requestAnimationFrame(() => setTimeout(() => cell.times.push(performance.now() - start), 0));
  }).observe(shown, { childList: true, subtree: true, characterData: true, attributes: true });
}"""


@contextmanager
def opened(cells: Mapping[str, str]) -> Iterator[NotebookPage]:
    """Cells (name: source) of a notebook, run. Exits with 2 and the remedy where there is no browser."""
    path = browser.find()
    if path is None:
        print(f"no browser; {browser.remedy()}", file=sys.stderr)
        sys.exit(2)
    with tempfile.TemporaryDirectory(prefix="anuman-bench-") as temporary:
        folder = Path(temporary)
        lab_server.copy_course(folder / "course")
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
        )
        nbformat.write(notebook, folder / "course" / "bench.ipynb")
        server = lab_server.start(folder)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=path, args=[*browser.FLAGS])
                page = NotebookPage(chromium, server, "bench.ipynb", height=1400)
                page.run_all()
                yield page
                chromium.close()
        finally:
            server.stop()


def slider(page: NotebookPage, name: str) -> Locator:
    """The handle of a cell's first slider."""
    return page.cell(name).locator(".noUi-handle, input[type=range]").first


def watch(page: NotebookPage, name: str, control: Locator) -> None:
    """Note from now on how long the answer to each key on a cell's control takes."""
    control.wait_for()
    page.page.evaluate(WATCH, [page.cell(name).element_handle(), control.element_handle()])


def press(page: NotebookPage, name: str, control: Locator, key: str) -> None:
    """One key; returns when its answer has been drawn."""
    cell = page.cell(name)
    count = cell.evaluate("cell => cell.times.length")
    control.press(key)
    page.page.wait_for_function(
        "([cell, count]) => cell.times.length > count",
        arg=[cell.element_handle(), count],
        timeout=TIMEOUT_MS,
    )


def forget(page: NotebookPage, name: str) -> None:
    """Begin the times of a cell anew."""
    page.cell(name).evaluate("cell => { cell.times = []; }")


def times_ms(page: NotebookPage, name: str) -> list[float]:
    """Milliseconds of every key since `watch` or `forget`."""
    return page.cell(name).evaluate("cell => cell.times")
