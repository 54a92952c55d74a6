"""The largest rate up to which a promise about the tail is kept, from few and noisy samples."""

from collections.abc import Iterator
from statistics import fmean

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_
from .draw import latencies
from .percentile import percentile

P = 99


def _kept(samples: list[float], slo: float) -> bool:
    return percentile(samples, P) <= slo


def _up_to(rates: list[float], kept: list[bool]) -> float:
    """The last rate before the first that fails; 0 if already the lowest does."""
    fails = kept.index(False) if False in kept else len(kept)
    return rates[fails - 1] if fails else 0.0


def max_rate(rates: list[float], samples: list[list[float]], slo: float) -> float:
    """The largest listed rate up to which p99 is at most slo at every listed rate; 0 if at none."""
    return _up_to(rates, [_kept(each, slo) for each in samples])


def _any(rates: list[float], samples: list[list[float]], slo: float) -> float:
    return max((r for r, each in zip(rates, samples, strict=True) if _kept(each, slo)), default=0.0)


def _first_failing(rates: list[float], samples: list[list[float]], slo: float) -> float:
    return next(
        (r for r, each in zip(rates, samples, strict=True) if not _kept(each, slo)), rates[-1]
    )


# Whether p99 keeps the promise at each rate, from the lowest on. One rate may keep it by luck.
PATTERNS = (
    "++++--", "++-+--", "+++++", "---", "+-++-", "-++--", "+++-+-", "++++-+", "+-----",
)  # fmt: skip


def _benchmarks() -> Iterator[Case]:
    """Samples whose p99 is clearly on one side of the promise, and whose mean and median are not."""
    draw = seeded("06-under-load/max_rate")
    for pattern in PATTERNS:
        slo = round(draw.uniform(0.4, 3), 2)
        start, step = draw.uniform(0.5, 5), draw.uniform(0.4, 2)
        rates = [round(start + step * at, 2) for at in range(len(pattern))]
        samples = []
        for sign in pattern:
            raw = latencies(draw, draw.randint(150, 240), P, 1)
            wanted = slo * (draw.uniform(0.5, 0.85) if sign == "+" else draw.uniform(1.2, 2.5))
            scale = wanted / percentile(raw, P)
            late = slo * draw.uniform(1.5, 3)  # the largest sample breaks every promise
            largest = max(raw)
            samples.append([round(late if v == largest else v * scale, 6) for v in raw])
        yield rates, samples, slo


CASES = tuple(_benchmarks())

MAX_RATE = Task(
    id="06-under-load/max_rate",
    function=max_rate,
    result=Result((number("rate"),)),
    examples=(
        ([1.0, 2.0, 3.0], [[0.2] * 100, [0.3] * 100, [0.3] * 95 + [2.0] * 5], 0.5),
        ([1.0, 2.0, 3.0], [[0.2] * 100, [0.3] * 95 + [2.0] * 5, [0.4] * 100], 0.5),
    ),
    parts=(Part(N_("all cases"), 1, first(len(CASES), iter(CASES))),),
    misconceptions=(
        Misconception(
            "any rate that keeps it",
            _any,
            N_(
                "The largest rate that keeps the promise is taken, though a smaller one breaks it: "
                "that one was lucky. Stop at the first that fails."
            ),
        ),
        Misconception(
            "mean",
            lambda rates, samples, slo: _up_to(rates, [fmean(each) <= slo for each in samples]),
            N_("The mean (or the median) is held against the promise: the promise is about p99."),
        ),
        Misconception(
            "largest sample",
            lambda rates, samples, slo: _up_to(rates, [max(each) <= slo for each in samples]),
            N_("The largest sample is held against the promise: p99 lets 1 of 100 be later."),
        ),
        Misconception(
            "first that fails",
            _first_failing,
            N_("That is the first rate that breaks the promise: asked is the last one before it."),
        ),
        Misconception(
            "place",
            lambda rates, samples, slo: (
                float(rates.index(max_rate(rates, samples, slo)))
                if max_rate(rates, samples, slo)
                else 0.0
            ),
            N_("That is the place in the list: return the rate itself."),
        ),
        Misconception(
            "lowest rate where none keeps it",
            lambda rates, samples, slo: max_rate(rates, samples, slo) or rates[0],
            N_("Where already the lowest rate breaks the promise, the answer is 0."),
        ),
        Misconception(
            "all samples together",
            lambda rates, samples, slo: (
                rates[-1] if _kept([one for each in samples for one in each], slo) else 0.0
            ),
            N_("All samples are thrown together: each rate has its own p99."),
        ),
    ),
)
