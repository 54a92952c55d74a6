"""A run that fails at given times, second by second: what of its work is kept."""

import random
from collections.abc import Sequence

from .arguments import not_negative, positive


def failure_times(mtbf_s: float, seconds: float, seed: int) -> list[float]:
    """Failures at random within so many seconds, mtbf_s apart on average (exponential gaps)."""
    positive(mtbf_s=mtbf_s, seconds=seconds)
    draw, now, times = random.Random(seed), 0.0, []
    while (now := now + draw.expovariate(1 / mtbf_s)) < seconds:
        times.append(now)
    return times


def kept_share(
    interval_s: float, cost_s: float, restart_s: float, failures: Sequence[float], seconds: float
) -> float:
    """Share of a run of so many seconds whose work is kept, with failures at these times, rising.

    After every interval_s of work a checkpoint takes cost_s. A failure loses what was done since the last
    one that was finished, and the next work begins restart_s later; what is done at the end is kept.
    """
    positive(interval_s=interval_s, seconds=seconds)
    not_negative(cost_s=cost_s, restart_s=restart_s)
    kept = began = 0.0
    for failure in failures:
        whole = max(0.0, failure - began) // (interval_s + cost_s)
        kept += whole * interval_s
        began = failure + restart_s
    whole, rest = divmod(max(0.0, seconds - began), interval_s + cost_s)
    return (kept + whole * interval_s + min(rest, interval_s)) / seconds
