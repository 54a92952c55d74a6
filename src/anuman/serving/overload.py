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
    """Judge the second half of the time in which requests come.

    Overload: then somebody always waits, and arrivals exceed finishes by more than three standard
    deviations of a Poisson count. A run can show no more than that: near the limit it needs many
    requests to tell a long queue from an endless one.
    """
    arrivals = [s.arrival_s for s in run.served]
    start, end = arrivals[0], arrivals[-1]
    middle = (start + end) / 2
    span = end - middle
    came = sum(a > middle for a in arrivals)
    finished = sum(middle < s.finish_s <= end for s in run.served)
    if len(arrivals) < FEWEST or span <= 0:
        return Load("unknown", 0.0, 0.0, 0.0)
    offered, served = came / span, finished / span
    endless = came - finished > 3 * sqrt(came) and _always_somebody_waits(run, middle, end)
    growth = offered - served if endless else 0.0
    return Load("overload" if endless else "stable", growth, offered, served)


def _always_somebody_waits(run: Run, start: float, end: float) -> bool:
    """Whether the waiting line is empty at no moment from start to end (five arrivals' grace)."""
    changes = sorted(
        [(s.arrival_s, 1) for s in run.served] + [(s.admitted_s, -1) for s in run.served]
    )
    waiting, empty_since, empty = 0, run.start_s, 0.0
    for time, change in changes:
        if waiting == 0:
            empty += max(0.0, min(time, end) - max(empty_since, start))
        waiting += change
        if waiting == 0:
            empty_since = time
    return empty <= 0.02 * (end - start)
