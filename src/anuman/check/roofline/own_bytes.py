"""Users who bring bytes of their own: the batch at which the clocks agree, if there is one."""

import math
from collections.abc import Callable, Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_
from .made_up_chips import few_users


def flip_with_own(
    n: float, own: float, flops: float, bandwidth: float, bytes_per_weight: float
) -> float:
    """Batch from which the arithmetic is the slower clock when each user's `own` bytes are read, too.

    2NB/F = (wN + own·B)/W, solved for B; infinity where a user's bytes take longer than the arithmetic.
    """
    alone = physics.decode_step(
        batch=1,
        n=n,
        kv_per_seq=own,
        flops=flops,
        bandwidth=bandwidth,
        bytes_per_weight=bytes_per_weight,
    )
    shared = physics.weight_bytes(n, bytes_per_weight) / bandwidth
    gain = alone.compute_s - (alone.memory_s - shared)
    return shared / gain if gain > 0 else math.inf


def _solved(solve: Callable[[float, float, float], float]) -> Callable:
    """An answer from the seconds of a user's arithmetic, of a user's bytes, and of the weights."""

    def wrong(n, own, flops, bandwidth, bytes_per_weight):
        return solve(2 * n / flops, own / bandwidth, bytes_per_weight * n / bandwidth)

    return wrong


def _divided(seconds: float, gain: float) -> float:
    return seconds / gain if gain > 0 else math.inf


def _users(share: tuple[float, float]) -> Iterator[Case]:
    """A user's bytes take from..to times as long as a user's arithmetic."""
    draw = seeded(f"02-roofline/flip_with_own {share}")
    for flops, bandwidth, size in few_users(draw):
        n = round(draw.uniform(1e9, 200e9))
        own = round(draw.uniform(*share) * 2 * n / flops * bandwidth)
        yield n, own, flops, bandwidth, size


FLIPS, NEVER = (
    N_("users whose bytes take less time than their arithmetic"),
    N_("users whose bytes take more"),
)

FLIP_WITH_OWN = Task(
    id="02-roofline/flip_with_own",
    function=flip_with_own,
    result=Result((number("batch", endless=True),)),
    examples=(
        (10e9, 0.1e9, 100e12, 1e12, 2),
        (10e9, 0, 100e12, 1e12, 2),
        (10e9, 0.3e9, 100e12, 1e12, 2),
    ),
    parts=(
        Part(
            FLIPS,
            2,
            ((8e9, 0, 90e12, 2e12, 1), *first(9, _users((0.2, 0.85)))),
            shown=((10e9, 0.15e9, 100e12, 1e12, 2),),
        ),
        Part(NEVER, 1, first(6, _users((1.2, 6)))),
    ),
    misconceptions=(
        Misconception(
            "own bytes left out",
            _solved(lambda compute, own, weights: weights / compute),
            N_("own is not used: a step also reads these bytes, for every user once more."),
        ),
        Misconception(
            "own bytes read once",
            _solved(lambda compute, own, weights: (weights + own) / compute),
            N_(
                "The own bytes are read once for the whole batch: every user brings some, so their "
                "reading grows with the batch, too."
            ),
        ),
        Misconception(
            "own bytes on the wrong side",
            _solved(lambda compute, own, weights: weights / (compute + own)),
            N_(
                "The own bytes stand with the arithmetic: they are read, so they belong to the "
                "memory's clock. They move the flip to a larger batch, not to a smaller one."
            ),
        ),
        Misconception(
            "negative instead of never",
            _solved(
                lambda compute, own, weights: (
                    weights / (compute - own) if compute != own else math.inf
                )
            ),
            N_(
                "A negative batch: there each further user costs the memory more time than the "
                "arithmetic, so it stays the slower one at every batch. Return math.inf."
            ),
        ),
        Misconception(
            "0 instead of never",
            _solved(lambda compute, own, weights: max(0.0, weights / (compute - own))),
            N_(
                "0 would say that the arithmetic is always the slower clock: it is the memory, at "
                "every batch. Return math.inf."
            ),
        ),
        Misconception(
            "one FLOP a weight",
            _solved(lambda compute, own, weights: _divided(weights, compute / 2 - own)),
            N_("Each weight costs 2 FLOPs a user: one multiplication and one addition."),
        ),
        Misconception(
            "never, always",
            _solved(lambda compute, own, weights: math.inf),
            N_(
                "Not always: while a user's bytes take less time than a user's arithmetic, the "
                "arithmetic overtakes the memory at some batch."
            ),
        ),
    ),
)
