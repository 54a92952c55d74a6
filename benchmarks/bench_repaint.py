"""Key press to repaint in a real JupyterLab: a lesson's widget against a bare slider and a label.

python benchmarks/bench_repaint.py [--widget crossover] [--rounds N]
Both sliders are pressed in turn on one page; the figures are medians, plain and with the page's
processor slowed down four times. Target: at most 1.5 times the bare slider.
"""

import argparse
import statistics
import sys

import needed  # noqa: F401

# isort: split

from repaint import BARE, forget, opened, press, slider, times_ms, watch

TARGET = 1.5
WIDGETS = {  # each with its first slider at its lower end
    "two_clocks": "from anuman.widgets import two_clocks\ntwo_clocks()",
    "crossover": """from anuman.widgets import crossover
widget = crossover()
widget.served.value = 0.001
widget""",
    "memory_jar": """from anuman.widgets import memory_jar
widget = memory_jar()
widget.requests.value = 1
widget""",
    "timeline": """from anuman.widgets import timeline
widget = timeline()
widget.prompt.value = 1
widget""",
}


def measure(page, names, rounds: int) -> dict[str, float]:
    """Median milliseconds of each cell, pressed in turn; a round goes ten steps up and ten down."""
    for name in names:
        forget(page, name)
    for key in (["ArrowRight"] * 10 + ["ArrowLeft"] * 10) * rounds:
        for name in names:
            press(page, name, slider(page, name), key)
    return {name: statistics.median(times_ms(page, name)) for name in names}


def main() -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--widget", default="two_clocks", choices=WIDGETS)
    args = parser.parse_args()
    cells = {"bare": BARE, args.widget: WIDGETS[args.widget]}
    missed = False
    with opened(cells) as page:
        for name in cells:
            watch(page, name, slider(page, name))
        measure(page, cells, 1)  # warm
        throttle = page.page.context.new_cdp_session(page.page)
        for rate in (1, 4):
            throttle.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            times = measure(page, cells, args.rounds)
            ratio = times[args.widget] / times["bare"]
            missed |= ratio > TARGET
            print(
                f"processor slowed {rate}x: bare slider {times['bare']:.1f} ms, "
                f"{args.widget} {times[args.widget]:.1f} ms, ratio {ratio:.2f} (target {TARGET})"
            )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
