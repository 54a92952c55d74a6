"""Which assumption is worth measuring: the one that makes the interval widest."""

from collections.abc import Iterator
from math import prod

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

TOP = ("chips", "watts", "cooling", "days")
BOTTOM = ("speed", "users", "tokens")

Spans = dict[str, list[float]]  # name -> [low, high]


def _ratios(spans: Spans) -> dict[str, float]:
    return {name: high / low for name, (low, high) in spans.items()}


def _widest(widths: dict[str, float], top: Spans, bottom: Spans) -> tuple[str, float]:
    """The name of the largest of these widths, and high/low of the whole without it."""
    name = max(widths, key=widths.get)
    every = _ratios(top) | _ratios(bottom)
    return name, prod(ratio for other, ratio in every.items() if other != name)


def worth_measuring(top: Spans, bottom: Spans) -> tuple[str, float]:
    """(assumption that should be measured first, high/low of the result when it is known).

    The result is the product of `top` divided by that of `bottom`; each lies between [low, high].
    """
    return _widest(_ratios(top) | _ratios(bottom), top, bottom)


def _spans() -> Iterator[Case]:
    """Wide and narrow assumptions of every size; the widest in itself is not the widest in ratio."""
    draw = seeded("11-read-the-news/worth_measuring")
    while True:
        top, bottom = {}, {}
        for names, spans in ((TOP, top), (BOTTOM, bottom)):
            for name in draw.sample(names, draw.randint(1, len(names))):
                low = float(f"{10 ** draw.uniform(-1, 4):.2g}")
                spans[name] = [low, float(f"{low * draw.choice((1.05, 1.2, 1.5, 2, 3, 5)):.3g}")]
        ratios = sorted((_ratios(top) | _ratios(bottom)).values())
        if len(ratios) > 2 and ratios[-1] > 1.1 * ratios[-2]:
            yield top, bottom


def _differences(top: Spans, bottom: Spans) -> dict[str, float]:
    return {name: high - low for name, (low, high) in (top | bottom).items()}


LEFT_OUT = N_("What stands below the line is left out: it is uncertain, too.")

WORTH_MEASURING = Task(
    id="11-read-the-news/worth_measuring",
    function=worth_measuring,
    result=Result((label("name", *TOP, *BOTTOM), number("ratio"))),
    examples=(
        ({"watts": [300.0, 700.0], "cooling": [1.1, 1.5]}, {"speed": [40.0, 50.0]}),
        ({"watts": [600.0, 700.0]}, {"speed": [20.0, 50.0], "users": [8.0, 10.0]}),
    ),
    parts=(
        Part("ratio", 1.5, first(8, _spans()), fields=("ratio",)),
        Part("name", 0.5, first(8, _spans()), fields=("name",), needs=("ratio",)),
    ),
    misconceptions=(
        Misconception(
            "largest difference",
            lambda top, bottom: _widest(_differences(top, bottom), top, bottom),
            N_(
                "You compare high − low, which hangs on the unit. In a product what counts is high / low."
            ),
        ),
        Misconception(
            "nothing known",
            lambda top, bottom: (
                worth_measuring(top, bottom)[0],
                prod((_ratios(top) | _ratios(bottom)).values()),
            ),
            N_("The ratio is that of before: once it is measured, that assumption adds no width."),
        ),
        Misconception(
            "what the one is worth",
            lambda top, bottom: (
                worth_measuring(top, bottom)[0],
                max((_ratios(top) | _ratios(bottom)).values()),
            ),
            N_("The ratio is that of the one assumption: asked is what the others leave."),
        ),
        Misconception(
            "divisors make it narrower",
            lambda top, bottom: (
                worth_measuring(top, bottom)[0],
                worth_measuring(top, bottom)[1]
                / prod(
                    ratio**2
                    for name, ratio in _ratios(bottom).items()
                    if name != worth_measuring(top, bottom)[0]
                ),
            ),
            N_(
                "What stands below the line makes your interval narrower: the largest result comes from "
                "the smallest divisor, so it widens like the rest."
            ),
        ),
        Misconception(
            "divisors left out",
            lambda top, bottom: _widest(_ratios(top), top, {}),
            LEFT_OUT,
        ),
        Misconception(
            "only what is on top measured",
            lambda top, bottom: _widest(_ratios(top), top, bottom),
            LEFT_OUT,
        ),
        Misconception(
            "narrowest",
            lambda top, bottom: _widest(
                {name: -ratio for name, ratio in (_ratios(top) | _ratios(bottom)).items()},
                top,
                bottom,
            ),
            N_("You measure what is known best already: measure what is known worst."),
        ),
    ),
)
