"""Is the server keeping up? Named states, with the rate at which the queue grows."""

from dataclasses import dataclass
from math import sqrt

from .run import Run

FEWEST = 50  # requests without which nobody can tell


@dataclass(frozen=True)
class Load:
    """state: "stable", "overload" (the queue grows without bound) or "unknown" (too few requests).

    growth_per_s: requests by which the queue grows each second: offered minus served, in overload.
    """

    state: str
    growth_per_s: float
    offered_per_s: float
    served_per_s: float


def load(run: Run) -> Load:
    """Judge by those who have come and have no first token yet, while requests come.

    Overload: the fewest of them in the last quarter of that time exceed the fewest in the second
    quarter by more than three standard deviations of a Poisson count of the arrivals between. Minima,
    because a queue that empties now and then has an end, however long it is in between. A run can show
    no more than that: near the limit it needs many requests to tell a long queue from an endless one.
    """
    arrivals = [s.arrival_s for s in run.served]
    start, end = arrivals[0], arrivals[-1]
    quarter = (end - start) / 4
    if len(arrivals) < FEWEST or quarter <= 0:
        return Load("unknown", 0.0, 0.0, 0.0)
    middle = start + 2 * quarter
    came = sum(a > middle for a in arrivals)
    begun = sum(middle < s.first_token_s <= end for s in run.served)
    early, late = _fewest(run, start + quarter, middle), _fewest(run, end - quarter, end)
    endless = late - early > 3 * sqrt(came)
    offered, served = came / (end - middle), begun / (end - middle)
    growth = max(0.0, offered - served) if endless else 0.0
    return Load("overload" if endless else "stable", growth, offered, served)


def _fewest(run: Run, start: float, end: float) -> int:
    """The least number of requests without a first token at any moment from start to end."""
    changes = sorted(
        [(s.first_token_s, -1) for s in run.served] + [(s.arrival_s, 1) for s in run.served]
    )
    waiting, fewest = 0, None
    for time, change in changes:
        if time > end:
            break
        if time >= start:  # before this change it was `waiting`
            fewest = waiting if fewest is None else min(fewest, waiting)
        waiting += change
    return waiting if fewest is None else min(fewest, waiting)
