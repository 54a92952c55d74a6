"""Percentiles, of plain samples and of runs of equally spaced gaps."""

from collections.abc import Iterable, Sequence
from math import floor

from .run import Gaps


def percentile(samples: Sequence[float], p: float) -> float:
    """The p-th percentile (0 to 100), linear between the two nearest samples. Raises ValueError."""
    if not samples:
        raise ValueError("there are no samples")
    if not 0 <= p <= 100:
        raise ValueError(f"p is {p!r}: a percentile lies between 0 and 100")
    ordered = sorted(samples)
    place = (len(ordered) - 1) * p / 100
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def gap_percentile(gaps: Iterable[Gaps], p: float) -> float | None:
    """The smallest gap that at least p percent of all gaps do not exceed; None without gaps.

    Found by bisection: how many gaps of a run lie below a value is a division. Runs that lie below or
    above what is left are counted once and for all, so the work shrinks with every halving. Exact to
    1e-12.
    """
    runs = [(g, g.first_s + g.more_s * (g.k - 1)) for g in gaps if g.weight]
    if not runs:
        return None
    wanted = p / 100 * sum(g.k * g.weight for g, _last in runs)
    low, high = 0.0, max(last for _g, last in runs)
    below = 0  # gaps of the runs that lie wholly at or below `low`
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if below + sum(_at_most(g, middle) for g, _last in runs) >= wanted:
            high = middle
            runs = [(g, last) for g, last in runs if g.first_s <= high]
        else:
            low = middle
            below += sum(g.k * g.weight for g, last in runs if last <= low)
            runs = [(g, last) for g, last in runs if last > low]
    return high


def _at_most(gaps: Gaps, value: float) -> int:
    """How many gaps of a run are at most `value`."""
    first, more, k, weight = gaps
    if value < first:
        return 0
    return weight * (k if more == 0 else min(k, floor((value - first) / more) + 1))
