"""The puzzle's queues, drawn, with the bound that stored prices prove for each of them.

Everybody waits from the start. In a *dinner* queue most requests are small, and a few short answers
have very long prompts, so shortest first lets them hold all others up. In a *lorry* queue some need
half of the memory or more: whoever makes all others wait for them leaves memory empty.

`python benchmarks/write_prices.py` looks for prices anew and writes prices.json.
"""

import json
import random
from functools import cache
from pathlib import Path

from anuman.serving.priced import mean_finish_bound

from ..draws import seeded
from ..puzzle import Queue

KV_CAPACITY = 1000  # tokens
FILE = Path(__file__).with_name("prices.json")
# Weight, prompt and answer in tokens; both are drawn within a quarter of these.
DINNER = ((3, 50, 50), (4, 35, 6), (9, 12, 7), (4, 215, 5))
LORRY = ((4, 170, 7), (3, 390, 5), (3, 25, 4), (2, 510, 3))
KINDS = {"dinner": DINNER, "lorry": LORRY}
GRADED = (("dinner", 60), ("dinner", 60), ("lorry", 80), ("lorry", 80))
SHOWN = (("dinner", 40), ("lorry", 40))
SETS = {"admit 1": GRADED, "admit example": SHOWN}


def queues(name: str) -> tuple[Queue, ...]:
    """The queues of a set, a key of SETS."""
    return tuple(
        Queue(requests, KV_CAPACITY, mean_finish_bound(held(requests), KV_CAPACITY, prices))
        for requests, prices in zip(drawn(name), _prices()[name], strict=True)
    )


def drawn(name: str) -> list[tuple[tuple[float, int, int], ...]]:
    """(arrival, prompt, answer) of every request, for each queue of a set."""
    draw = seeded(f"05-batching/{name}")
    return [
        tuple(_draw(draw, KINDS[kind]) for _index in range(count)) for kind, count in SETS[name]
    ]


def _draw(draw: random.Random, kinds: tuple[tuple[int, int, int], ...]) -> tuple[float, int, int]:
    ((_weight, prompt, answer),) = draw.choices(kinds, [weight for weight, _p, _a in kinds])
    near = draw.uniform(0.75, 1.25), draw.uniform(0.75, 1.25)
    return 0.0, max(1, round(prompt * near[0])), max(2, round(answer * near[1]))


def held(requests: tuple[tuple[float, int, int], ...]) -> list[tuple[int, int]]:
    """(tokens held, steps) of each request."""
    return [(prompt + answer, answer) for _arrival, prompt, answer in requests]


@cache
def _prices() -> dict[str, list]:
    return json.loads(FILE.read_text(encoding="utf-8"))
