"""The puzzle: whom to admit when the KV memory, and not the number of slots, is scarce."""

from collections.abc import Callable

from ..puzzle import Puzzle
from ..result import Result, at_most, number
from ..task import Misconception, Part
from ..words import N_
from .queues import queues

# Points for a score, the bound over the mean. Measured on the graded queues: arrival .55, shortest
# first .64, arrival with passing .76, least memory .77, shortest with passing .82, memory times steps
# without passing .87, with passing .93. Little separates least memory from shortest: no step between.
CURVE = ((0.6, 0.0), (0.75, 0.75), (0.8, 1.2), (0.9, 2.25), (0.925, 3.0))


def _greedy(key: Callable[[dict], float], skips: bool) -> Callable:
    """Admit by key, smallest first; skips: go on behind somebody who does not fit."""

    def admit(waiting: list[dict], running: list[dict], free_kv: int) -> list[int]:
        chosen = []
        for job in sorted(waiting, key=lambda job: (key(job), job["arrival_s"], job["id"])):
            if job["kv_tokens"] <= free_kv:
                chosen.append(job["id"])
                free_kv -= job["kv_tokens"]
            elif not skips:
                break
        return chosen

    return admit


def _one_by_one(waiting: list[dict], running: list[dict], free_kv: int) -> list[int]:
    return [] if running else [waiting[0]["id"]]


def admit(waiting: list[dict], running: list[dict], free_kv: int) -> list[int]:
    """The least memory times steps first, past whoever does not fit."""
    return _greedy(lambda job: job["output_tokens"] * job["kv_tokens"], True)(
        waiting, running, free_kv
    )


CASES = ((queues("admit 1"),),)

ADMIT = Puzzle(
    id="05-batching/admit",
    function=admit,
    result=Result((number("served"), at_most("mean steps"))),
    examples=((queues("admit example"),),),
    parts=(Part(N_("mean steps"), CURVE[-1][1], CASES),),
    misconceptions=(
        Misconception(
            "in order of arrival",
            _greedy(lambda job: 0, False),
            N_(
                "That is the order of arrival, and all wait while the first does not fit. Let those "
                "pass who fit, and ask who should come first."
            ),
        ),
        Misconception(
            "in order of arrival, with passing",
            _greedy(lambda job: 0, True),
            N_(
                "Those who fit may pass, which helps; but they still come in order of arrival. Whose "
                "turn lets the most others go soon?"
            ),
        ),
        Misconception(
            "shortest first, nobody passes",
            _greedy(lambda job: job["output_tokens"], False),
            N_(
                "Short answers first is a good idea; but all wait while the shortest does not fit, "
                "and memory stays empty. Let others pass."
            ),
        ),
        Misconception(
            "shortest first",
            _greedy(lambda job: job["output_tokens"], True),
            N_(
                "Short answers first, and whoever fits may pass: good. But a short answer behind a very "
                "long prompt takes much memory from the others. Count what it holds, too."
            ),
        ),
        Misconception(
            "memory times steps, nobody passes",
            _greedy(lambda job: job["output_tokens"] * job["kv_tokens"], False),
            N_(
                "The order is good; but all wait while the first of it does not fit, and memory stays "
                "empty. Let others pass."
            ),
        ),
        Misconception(
            "longest first",
            _greedy(lambda job: -job["output_tokens"], True),
            N_("Long answers first: everybody behind them waits. Turn the order round."),
        ),
        Misconception(
            "least memory first",
            _greedy(lambda job: job["kv_tokens"], True),
            N_(
                "Little memory first helps; but a small request with a long answer holds its memory "
                "for many steps. Count how long, too."
            ),
        ),
        Misconception(
            "one id a call",
            lambda waiting, running, free_kv: admit(waiting, running, free_kv)[:1],
            N_(
                "One id at a time is admitted, and the function is asked again only when somebody has "
                "gone: admit as many as fit into free_kv."
            ),
        ),
        Misconception(
            "like a bus",
            lambda waiting, running, free_kv: [] if running else admit(waiting, running, free_kv),
            N_(
                "Nobody comes in while somebody is running: that is a bus. Fill the memory that falls "
                "free at once."
            ),
        ),
        Misconception(
            "running memory subtracted twice",
            lambda waiting, running, free_kv: admit(
                waiting, running, free_kv - sum(job["kv_tokens"] for job in running)
            ),
            N_(
                "The memory of those who run is subtracted once more: free_kv is what is free already."
            ),
        ),
        Misconception(
            "one at a time",
            _one_by_one,
            N_("Only one request runs at a time: admit as many as fit into free_kv."),
        ),
    ),
    curve=CURVE,
)
