"""Failures, checkpoints, and what more chips bring."""

from collections.abc import Iterator
from math import sqrt

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, changed
from ..words import N_


def _clusters() -> Iterator[Case]:
    draw = seeded("10-training/mtbf")
    while True:
        yield draw.randint(2, 200) * 1000, draw.randint(2, 24) * 3600, draw.randint(1, 30) * 1000


MTBF = Task(
    id="10-training/mtbf",
    function=lambda gpus, reference_mtbf, reference_gpus: physics.mtbf(
        gpus, reference_mtbf, reference_gpus
    ),
    result=Result((number("seconds"),)),
    examples=((20_000, 3600, 10_000),),
    parts=(Part(N_("all cases"), 0.5, first(6, _clusters())),),
    misconceptions=(
        Misconception(
            "grows with the chips",
            lambda gpus, reference_mtbf, reference_gpus: reference_mtbf * gpus / reference_gpus,
            N_("The time grows with the chips in your answer: more chips fail more often."),
        ),
        Misconception(
            "same for all",
            lambda gpus, reference_mtbf, reference_gpus: reference_mtbf,
            N_("The number of chips is not used: each of them may fail and stop all."),
        ),
        Misconception(
            "root",
            lambda gpus, reference_mtbf, reference_gpus: (
                reference_mtbf * sqrt(reference_gpus / gpus)
            ),
            N_("No root here: twice the chips fail twice as often."),
        ),
        Misconception(
            "failures a second",
            lambda gpus, reference_mtbf, reference_gpus: gpus / (reference_mtbf * reference_gpus),
            N_("That is failures a second: asked are the seconds from one to the next."),
        ),
    ),
)


def _costs() -> Iterator[Case]:
    draw = seeded("10-training/checkpoint_interval")
    while True:
        yield draw.randint(10, 400), draw.randint(10, 400) * 100


CHECKPOINT_INTERVAL = Task(
    id="10-training/checkpoint_interval",
    function=lambda cost, mtbf: physics.checkpoint_interval(cost, mtbf),
    result=Result((number("seconds"),)),
    examples=((50, 10_000),),
    parts=(Part(N_("all cases"), 0.5, first(5, _costs())),),
    drill=Drill(
        draw=_costs,
        asks=N_(
            "A checkpoint takes {cost} s, and something fails every {mtbf} s on average. After how many "
            "seconds of work is a checkpoint due, by Young's rule?"
        ),
        worked=lambda cost, mtbf: f"sqrt(2 · {cost:g} · {mtbf:g})",
        unit="s",
    ),
    misconceptions=(
        Misconception(
            "no factor 2",
            lambda cost, mtbf: sqrt(cost * mtbf),
            N_("The 2 is missing: on average half an interval is lost, not all of it."),
        ),
        Misconception(
            "no root",
            lambda cost, mtbf: 2 * cost * mtbf,
            N_("The root is missing: seconds times seconds are no seconds."),
        ),
        Misconception(
            "2 outside the root",
            lambda cost, mtbf: 2 * sqrt(cost * mtbf),
            N_("The 2 stands under the root."),
        ),
        Misconception(
            "cost by mtbf",
            lambda cost, mtbf: sqrt(2 * cost / mtbf),
            N_("That is the share of the time that is lost, not the interval."),
        ),
    ),
)


def _useful(gpus: float, mtbf_per_gpu: float, checkpoint_cost: float) -> float:
    """Share of the time that advances the run, restarts left out."""
    return physics.goodput(checkpoint_cost, physics.mtbf(gpus, mtbf_per_gpu, 1))


def _pairs() -> Iterator[Case]:
    """Clusters of which the larger loses from a tenth to two thirds of its time."""
    draw = seeded("10-training/effective_speedup")
    while True:
        small = draw.randint(4, 40) * 500
        large = small * draw.choice((2, 3, 5, 8))
        per_chip, cost = draw.randint(20, 90) * 10**6, draw.randint(20, 300)
        if 0.35 < _useful(large, per_chip, cost) < 0.9:
            yield small, large, per_chip, cost


EFFECTIVE_SPEEDUP = Task(
    id="10-training/effective_speedup",
    function=lambda gpus1, gpus2, mtbf_per_gpu, checkpoint_cost: physics.effective_speedup(
        gpus1, gpus2, mtbf_per_gpu, checkpoint_cost
    ),
    result=Result((number("speedup"),)),
    examples=((1000, 4000, 8e6, 40), (1000, 40_000, 8e6, 120)),
    parts=(
        Part(N_("both clusters advance"), 1, first(6, _pairs())),
        Part(
            N_("the larger one does not advance at all; two alike that hardly ever fail"),
            0.5,
            ((2000, 90_000, 10e6, 80), (1000, 1000, 1e15, 1)),
        ),
    ),
    misconceptions=(
        Misconception(
            "linear",
            lambda gpus1, gpus2, mtbf_per_gpu, checkpoint_cost: gpus2 / gpus1,
            N_("Failures and checkpoints are left out: more chips lose more of their time."),
        ),
        Misconception(
            "shares alone",
            lambda gpus1, gpus2, mtbf_per_gpu, checkpoint_cost: (
                _useful(gpus2, mtbf_per_gpu, checkpoint_cost)
                / _useful(gpus1, mtbf_per_gpu, checkpoint_cost)
            ),
            N_("These are the useful shares alone: the larger cluster also has more chips."),
        ),
        Misconception(
            "same loss for both",
            lambda gpus1, gpus2, mtbf_per_gpu, checkpoint_cost: (
                gpus2 / gpus1 * _useful(gpus2, mtbf_per_gpu, checkpoint_cost)
            ),
            N_("The smaller cluster loses time, too: divide by its useful share."),
        ),
        Misconception(
            "no factor 2",
            lambda gpus1, gpus2, mtbf_per_gpu, checkpoint_cost: physics.effective_speedup(
                gpus1, gpus2, mtbf_per_gpu, checkpoint_cost / 2
            ),
            N_("The 2 under the root is missing: checkpoints and lost work each cost the same."),
        ),
        Misconception(
            "below zero",
            lambda gpus1, gpus2, mtbf_per_gpu, checkpoint_cost: (
                gpus2
                * (1 - sqrt(2 * checkpoint_cost * gpus2 / mtbf_per_gpu))
                / (gpus1 * _useful(gpus1, mtbf_per_gpu, checkpoint_cost))
            ),
            N_("Negative: a cluster that loses all its time stands still, so its share is 0."),
        ),
        changed(
            lambda right: 1 / (right or 1),
            "upside down",
            N_("Upside down: the second cluster's speed divided by the first one's."),
        ),
    ),
)
