"""The puzzle: whom to admit when the KV memory, and not the number of slots, is scarce."""

import random
from collections.abc import Callable

from ..draws import seeded
from ..puzzle import Puzzle, Queue
from ..result import Result, at_most, number
from ..task import Misconception, Part
from ..words import N_

KV_CAPACITY = 600  # tokens
QUEUES, REQUESTS = 6, 40
ENOUGH = 0.6  # times the mean in order of arrival
TARGET = 1.03  # times the reference's mean


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


def _queue(draw: random.Random, count: int) -> Queue:
    """Most requests small, a third with a long prompt, a third with a long answer."""
    requests = []
    for _index in range(count):
        prompt = draw.randint(150, 300) if draw.random() < 0.35 else draw.randint(5, 30)
        answer = draw.randint(30, 60) if draw.random() < 0.35 else draw.randint(3, 12)
        requests.append((float(draw.randint(0, count)), prompt, answer))
    return Queue(tuple(requests), KV_CAPACITY)


def _queues(name: str, queues: int, count: int) -> tuple[tuple[Queue, ...]]:
    draw = seeded(f"05-batching/{name}")
    return (tuple(_queue(draw, count) for _index in range(queues)),)


CASES = (_queues("admit", QUEUES, REQUESTS),)

ADMIT = Puzzle(
    id="05-batching/admit",
    function=admit,
    result=Result((number("served"), at_most("mean steps"), at_most("mean steps of the target"))),
    examples=(_queues("admit example 0", 2, 30),),
    parts=(
        Part(N_("all served by legal decisions"), 0.5, CASES, fields=("served",)),
        Part(N_("mean at most 0.6 of that in order of arrival"), 1, CASES, fields=("mean steps",)),
        Part(N_("target reached"), 1.5, CASES, fields=("mean steps of the target",)),
    ),
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
            "one at a time",
            _one_by_one,
            N_("Only one request runs at a time: admit as many as fit into free_kv."),
        ),
    ),
    enough=ENOUGH,
    target=TARGET,
)
