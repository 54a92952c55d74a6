"""Pictures that stand in a lesson for readers without a kernel: each widget at its first setting."""

from collections.abc import Callable
from pathlib import Path

from anuman.language import LANGUAGES, speaking
from anuman.scenes.clocks import clocks
from anuman.scenes.theatre import Setting, stage

from .batching_theatre import theatre_slots
from .crossover import crossover_charts
from .crossover.crossover_widget import Crossover
from .kit.svg import Picture
from .memory_jar import jar_drawing
from .memory_jar.jar_widget import first_jar
from .timeline import timeline_bars
from .timeline.timeline_widget import CHOSEN, WHOLE, first_request, rides
from .two_clocks import clocks_charts
from .two_clocks.clocks_widget import CHIPS, MODELS


def _two_clocks() -> Picture:
    return clocks_charts.still(clocks(CHIPS[0], MODELS[0], 1, 2.0)).picture


def _crossover() -> Picture:
    return crossover_charts.still(Crossover().state).picture


def _memory_jar() -> Picture:
    return jar_drawing.still(first_jar()).picture


def _timeline() -> Picture:
    return timeline_bars.still(rides(first_request()), CHOSEN, WHOLE).picture


def _theatre() -> Picture:
    first = stage(Setting())
    return theatre_slots.still(first, first.end).picture


PICTURES: dict[str, Callable[[], Picture]] = {
    "01-what-is-inference": _crossover,
    "02-roofline": _two_clocks,
    "03-prefill-decode": _timeline,
    "04-kv-cache": _memory_jar,
    "05-batching": _theatre,
}


def drawn(root: Path) -> dict[Path, str]:
    """Path -> SVG of every picture, in every language."""
    found = {}
    for name, draw in PICTURES.items():
        for language in LANGUAGES:
            with speaking(language):
                path = root / "lessons" / "pictures" / f"{name}.{language}.svg"
                found[path] = draw().standalone() + "\n"
    return found


def write(root: Path) -> None:
    """Write lessons/pictures/."""
    for path, svg in drawn(root).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8", newline="\n")
