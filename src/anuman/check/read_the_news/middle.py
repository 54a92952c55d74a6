"""The interval that a simulation gives: the middle 80 of a hundred runs."""

from collections.abc import Iterator
from statistics import fmean, stdev

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

RUNS = 400  # at each end of the interval ten neighbours are nearly equal, so every percentile method counts


def at_share(samples: list[float], share: float) -> float:
    """The value that this share of the samples stays below."""
    ordered = sorted(samples)
    return ordered[round(share * (len(ordered) - 1))]


def middle(samples: list[float]) -> tuple[float, float]:
    """(low, high): a tenth of the samples lie below, a tenth above."""
    return at_share(samples, 0.1), at_share(samples, 0.9)


def _runs() -> Iterator[Case]:
    """Skewed results in random order; those around the two places differ by less than half a percent."""
    draw = seeded("11-read-the-news/middle")
    while True:
        typical, spread = 10 ** draw.uniform(-1, 3), draw.uniform(0.3, 0.9)
        ordered = sorted(typical * draw.lognormvariate(0, spread) for _run in range(RUNS))
        for place in (round(0.1 * (RUNS - 1)), round(0.9 * (RUNS - 1))):
            for step in range(-5, 6):
                ordered[place + step] = ordered[place] * (1 + 0.0005 * step)
        values = [float(f"{value:.5g}") for value in ordered]
        draw.shuffle(values)
        yield (values,)


MIDDLE = Task(
    id="11-read-the-news/middle",
    function=middle,
    result=Result((number("low"), number("high"))),
    examples=(([float(run) for run in (7, 3, 9, 1, 5, 11, 2, 8, 4, 10, 6)],),),
    parts=(Part(N_("all cases"), 1, first(5, _runs())),),
    misconceptions=(
        Misconception(
            "smallest and largest",
            lambda samples: (min(samples), max(samples)),
            N_(
                "These are the smallest and the largest: more runs would make that interval ever wider. "
                "Leave out a tenth on each side."
            ),
        ),
        Misconception(
            "not sorted",
            lambda samples: (samples[len(samples) // 10], samples[len(samples) * 9 // 10]),
            N_("The runs come in random order: sort them first."),
        ),
        Misconception(
            "a fifth on each side",
            lambda samples: (at_share(samples, 0.2), at_share(samples, 0.8)),
            N_(
                "A fifth is left out on each side, so only 60 of 100 runs lie inside. The two ends share "
                "the 20."
            ),
        ),
        Misconception(
            "a twentieth on each side",
            lambda samples: (at_share(samples, 0.05), at_share(samples, 0.95)),
            N_("A twentieth is left out on each side: that is the middle 90 of 100."),
        ),
        Misconception(
            "a tenth around the mean",
            lambda samples: (0.9 * fmean(samples), 1.1 * fmean(samples)),
            N_(
                "That is the mean, a tenth less and more: the runs are not asked how far they spread."
            ),
        ),
        Misconception(
            "mean and standard deviations",
            lambda samples: (
                fmean(samples) - 1.28 * stdev(samples),
                fmean(samples) + 1.28 * stdev(samples),
            ),
            N_(
                "Mean and standard deviations suit a bell; these runs are skewed. Count places in the "
                "sorted list."
            ),
        ),
    ),
)
