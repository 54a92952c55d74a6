"""The copy measurement: raw timings of a copy -> bytes a second."""

from collections.abc import Iterator
from statistics import mean, median

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, off_by
from ..words import N_

TRAFFIC = 2  # a copy reads every byte and writes it


def copy_bandwidth(nbytes: int, seconds: list[float]) -> float:
    """Bytes a second of the best copy; the first timing never counts, and a copy moves 2·nbytes."""
    return TRAFFIC * nbytes / min(seconds[1:])


def _timings(first_low: float, first_high: float) -> Iterator[Case]:
    """Timings whose first one is first_low to first_high times the best of the others."""
    draw = seeded(f"02-roofline/copy_bandwidth {first_low}")
    while True:
        nbytes = draw.randint(10**8, 10**9)
        best = TRAFFIC * nbytes / draw.uniform(4e9, 200e9)
        others = [best, *(best * draw.uniform(1.05, 1.6) for _index in range(draw.randint(2, 7)))]
        draw.shuffle(others)
        if others[0] != best:  # so that taking the second timing is not right by chance
            yield nbytes, [best * draw.uniform(first_low, first_high), *others]


COPY_BANDWIDTH = Task(
    id="02-roofline/copy_bandwidth",
    function=copy_bandwidth,
    result=Result((number("bandwidth"),)),
    examples=((10**9, [0.9, 0.25, 0.2, 0.4]), (10**9, [0.1, 0.25, 0.2, 0.4])),
    parts=(
        Part(
            N_("the first timing is slow"),
            1,
            ((2**28, [0.08, 0.03]), *first(6, _timings(1.7, 4.0))),
        ),
        Part(
            N_("the first timing is the fastest"),
            1,
            ((2**28, [0.02, 0.03]), *first(6, _timings(0.4, 0.85))),
        ),
    ),
    misconceptions=(
        off_by(
            1 / 2,
            "counts only reads",
            N_("Half of the bandwidth: a copy reads every byte and writes it, so 2·nbytes move."),
        ),
        Misconception(
            "keeps the first",
            lambda nbytes, seconds: 2 * nbytes / min(seconds),
            N_(
                "The first timing is counted: by the rule fixed beforehand it never counts, not "
                "even when it is the fastest."
            ),
        ),
        Misconception(
            "mean instead of best",
            lambda nbytes, seconds: 2 * nbytes / mean(seconds[1:]),
            N_(
                "The mean of the timings: other work on the machine only ever adds time, so the "
                "shortest of them is the nearest to what the memory can do."
            ),
        ),
        Misconception(
            "mean with the first",
            lambda nbytes, seconds: 2 * nbytes / mean(seconds),
            N_("The mean of all timings: leave out the first and take the shortest of the rest."),
        ),
        Misconception(
            "median",
            lambda nbytes, seconds: 2 * nbytes / median(seconds[1:]),
            N_("The median of the timings: take the shortest, other work only ever adds time."),
        ),
        Misconception(
            "second best of all",
            lambda nbytes, seconds: 2 * nbytes / sorted(seconds)[1],
            N_(
                "The second shortest of all timings: sorting forgets which one came first. Drop "
                "the first one before looking for the shortest."
            ),
        ),
        Misconception(
            "last timing",
            lambda nbytes, seconds: 2 * nbytes / seconds[-1],
            N_("Only the last timing is used: take the shortest of all but the first."),
        ),
        Misconception(
            "slowest",
            lambda nbytes, seconds: 2 * nbytes / max(seconds[1:]),
            N_("The slowest timing: the best bandwidth comes from the shortest one."),
        ),
        Misconception(
            "second timing",
            lambda nbytes, seconds: 2 * nbytes / seconds[1],
            N_("Only the second timing is used: take the shortest of all but the first."),
        ),
        off_by(
            8,
            "bits",
            N_("8 times too large: the answer is in bytes a second, not in bits."),
        ),
    ),
)
