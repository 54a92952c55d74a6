"""Pictures that move, in a real JupyterLab: keys, drags, many marks, the first picture; plain and slowed 4x.

python benchmarks/bench_pictures.py [--rounds N]
Keys: from a key to the first frame that shows its answer, each lesson's widget beside a bare slider with
a label. Marks: frames while 200 keyed marks move. Drag: true changes a second while a grip is held and
moved in every frame. First: from running a cell to its picture, live beside ipywidgets.HTML. All are
medians (first: of three); a loaded machine makes them long, so compare what one run gives.
"""

import argparse
import statistics
import sys
import time

import needed  # noqa: F401

# isort: split

from bench_repaint import WIDGETS
from repaint import BARE, forget, opened, press, slider, times_ms, watch

MARKS = """
import random
from anuman.widgets.kit.picture import Live
from anuman.widgets.kit.svg import Picture, keyed

class Marks(Live):
    def to(self, seed):
        rng = random.Random(seed)
        body = "".join(
            keyed(f"m{i}", f'<circle cx="{rng.uniform(5, 495):.1f}" cy="{rng.uniform(5, 295):.1f}" r="4"/>')
            for i in range(200)
        )
        self.show(f'<div class="wide">{Picture(body, 500, 300, "Marks", "marks").markup()}</div>')

marks = Marks()
marks.to(0)
marks"""
HTML = """import ipywidgets
from anuman.widgets.two_clocks.clocks_charts import first_picture
ipywidgets.HTML(first_picture().markup())"""
# Moves a grip to and fro in every frame for a while; counts the pictures that answer.
DRAG = """async ([host, seconds]) => {
  const grip = host.querySelector("[data-grip]"), mark = grip.querySelector("polygon, path").getBoundingClientRect();
  const x = mark.left + mark.width / 2, y = mark.top + mark.height / 2;
  const about = { bubbles: true, pointerId: 1, button: 0, isPrimary: true };
  grip.setPointerCapture = () => {};
  let changes = 0, late = 0, frames = 0;
  new MutationObserver(() => changes++).observe(grip, { attributeFilter: ["aria-valuenow"] });
  grip.dispatchEvent(new PointerEvent("pointerdown", { ...about, clientX: x, clientY: y }));
  const start = performance.now();
  for (let i = 0; performance.now() - start < seconds * 1000; i++, frames++) {
    const wanted = x + 100 * Math.abs((i % 120) / 60 - 1);
    grip.dispatchEvent(new PointerEvent("pointermove", { ...about, clientX: wanted, clientY: y }));
    const box = grip.querySelector("polygon, path").getBoundingClientRect();
    if (Math.abs(box.left + box.width / 2 - wanted) > 2) late++;
    await new Promise(requestAnimationFrame);
  }
  const taken = (performance.now() - start) / 1000;
  grip.dispatchEvent(new PointerEvent("pointerup", about));
  return [changes / taken, 1 - late / frames];
}"""
FRAMES = """() => new Promise(done => {
  const mark = document.querySelector("[data-key=m0]"), times = [];
  let before = mark.getAttribute("cx"), last = 0, quiet = 0;
  const note = now => {
    const place = mark.getAttribute("cx");
    if (place !== before) { if (last) times.push(now - last); quiet = 0; before = place; }
    else if (times.length && ++quiet > 10) return done(times);
    last = now;
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
})"""


def keys(page, rounds: int) -> None:
    """Each widget's slider beside the bare one."""
    names = ["bare", *WIDGETS]
    for name in names:
        forget(page, name)
    for key in (["ArrowRight"] * 5 + ["ArrowLeft"] * 5) * rounds:
        for name in names:
            press(page, name, slider(page, name), key)
    bare = statistics.median(times_ms(page, "bare"))
    print(f"  key, bare slider and label: {bare:.0f} ms")
    for name in WIDGETS:
        taken = sorted(times_ms(page, name))
        middle, high = statistics.median(taken), taken[int(0.95 * (len(taken) - 1))]
        print(f"  key, {name}: {middle:.0f} ms (p95 {high:.0f}), {middle / bare:.2f} x bare")


def drag(page, seconds: float) -> None:
    """The point along the roof."""
    host = page.output("two_clocks").element_handle()
    rate, under = page.page.evaluate(DRAG, [host, seconds])
    print(
        f"  drag: {rate:.0f} true changes a second; under the pointer in {100 * under:.0f} % of frames"
    )


def marks(page) -> None:
    """200 marks that move at once."""
    watching = page.page.evaluate_handle(f"() => {{ window.moved = ({FRAMES})(); }}")
    page.cell("again").locator(".cm-content").click()
    page.page.keyboard.press("Control+Enter")
    taken = page.page.evaluate("() => window.moved")
    watching.dispose()
    short = sum(t <= 33.4 for t in taken) / max(1, len(taken))
    print(f"  200 marks: {len(taken)} frames, {100 * short:.0f} % of them within 33 ms")


def first(page) -> None:
    """From running a cell to its picture."""
    for name, shown in (("html", ".widget-html-content svg"), ("two_clocks", ".view svg")):
        taken = []
        for _round in range(3):
            page.cell(name).locator(".cm-content").click()
            old = page.output(name).locator(shown).first.element_handle()
            start = time.monotonic()
            page.page.keyboard.press("Control+Enter")
            old.wait_for_element_state("hidden")
            page.output(name).locator(shown).first.wait_for()
            taken.append(1000 * (time.monotonic() - start))
        print(f"  picture of a cell that is run, {name}: {statistics.median(taken):.0f} ms")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=2)
    rounds = parser.parse_args().rounds
    cells = {
        "bare": BARE, **WIDGETS, "marks": MARKS, "again": "marks.to(random.random())", "html": HTML,
    }  # fmt: skip
    with opened(cells) as page:
        for name in ("bare", *WIDGETS):
            watch(page, name, slider(page, name))
            press(page, name, slider(page, name), "ArrowRight")  # warm
        throttle = page.page.context.new_cdp_session(page.page)
        for rate in (1, 4):
            throttle.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            print(f"processor slowed {rate}x", flush=True)
            keys(page, rounds)
            drag(page, 4)
            marks(page)
        for rate in (1, 4):  # last: cells that are run again have new controls
            throttle.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            print(f"processor slowed {rate}x", flush=True)
            first(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
