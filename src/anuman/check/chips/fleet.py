"""Copies of a model on chips: what a copy holds, how long a token takes, which fleet draws least.

The same law as the lesson's: the larger of arithmetic and reading, and what travels between chips. A
copy of n chips serves `batch` users; there are as many copies as the users need.
"""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

SPLITS = ("tensor", "pipeline")
EXCHANGES = 2  # of a layer, when its products are spread over chips


class Fleet(NamedTuple):
    """An answer to the puzzle, and what it draws."""

    watts: float
    chip: str
    n_chips: int
    split: str
    batch: int


def tpot(chip: dict, model: dict, n_chips: int, split: str, batch: int) -> float:
    """Seconds a token for each of the copy's users.

    tensor: every chip computes and reads a share of each layer; twice a layer the results are
    exchanged. pipeline: the users go round in n groups; a token passes all parts and n - 1 hops.
    """

    def step(users: float, chips: int) -> float:
        compute = 2 * model["n"] * users / (chips * chip["flops"])
        memory = (model["weight_bytes"] + model["kv_bytes"] * users) / (chips * chip["bandwidth"])
        return max(compute, memory)

    def hop(users: float) -> float:
        return chip["hop_s"] + users * model["hop_bytes"] / chip["link"]

    if split == "tensor":
        hops = EXCHANGES * model["layers"] if n_chips > 1 else 0
        return step(batch, n_chips) + hops * hop(batch)
    group = max(1.0, batch / n_chips)
    return step(group, 1) + (n_chips - 1) * hop(group)


def room(chip: dict, model: dict, n_chips: int) -> float:
    """Users whose caches fit beside the weights of one copy; below 0 when not even those fit."""
    return (n_chips * chip["capacity"] - model["weight_bytes"]) / model["kv_bytes"]


def fleet_watts(chip: dict, model: dict, n_chips: int, batch: int) -> float:
    """Watts of all copies."""
    return ceil(model["users"] / batch) * n_chips * chip["watts"]


def largest_batch(chip: dict, model: dict, n_chips: int, split: str, tpot_s: float) -> int:
    """The most users that a copy serves within tpot_s; 0 when it cannot serve one."""
    low, high = 0, int(min(max(0.0, room(chip, model, n_chips)), model["users"]))
    while low < high:
        middle = (low + high + 1) // 2
        if tpot(chip, model, n_chips, split, middle) <= tpot_s:
            low = middle
        else:
            high = middle - 1
    return low


def fleets(chips: list[dict], model: dict, tpot_s: float, watts: float) -> Iterator[Fleet]:
    """Every choice of chip, chips a copy and split that keeps the promise, with its largest batch.

    A smaller batch never needs fewer copies, so the least watts are among these.
    """
    for chip in chips:
        fewest = ceil((model["weight_bytes"] + model["kv_bytes"]) / chip["capacity"])
        for n_chips in range(fewest, int(watts / chip["watts"]) + 1):
            for split in SPLITS:
                batch = largest_batch(chip, model, n_chips, split, tpot_s)
                if batch and (drawn := fleet_watts(chip, model, n_chips, batch)) <= watts:
                    yield Fleet(drawn, chip["name"], n_chips, split, batch)
