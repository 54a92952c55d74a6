"""A percentile of measured latencies, and whether there are enough of them to say it."""

from collections.abc import Iterator
from statistics import fmean

from ..draws import first, seeded
from ..labels import yes_no
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_
from .draw import latencies

BEYOND = 10  # samples that must lie beyond a percentile before it is worth saying


def percentile(samples: list[float], p: float) -> float:
    """The value that p of 100 samples stay below, between the two samples next to that place."""
    ordered = sorted(samples)
    place = p / 100 * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _enough(samples: list[float], p: float) -> bool:
    return len(samples) * (100 - p) / 100 >= BEYOND


def percentile_latency(samples: list[float], p: float) -> tuple[float, bool]:
    """(percentile p of the samples, whether at least BEYOND of them lie beyond it)."""
    return percentile(samples, p), _enough(samples, p)


def _cases(p: float) -> Iterator[Case]:
    """Samples well below and well above the number that is needed, in turn."""
    draw = seeded(f"06-under-load/percentile_latency {p}")
    needed = BEYOND * 100 / (100 - p)
    at = 0
    while True:
        share = draw.uniform(0.3, 0.85) if at % 2 else draw.uniform(1.25, 3)
        yield latencies(draw, max(9, round(share * needed)), p, draw.uniform(0.05, 2)), p
        at += 1


MEDIANS = first(4, _cases(50))
# Just enough; sizes whose shares are exact in binary.
_draw = seeded("06-under-load/percentile_latency just enough")
JUST = tuple((latencies(_draw, count, p, 0.5), p) for count, p in ((20, 50), (40, 75)))
TAILS = (*first(5, _cases(99)), *first(4, _cases(90)))

PERCENTILE_LATENCY = Task(
    id="06-under-load/percentile_latency",
    function=percentile_latency,
    result=Result((number("value"), yes_no("enough"))),
    examples=(
        ([0.2, 0.1, 0.9, 0.2, 0.2], 50),
        ([0.2, 0.1, 0.9] * 10 + [0.2] * 20, 90),
        ([0.2] * 130 + [3.0] * 20, 90),
    ),
    parts=(
        Part(N_("the median"), 0.25, MEDIANS, fields=("value",)),
        Part(N_("p90 and p99"), 0.25, TAILS, fields=("value",)),
        Part("enough", 1, (*MEDIANS, *TAILS, *JUST), fields=("enough",)),
    ),
    misconceptions=(
        Misconception(
            "mean",
            lambda samples, p: (fmean(samples), _enough(samples, p)),
            N_(
                "That is the mean: a few very long waits pull it up. The percentile is a place in "
                "the sorted list."
            ),
        ),
        Misconception(
            "largest",
            lambda samples, p: (max(samples), _enough(samples, p)),
            N_("That is the largest sample: a percentile below 100 leaves some above it."),
        ),
        Misconception(
            "median whatever p",
            lambda samples, p: (percentile(samples, 50), _enough(samples, p)),
            N_("That is the median whatever p is: p is not used."),
        ),
        Misconception(
            "not sorted",
            lambda samples, p: (
                samples[min(len(samples) - 1, int(p / 100 * len(samples)))],
                _enough(samples, p),
            ),
            N_("The samples are not sorted: they come in the order in which they were measured."),
        ),
        Misconception(
            "other end",
            lambda samples, p: (percentile(samples, 100 - p), _enough(samples, p)),
            N_("Counted from the wrong end: p of 100 samples lie below the percentile."),
        ),
        Misconception(
            "share for percent",
            lambda samples, p: (percentile(samples, p / 100), _enough(samples, p)),
            N_("p is a number of hundredths: 99 means 99 of 100, not 0.99 of 100."),
        ),
        Misconception(
            "always enough",
            lambda samples, p: (percentile(samples, p), True),
            N_(
                "enough is always True: with few samples the tail is a single accident. At least "
                "10 samples must lie beyond the percentile."
            ),
        ),
        Misconception(
            "more than ten",
            lambda samples, p: (percentile(samples, p), len(samples) * (100 - p) / 100 > BEYOND),
            N_("Just 10 samples beyond the percentile are enough: compare with >=."),
        ),
        Misconception(
            "ten samples in all",
            lambda samples, p: (percentile(samples, p), len(samples) >= BEYOND),
            N_("10 samples must lie beyond the percentile, not in the whole list."),
        ),
        Misconception(
            "hundred samples in all",
            lambda samples, p: (percentile(samples, p), len(samples) >= 100),
            N_("How many samples are enough depends on p: beyond p99 lies only 1 of 100."),
        ),
        Misconception(
            "reversed",
            lambda samples, p: (percentile(samples, p), not _enough(samples, p)),
            N_("enough is the wrong way round."),
        ),
    ),
)
