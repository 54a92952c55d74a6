"""Timing of many points in turn, round after round, keeping every point's minimum.

A neighbour's burst then hits one visit of several points and not all visits of one, and the minimum
over the rounds is the time without it.
"""

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field


class Cancelled(RuntimeError):
    """The measurement was stopped at the caller's wish; nothing was kept of it."""


@dataclass
class Point:
    """One thing to time: `work()` is called `calls` times a visit, after one call untimed if `warm`."""

    key: Hashable
    work: Callable[[], object]
    calls: int = 1
    warm: bool = False
    seconds: list[float] = field(default_factory=list)  # s a call, one entry a visit

    def visit(self) -> None:
        work, calls = self.work, range(self.calls)
        if self.warm:
            work()
        start = time.perf_counter()
        for _ in calls:
            work()
        self.seconds.append((time.perf_counter() - start) / self.calls)

    @property
    def best(self) -> float:
        """Least time of a call in s."""
        return min(self.seconds)

    @property
    def disagreement(self) -> float:
        """Relative distance of the minima of odd and even visits (0.05 = 5 %); needs two visits."""
        a, b = min(self.seconds[::2]), min(self.seconds[1::2])
        return max(a, b) / min(a, b) - 1


def run(
    points: Iterable[Point],
    deadline: float,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> tuple[int, float]:
    """Visit `points` in turn as often as `deadline` (s of time.perf_counter) allows, at least once.

    `progress` gets the fraction done. Gives the number of full rounds and the share of the time in
    which the processor worked for this thread. Raises Cancelled as soon as `cancelled()` is true.
    """
    points = list(points)
    start, start_cpu = time.perf_counter(), time.thread_time()
    done, longest = 0, 0.0
    while not done or time.perf_counter() + longest < deadline:
        begun = time.perf_counter()
        for number, point in enumerate(points):
            if cancelled():
                raise Cancelled("the measurement was stopped; nothing was saved")
            point.visit()
            by_time = (time.perf_counter() - start) / max(deadline - start, 1e-9)
            by_count = done + (number + 1) / len(points)
            progress(min(by_time, by_count, 1.0))
        done += 1
        longest = max(longest, time.perf_counter() - begun)
    taken = time.perf_counter() - start
    return done, min(1.0, (time.thread_time() - start_cpu) / taken)
