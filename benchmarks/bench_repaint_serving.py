"""Key press to repaint of the serving widgets in a real JupyterLab, 200 requests, beside a bare slider.

python benchmarks/bench_repaint_serving.py [--rounds N]
A key on a slider moves through a run that is there already; a key in a box (the duel's seed, the
theatre's seed) simulates both policies anew; one in the load curves' box simulates fifteen rates with
100 requests each, then longer runs in the background. Medians, each beside the bare slider's. Target: 100 ms.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

import lab_server
from bench_repaint import CELLS as ROOFLINE
from notebook_page import TIMEOUT_MS, NotebookPage
from playwright.sync_api import sync_playwright

from anuman import browser

TARGET_MS = 100
THEATRE = """from anuman.widgets import batching_theatre
from anuman.widgets.stage import Setting
batching_theatre(setting=Setting(requests=200, slots=16, mean=30, kv_capacity=3000))"""
CURVES = """from anuman.widgets.load_curves import LoadCurves
LoadCurves(count=200)"""
DUEL = "from anuman.widgets import policy_duel\npolicy_duel()"
# Name: the cell, and the control whose key is pressed (None: the slider; else a box by its label).
PRESSED = {
    "bare": (ROOFLINE["bare"], None),
    "theatre-step": (THEATRE, None),
    "theatre-seed": (THEATRE, "Seed"),
    "duel-seed": (DUEL, "Seed"),
    "curves-rate": (CURVES, None),
    "curves-prompt": (CURVES, "Mean prompt, tokens"),
}
WATCH = """([cell, pressed]) => {
  const shown = [...cell.querySelectorAll(".widget-html-content")].pop();
  cell.times = [];
  let start = null;
  pressed.addEventListener("keydown", () => { start = performance.now(); }, true);
  new MutationObserver(() => {
    if (start === null) return;
    const began = start;
    start = null;
    requestAnimationFrame(() => setTimeout(() => cell.times.push(performance.now() - began), 0));
  }).observe(shown, { childList: true, subtree: true, characterData: true });
}"""


def control(page: NotebookPage, name: str):
    """The element that takes the key."""
    label = PRESSED[name][1]
    cell = page.cell(name)
    if label is None:
        return cell.locator(".noUi-handle").first
    return page.output(name).get_by_label(label, exact=True).first


def press(page: NotebookPage, name: str, up: bool) -> None:
    """One key; returns when its answer has been drawn."""
    cell = page.cell(name)
    count = cell.evaluate("cell => cell.times.length")
    slider = PRESSED[name][1] is None
    key = ("ArrowRight" if up else "ArrowLeft") if slider else ("ArrowUp" if up else "ArrowDown")
    control(page, name).press(key)
    page.page.wait_for_function(
        "([cell, count]) => cell.times.length > count",
        arg=[cell.element_handle(), count],
        timeout=TIMEOUT_MS,
    )


def main() -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    path = browser.find()
    if path is None:
        print(f"bench_repaint_serving: no browser; {browser.remedy()}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="anuman-bench-") as temporary:
        folder = Path(temporary)
        lab_server.copy_course(folder / "course")
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(src, id=name) for name, (src, _c) in PRESSED.items()],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
        )
        nbformat.write(notebook, folder / "course" / "bench.ipynb")
        server = lab_server.start(folder)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=path, args=[*browser.FLAGS])
                page = NotebookPage(chromium, server, "bench.ipynb", height=1400)
                page.run_all()
                for name in PRESSED:
                    element = control(page, name)
                    element.wait_for()
                    handles = [page.cell(name).element_handle(), element.element_handle()]
                    page.page.evaluate(WATCH, handles)
                    # Warm; the theatre begins at its last step, so that it needs room to go up again.
                    for _ in range(4):
                        press(page, name, not name.endswith(("step", "rate")))
                for _ in range(4):
                    press(page, "bare", up=False)
                times: dict[str, list[float]] = {name: [] for name in PRESSED}
                for name in PRESSED:
                    page.cell(name).evaluate("cell => { cell.times = []; }")
                for up in ([True] * 4 + [False] * 4) * rounds:
                    for name in PRESSED:
                        # A bounded box at its end would not change: seeds only go up, prompts too.
                        press(page, name, up or PRESSED[name][1] is not None)
                for name in PRESSED:
                    times[name] = page.cell(name).evaluate("cell => cell.times")
                chromium.close()
        finally:
            server.stop()
    bare = statistics.median(times["bare"])
    missed = False
    for name, measured in times.items():
        middle = statistics.median(measured)
        missed |= middle > TARGET_MS
        print(
            f"{name:14} {middle:7.1f} ms   {middle / bare:5.2f} of the bare slider   (target {TARGET_MS} ms)"
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
