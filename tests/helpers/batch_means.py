"""The steady part of a run, with its own uncertainty: batch means.

The run from the end of the warm-up to the last arrival is cut into windows of equal length. Their
means are nearly independent, so their scatter gives a confidence interval (Conway, 1963).
"""

from dataclasses import dataclass
from math import sqrt

from anuman.serving import Run

WINDOWS = 20
STUDENT_95 = 2.093  # two-sided 95 % of Student's t with WINDOWS - 1 degrees of freedom


@dataclass(frozen=True)
class Estimate:
    """A mean and the half width of its 95 % confidence interval."""

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The interval's upper end."""
        return self.mean + self.half_width


def estimate(values: list[float]) -> Estimate:
    """Mean and interval of WINDOWS window means. Raises ValueError for another number of them."""
    if len(values) != WINDOWS:
        raise ValueError(f"{len(values)} window means; {WINDOWS} are needed")
    mean = sum(values) / WINDOWS
    spread = sqrt(sum((v - mean) ** 2 for v in values) / (WINDOWS - 1))
    return Estimate(mean, STUDENT_95 * spread / sqrt(WINDOWS))


@dataclass(frozen=True)
class Steady:
    """Steady-state estimates. little_gap: in_system - rate x latency, whose interval should hold 0."""

    rate_per_s: Estimate
    in_system: Estimate
    latency_s: Estimate
    wait_s: Estimate
    little_gap: Estimate


def steady(run: Run, warm_up: float = 0.2) -> Steady:
    """Estimates from the windows after the first `warm_up` (a share) of the arrivals' time.

    Raises ValueError when a window holds no arrival.
    """
    first, last = run.start_s, run.served[-1].arrival_s
    start = first + warm_up * (last - first)
    width = (last - start) / WINDOWS
    windows: list[list] = [[] for _ in range(WINDOWS)]
    inside = [0.0] * WINDOWS
    for s in run:
        place = int((s.arrival_s - start) / width) if width else -1
        if s.arrival_s >= start and 0 <= place < WINDOWS:
            windows[place].append(s)
        begin, end = max(s.arrival_s, start), min(s.finish_s, last)
        while begin < end:
            place = min(int((begin - start) / width), WINDOWS - 1)
            stop = min(end, start + (place + 1) * width)
            if stop <= begin:  # rounding put `begin` on the edge
                place, stop = place + 1, min(end, start + (place + 2) * width)
            inside[min(place, WINDOWS - 1)] += stop - begin
            begin = stop
    if not all(windows):
        raise ValueError(f"the run is too short: {len(run)} requests for {WINDOWS} windows")
    rates = [len(w) / width for w in windows]
    system = [area / width for area in inside]
    latencies = [sum(s.latency_s for s in w) / len(w) for w in windows]
    waits = [sum(s.admitted_s - s.arrival_s for s in w) / len(w) for w in windows]
    gaps = [n - r * t for n, r, t in zip(system, rates, latencies, strict=True)]
    return Steady(*(estimate(values) for values in (rates, system, latencies, waits, gaps)))
