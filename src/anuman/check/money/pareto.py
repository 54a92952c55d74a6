"""Offers that no other offer beats in both price and time."""

from collections.abc import Iterator
from operator import ge, le, lt

import numpy as np

from ..arrays import read_array
from ..draws import first, seeded
from ..result import Field, Result, Unreadable, is_a
from ..task import Case, Misconception, Part, Task
from ..words import N_, Message


def _beaten(points: list, one: list, price=le, time=le, strict=True, itself=False) -> bool:
    return any(
        price(other[0], one[0])
        and time(other[1], one[1])
        and (not strict or tuple(other) != tuple(one))
        for other in points
        if itself or other is not one
    )


def pareto(points: list) -> list[int]:
    """Places of the points (usd per Mtok, seconds) that no other point equals or beats in both."""
    return [at for at, one in enumerate(points) if not _beaten(points, one)]


def _read(value) -> np.ndarray:
    """Places in any order, from a list, tuple, set or array, as a sorted array."""
    if is_a(value, set, frozenset):
        value = sorted(value)
    places = read_array(value)
    if places.ndim != 1:
        raise Unreadable(
            Message(N_("Return a list of places: the index of each point on the line."))
        )
    return np.sort(places)


def _offers() -> Iterator[Case]:
    """Offers with several on the line, several beaten in both, and some beaten at an equal price."""
    draw = seeded("09-money/pareto")
    while True:
        points = [
            [round(draw.uniform(0.1, 10), 1), round(draw.uniform(1, 60))]
            for _index in range(draw.randint(6, 10))
        ]
        points.append([points[0][0], points[0][1] + 5])  # the same price, slower
        draw.shuffle(points)
        line = pareto(points)
        if 2 < len(line) < len(points) - 2 and len({tuple(p) for p in points}) == len(points):
            yield (points,)


def _chosen(**wrong):
    return lambda points: [at for at, one in enumerate(points) if not _beaten(points, one, **wrong)]


PARETO = Task(
    id="09-money/pareto",
    function=pareto,
    result=Result((Field("places", _read, np.array_equal),)),
    examples=(
        ([[1.0, 30], [2.0, 10], [3.0, 20]],),
        ([[1.0, 30], [1.0, 40], [0.5, 60]],),
    ),
    parts=(Part(N_("all cases"), 1.5, first(6, _offers())),),
    misconceptions=(
        Misconception(
            "wrong direction of price",
            _chosen(price=ge),
            N_("A higher price counts as better in your answer: both should be small."),
        ),
        Misconception(
            "wrong direction of time",
            _chosen(time=ge),
            N_("A longer time counts as better in your answer: both should be small."),
        ),
        Misconception(
            "must be beaten in both",
            _chosen(price=lt, time=lt),
            N_(
                "An offer of the same price that is slower is beaten, too: one of the two may be equal."
            ),
        ),
        Misconception(
            "beaten ones",
            lambda points: [at for at, one in enumerate(points) if _beaten(points, one)],
            N_("These are the offers that are beaten: asked are the others."),
        ),
        Misconception(
            "an offer beats itself",
            _chosen(strict=False, itself=True),
            N_(
                "No offer is left in your answer: each is beaten by itself. An offer is beaten only by "
                "another one that is better in the price or in the time."
            ),
        ),
        Misconception(
            "cheapest and fastest",
            lambda points: sorted(
                {
                    min(range(len(points)), key=lambda at: points[at]),
                    min(range(len(points)), key=lambda at: points[at][::-1]),
                }
            ),
            N_(
                "Only the cheapest and the fastest are there: others between them are beaten by nobody."
            ),
        ),
        Misconception(
            "dearest and slowest",
            _chosen(price=ge, time=ge),
            N_("Both directions are the wrong way round: both should be small."),
        ),
    ),
)
