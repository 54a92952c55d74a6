"""The verdict: how many queries can be handled together before a token takes longer than promised?"""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..flip import Flip
from ..task import Case, Misconception, Part, Task
from ..words import N_

LEAST_FLIP = 150  # users: rounding to a whole number stays within tolerance
FLIP = Flip("kept", "broken", ("keeps", "keep", "निभता है", "निभा"), ("breaks", "टूटता है", "टूटा"))


def verdict(
    users: float, promise: float, n: float, kv_per_seq: float, flops: float, bandwidth: float,
    bytes_per_weight: float,
) -> tuple[str, float]:  # fmt: skip
    """Whether the promised time a token is kept, and the number of users at which it is just kept."""
    return FLIP.at(
        users, physics.batch_at_tpot(promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight)
    )


def _limits(promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight) -> tuple[float, float]:
    """Users up to which the arithmetic, and the memory, keep the promise."""
    return (
        flops * promise / (2 * n),
        (bandwidth * promise - bytes_per_weight * n) / kv_per_seq,
    )


def _situations() -> Iterator[Case]:
    """The memory and the arithmetic decide in turn; users on both sides of the flip, well off it."""
    draw = seeded("05-batching/verdict")
    at = 0
    while True:
        bandwidth = draw.uniform(1e12, 30e12)
        flops = draw.uniform(60, 500) * bandwidth
        n, size = draw.randint(2, 70) * 10**9, draw.choice((0.5, 1, 2))
        kv = draw.randint(5, 300) * 10**6
        promise = round(draw.uniform(0.01, 0.1), 3)
        compute, memory = _limits(promise, n, kv, flops, bandwidth, size)
        low, high = sorted((compute, memory))
        if low < LEAST_FLIP or high < 1.4 * low or (compute < memory) != bool(at % 2):
            continue
        if size * n < 0.15 * bandwidth * promise or low > 4000:
            continue
        # Every other pair lies between the limits, so that one of them alone gives the wrong label.
        users = (low * high) ** 0.5 if at % 4 < 2 else low * draw.uniform(0.2, 0.75)
        if size * n / bandwidth > 0.8 * promise:
            continue
        yield round(users), promise, n, kv, flops, bandwidth, size
        at += 1


CASES = (
    (1, 0.01, 70e9, 0.1e9, 300e12, 2e12, 1),  # the weights alone take longer than promised
    *first(12, _situations()),
)

VERDICT = Task(
    id="05-batching/verdict",
    function=verdict,
    result=FLIP.result,
    examples=(
        (100, 0.05, 10e9, 0.2e9, 200e12, 1e12, 1),
        (300, 0.05, 10e9, 0.2e9, 200e12, 1e12, 1),
        (100, 0.05, 10e9, 0.2e9, 20e12, 1e12, 1),
    ),
    parts=(
        Part("flips_at", 1.5, CASES, fields=("flips_at",)),
        Part("label", 0.5, CASES, fields=("label",), needs=("flips_at",)),
    ),
    misconceptions=(
        Misconception(
            "memory alone",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users,
                max(0, _limits(promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight)[1]),
            ),
            N_("Only the memory's clock is asked: the arithmetic must keep the promise, too."),
        ),
        Misconception(
            "arithmetic alone",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users, _limits(promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight)[0]
            ),
            N_("Only the arithmetic's clock is asked: the memory must keep the promise, too."),
        ),
        Misconception(
            "larger of the limits",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users,
                max(0, *_limits(promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight)),
            ),
            N_(
                "The larger of the two limits is taken: the promise is broken as soon as one clock "
                "is too slow, so the smaller one counts."
            ),
        ),
        Misconception(
            "weights forgotten",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users, min(flops * promise / (2 * n), bandwidth * promise / kv_per_seq)
            ),
            N_("The weights are forgotten: reading them takes a part of the promised time."),
        ),
        Misconception(
            "negative",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users,
                min(_limits(promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight)),
            ),
            N_(
                "flips_at is negative where the weights alone take longer than promised: then it "
                "is 0."
            ),
        ),
        Misconception(
            "sum of the clocks",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users,
                max(
                    0,
                    (promise - bytes_per_weight * n / bandwidth)
                    / (2 * n / flops + kv_per_seq / bandwidth),
                ),
            ),
            N_(
                "The two clocks are added: reading and arithmetic overlap, so each of them has the "
                "whole promised time."
            ),
        ),
        Misconception(
            "one FLOP a weight",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.at(
                users,
                max(
                    0,
                    min(
                        flops * promise / n,
                        (bandwidth * promise - bytes_per_weight * n) / kv_per_seq,
                    ),
                ),
            ),
            N_("Each weight costs 2 FLOPs a user, not 1."),
        ),
        Misconception(
            "label reversed",
            lambda users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight: FLIP.reversed(
                verdict(users, promise, n, kv_per_seq, flops, bandwidth, bytes_per_weight)
            ),
            N_("The labels are reversed: below flips_at the promise is kept, above it broken."),
        ),
    ),
)
