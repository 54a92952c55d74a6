"""Does the queue grow? From a server's log that was cut off while requests were still inside."""

from bisect import bisect_right
from collections.abc import Iterator
from heapq import heapreplace
from statistics import fmean, linear_regression

from ..draws import first, seeded
from ..labels import yes_no
from ..result import Result
from ..task import Case, Misconception, Part, Task
from ..words import N_

MOMENTS = 200  # at which those inside are counted
GROWTH = 1.25  # of the last quarter over the one before it; clear cases lie far from it


def in_flight(arrivals: list[float], finishes: list[float], moment: float) -> int:
    """Requests that have come and are not done."""
    return bisect_right(arrivals, moment) - bisect_right(finishes, moment)


def _counts(arrivals: list[float], finishes: list[float]) -> list[int]:
    """In flight at MOMENTS moments, evenly spread over the log."""
    finishes = sorted(finishes)
    start, end = arrivals[0], max(arrivals[-1], *finishes[-1:])
    return [
        in_flight(arrivals, finishes, start + (end - start) * at / MOMENTS) for at in range(MOMENTS)
    ]


def _quarters(arrivals: list[float], finishes: list[float]) -> list[float]:
    """Mean number in flight in each quarter of the log."""
    counts, quarter = _counts(arrivals, finishes), MOMENTS // 4
    return [fmean(counts[at : at + quarter]) for at in range(0, MOMENTS, quarter)]


def _trend(arrivals: list[float], finishes: list[float]) -> float:
    """Growth over the second half by least squares, as a share of the mean in it."""
    counts = _counts(arrivals, finishes)[MOMENTS // 2 :]
    slope = linear_regression(range(len(counts)), counts).slope
    return slope * len(counts) / fmean(counts)


def is_stable(arrivals: list[float], finishes: list[float]) -> bool:
    """Whether the number in flight does not go on growing once the start is over."""
    _first, _second, third, last = _quarters(arrivals, finishes)
    return last < GROWTH * max(third, 1)


def _log(draw, rate: float, servers: int, service: float, seconds: float) -> tuple[list, list]:
    """Requests at random to `servers` equal servers, cut off after `seconds`."""
    now, arrivals, finishes = 0.0, [], []
    free = [0.0] * servers
    while (now := now + draw.expovariate(rate)) < seconds:
        end = max(now, free[0]) + service * draw.uniform(0.8, 1.2)
        heapreplace(free, end)
        arrivals.append(round(now, 3))
        if end < seconds:
            finishes.append(round(end, 3))
    return arrivals, finishes


def _clear(arrivals: list[float], finishes: list[float]) -> bool | None:
    """Whether it is stable, or None where sensible ways of looking could disagree."""
    _first, second, third, last = _quarters(arrivals, finishes)
    trend = _trend(arrivals, finishes)
    if last > 1.3 * third > 1.3 * 1.25 * second and last - third > 8 and trend > 0.45:
        return False
    if last < 1.08 * third and last < 1.15 * second and third < 1.15 * second and trend < 0.2:
        return True
    return None


def _logs(name: str, rate: float, servers: int, service: float, seconds: float, stable: bool):
    """Clear logs of one kind of server."""
    draw = seeded(f"06-under-load/is_stable {name}")
    while True:
        arrivals, finishes = _log(draw, rate, servers, service, seconds)
        if name == "burst at the end":
            arrivals += [round(seconds - 0.5 + 0.01 * at, 3) for at in range(30)]
        if name == "lull at the end":
            arrivals = [at for at in arrivals if at < 0.93 * seconds]
        if _clear(arrivals, finishes) == stable:
            yield arrivals, finishes


# name -> (requests a second, servers, seconds a request, seconds of log, stable, cases)
KINDS = {
    "quiet": (4.0, 8, 1.0, 100, True, 2),
    "slow start": (5.0, 300, 30.0, 120, True, 3),  # filling up is no growth
    "burst at the end": (20.0, 40, 1.0, 60, True, 2),
    "overloaded": (11.0, 8, 1.0, 80, False, 3),
    "lull at the end": (11.0, 8, 1.0, 80, False, 2),
}


def _cases() -> Iterator[Case]:
    for name, (rate, servers, service, seconds, stable, count) in KINDS.items():
        yield from first(count, _logs(name, rate, servers, service, seconds, stable))


CASES = tuple(_cases())


def _whole_run(arrivals: list[float], finishes: list[float]) -> bool:
    return len(finishes) > 0.9 * len(arrivals)


def _last_value(arrivals: list[float], finishes: list[float]) -> bool:
    finishes = sorted(finishes)
    end = max(arrivals[-1], finishes[-1])
    counts = [in_flight(arrivals, finishes, end * at / MOMENTS) for at in range(MOMENTS + 1)]
    return counts[-1] <= 1.5 * fmean(counts)


def _halves(arrivals: list[float], finishes: list[float]) -> bool:
    a, b, c, d = _quarters(arrivals, finishes)
    return c + d < GROWTH * (a + b)


IS_STABLE = Task(
    id="06-under-load/is_stable",
    function=is_stable,
    result=Result((yes_no("stable"),)),
    examples=(
        ([0.1 * at for at in range(100)], [0.1 * at + 0.35 for at in range(95)]),
        ([0.1 * at for at in range(100)], [0.2 * at + 0.35 for at in range(48)]),
    ),
    parts=(Part(N_("all logs"), 1, CASES),),
    misconceptions=(
        Misconception(
            "mean of the whole run",
            _whole_run,
            N_(
                "Arrivals and finishes of the whole log are compared. A server that is filling up "
                "has more arrivals than finishes, too: look at the time after the start."
            ),
        ),
        Misconception(
            "last value only",
            _last_value,
            N_(
                "Only the last moment is looked at: it may be a burst or a lull. Average over a "
                "stretch of time, and compare it with the stretch before."
            ),
        ),
        Misconception(
            "first half against second",
            _halves,
            N_(
                "The first half holds the start, when the server is still empty: it is smaller in a "
                "stable server, too. Leave the start out."
            ),
        ),
        Misconception(
            "always stable",
            lambda arrivals, finishes: True,
            N_("It says stable for every log: in some the queue grows until the end."),
        ),
        Misconception(
            "always unstable",
            lambda arrivals, finishes: False,
            N_(
                "It says unstable for every log: in some the queue goes up and down around one level."
            ),
        ),
        Misconception(
            "reversed",
            lambda arrivals, finishes: not is_stable(arrivals, finishes),
            N_(
                "True and False are the wrong way round: stable means that the queue does not grow."
            ),
        ),
    ),
)
