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

    Found by bisection: how many gaps of a run lie below a value is a division. Exact to 1e-12.
    """
    runs = [g for g in gaps if g.weight]
    if not runs:
        return None
    wanted = p / 100 * sum(g.k * g.weight for g in runs)
    low = 0.0
    high = max(g.first_s + g.more_s * (g.k - 1) for g in runs)
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if low in (middle, high) or middle == high:
            break
        if _at_most(runs, middle) >= wanted:
            high = middle
        else:
            low = middle
    return high


def _at_most(runs: list[Gaps], value: float) -> float:
    count = 0
    for first, more, k, weight in runs:
        if value >= first:
            count += weight * (k if more == 0 else min(k, floor((value - first) / more) + 1))
    return count
