"""How many requests any rule can answer with the promise about the first token kept."""

from collections.abc import Iterable

from .requests import read
from .stepwise import RooflineStep


def kept_share_bound(requests: Iterable, step_time: RooflineStep, ttft_s: float) -> float:
    """A share of requests kept in time that no rule can exceed.

    In any interval [a, b] the prompts that came at a or later and whose first tokens are due by b need
    token_s a token of engine time inside it: as many of them as do not fit must be late, at least
    those that remain when the longest are given up first. Forced losses of disjoint intervals add up;
    the bound takes the intervals (from an arrival to a due time) that force most.
    """
    jobs = [(r.arrival_s, step_time.token_s * r.input_tokens) for r in read(requests)]
    moments = sorted({a for a, _work in jobs} | {a + ttft_s for a, _work in jobs})
    place = {moment: at for at, moment in enumerate(moments)}
    forced = [0] * len(
        moments
    )  # forced[k]: most losses of disjoint intervals that end by moments[k]
    for at, end in enumerate(moments[1:], 1):
        forced[at] = forced[at - 1]
        due: list[float] = []
        for arrival, work in reversed(jobs):
            if arrival + ttft_s <= end:
                due.append(work)
                lost = _given_up(due, end - arrival)
                forced[at] = max(forced[at], forced[place[arrival]] + lost)
    return 1 - forced[-1] / len(jobs)


def _given_up(works: list[float], seconds: float) -> int:
    """How many of the longest must be given up before the rest fits into `seconds`."""
    total, count = sum(works), 0
    for work in sorted(works, reverse=True):
        if total <= seconds:
            break
        total -= work
        count += 1
    return count
