"""Key press to repaint in a real JupyterLab: a lesson's widget against a bare slider and a label.

python benchmarks/bench_repaint.py [--widget crossover] [--rounds N]
Both sliders are pressed in turn on one page; the figures are medians, plain and with the page's
processor slowed down four times. Target: at most 1.5 times the bare slider.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

import lab_server
from notebook_page import TIMEOUT_MS, NotebookPage
from playwright.sync_api import sync_playwright

from anuman import browser

TARGET = 1.5
CELLS = {
    "bare": """import ipywidgets
slider = ipywidgets.FloatLogSlider(value=1, base=2, min=0, max=12, step=1, readout=False)
label = ipywidgets.HTML()
slider.observe(lambda change: setattr(label, "value", f"<b>{change['new']:.0f}</b>"), "value")
ipywidgets.VBox([slider, label])""",
    "widget": "",
}
WIDGETS = {  # each with its first slider at its lower end
    "two_clocks": "from anuman.widgets import two_clocks\ntwo_clocks()",
    "crossover": """from anuman.widgets import crossover
widget = crossover()
widget.trained.box.value = 1
widget""",
}
# From the key's arrival in the page to the frame after the one that draws the answer.
WATCH = """(cell) => {
  const handle = cell.querySelector(".noUi-handle");
  const shown = [...cell.querySelectorAll(".widget-html-content")].pop();
  cell.times = [];
  let pressed = null;
  handle.addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    if (pressed === null) return;
    const start = pressed;
    pressed = null;
    requestAnimationFrame(() => setTimeout(() => cell.times.push(performance.now() - start), 0));
  }).observe(shown, { childList: true, subtree: true, characterData: true });
}"""


def press(page: NotebookPage, cell_id: str, key: str) -> None:
    """One key on a cell's slider; returns when its answer has been drawn."""
    cell = page.cell(cell_id)
    count = cell.evaluate("cell => cell.times.length")
    cell.locator(".noUi-handle").first.press(key)
    page.page.wait_for_function(
        "([cell, count]) => cell.times.length > count",
        arg=[cell.element_handle(), count],
        timeout=TIMEOUT_MS,
    )


def measure(page: NotebookPage, rounds: int) -> dict[str, float]:
    """Median milliseconds of both, pressed in turn; a round goes ten steps up and ten down."""
    for cell_id in CELLS:
        page.cell(cell_id).evaluate("cell => { cell.times = []; }")
    for key in (["ArrowRight"] * 10 + ["ArrowLeft"] * 10) * rounds:
        for cell_id in CELLS:
            press(page, cell_id, key)
    return {c: statistics.median(page.cell(c).evaluate("cell => cell.times")) for c in CELLS}


def main() -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--widget", default="two_clocks", choices=WIDGETS)
    args = parser.parse_args()
    rounds, name = args.rounds, args.widget
    CELLS["widget"] = WIDGETS[name]
    path = browser.find()
    if path is None:
        print(f"bench_repaint: no browser; {browser.remedy()}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="anuman-bench-") as temporary:
        folder = Path(temporary)
        lab_server.copy_course(folder / "course")
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source, id=cell) for cell, source in CELLS.items()],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
        )
        nbformat.write(notebook, folder / "course" / "bench.ipynb")
        server = lab_server.start(folder)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=path, args=[*browser.FLAGS])
                page = NotebookPage(chromium, server, "bench.ipynb", height=1400)
                page.run_all()
                for cell_id in CELLS:
                    page.cell(cell_id).locator(".noUi-handle").first.wait_for()
                    page.cell(cell_id).evaluate(WATCH)
                measure(page, 1)  # warm
                throttle = page.page.context.new_cdp_session(page.page)
                missed = False
                for rate in (1, 4):
                    throttle.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                    times = measure(page, rounds)
                    ratio = times["widget"] / times["bare"]
                    missed |= ratio > TARGET
                    print(
                        f"processor slowed {rate}x: bare slider {times['bare']:.1f} ms, "
                        f"{name} {times['widget']:.1f} ms, ratio {ratio:.2f} (target {TARGET})"
                    )
                chromium.close()
        finally:
            server.stop()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
