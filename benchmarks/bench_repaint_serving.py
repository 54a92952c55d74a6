"""Key press to repaint of the serving widgets in a real JupyterLab, 200 requests, beside a bare slider.

python benchmarks/bench_repaint_serving.py [--rounds N]
A key on a slider moves through a run that is there already; a key in a box (the duel's seed, the
theatre's seed) simulates both policies anew; one in the load curves' box simulates fifteen rates with
100 requests each, then longer runs in the background. Medians, each beside the bare slider's. Target: 100 ms.
"""

import argparse
import statistics
import sys

import needed  # noqa: F401

# isort: split

from repaint import BARE, forget, opened, press, slider, times_ms, watch

TARGET_MS = 100
THEATRE = """from anuman.widgets import batching_theatre
from anuman.scenes.theatre import Setting
batching_theatre(setting=Setting(requests=200, slots=16, mean=30, kv_capacity=3000))"""
CURVES = """from anuman.widgets.load_curves.load_widget import LoadCurves
LoadCurves(count=200)"""
DUEL = "from anuman.widgets import policy_duel\npolicy_duel()"
# Name: the cell, and the control whose key is pressed (None: the slider; else a box by its label).
PRESSED = {
    "bare": (BARE, None),
    "theatre-step": (THEATRE, None),
    "theatre-seed": (THEATRE, "Seed"),
    "duel-seed": (DUEL, "Seed"),
    "curves-rate": (CURVES, None),
    "curves-prompt": (CURVES, "Mean prompt, tokens"),
}


def control(page, name: str):
    """The element that takes the key."""
    label = PRESSED[name][1]
    if label is None:
        return slider(page, name)
    return page.output(name).get_by_label(label, exact=True).first


def step(page, name: str, up: bool) -> None:
    """One key up or down on a cell's control."""
    keys = ("ArrowLeft", "ArrowRight") if PRESSED[name][1] is None else ("ArrowDown", "ArrowUp")
    press(page, name, control(page, name), keys[up])


def main() -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with opened({name: source for name, (source, _label) in PRESSED.items()}) as page:
        for name in PRESSED:
            watch(page, name, control(page, name))
            # Warm; the theatre begins at its last step, so that it needs room to go up again.
            for _ in range(4):
                step(page, name, not name.endswith(("step", "rate")))
        for _ in range(4):
            step(page, "bare", up=False)
        for name in PRESSED:
            forget(page, name)
        for up in ([True] * 4 + [False] * 4) * rounds:
            for name in PRESSED:
                # A bounded box at its end would not change: seeds only go up, prompts too.
                step(page, name, up or PRESSED[name][1] is not None)
        times = {name: times_ms(page, name) for name in PRESSED}
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
