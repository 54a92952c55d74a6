"""Many requests in one batch: steps of static and continuous batching, and the batch that a promise allows.

Source: Yu et al., "Orca", OSDI 2022 (batching by iteration). An answer of n tokens takes n steps in its
slot; requests are served in the order in which they are given, and all are there from the start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

from .arguments import positive
from .roofline import decode_step


def static_steps(lengths: Sequence[int], slots: int) -> int:
    """Steps when a batch of `slots` answers starts together and ends with its longest one."""
    _check(lengths, slots)
    return sum(max(lengths[i : i + slots]) for i in range(0, len(lengths), slots))


def continuous_steps(lengths: Sequence[int], slots: int) -> int:
    """Steps until the last answer is done when a slot that falls empty takes the next request at once."""
    _check(lengths, slots)
    ends = [0] * slots
    heapify(ends)
    for length in lengths:
        heapreplace(ends, ends[0] + length)
    return max(ends)


def wasted_slot_fraction(lengths: Sequence[int], slots: int) -> float:
    """Share of static batching's slot steps (slots times steps) in which no token is written."""
    return 1 - sum(lengths) / (slots * static_steps(lengths, slots))


def harmonic(n: int) -> float:
    """1 + 1/2 + … + 1/n: the mean of the longest of n exponential lengths, over the mean length."""
    positive(n=n)
    return sum(1 / k for k in range(1, n + 1))


def longest_over_mean(n: int, mean: float) -> float:
    """Mean of the longest of n geometric lengths over their mean: the harmonic number for whole tokens.

    E[max] = sum over k >= 0 of 1 - (1 - q^k)^n with q = 1 - 1/mean, the chance to go on after a token.
    """
    positive(n=n)
    if not mean >= 1:
        raise ValueError(f"mean is {mean!r}: an answer has at least 1 token")
    q, total, k = 1 - 1 / mean, 0.0, 0
    while (term := 1 - (1 - q**k) ** n) > 1e-12:
        total += term
        k += 1
    return total / mean


@dataclass(frozen=True)
class Chained:
    """Queries together on chips in a chain: seconds a token for each, tokens a second of all."""

    tpot_s: float
    throughput: float


def chain(
    queries: float,
    chips: int,
    n: float,
    kv_per_seq: float,
    flops: float,
    bandwidth: float,
    bytes_per_weight: float,
) -> Chained:
    """Each of `chips` chips holds a part of the layers, and a query passes them one after the other.

    While one group of queries is on a chip, other groups are on the others: up to `chips` queries cost
    nobody any time, more share a group. flops and bandwidth are one chip's; hops are not counted, so
    the time is the least and the throughput the most that is possible.
    """
    positive(queries=queries, chips=chips)
    group = max(1.0, queries / chips)
    step = decode_step(
        batch=group,
        n=n,
        kv_per_seq=kv_per_seq,
        flops=flops,
        bandwidth=bandwidth,
        bytes_per_weight=bytes_per_weight,
    )
    return Chained(step.seconds, queries / step.seconds)


def _check(lengths: Sequence[int], slots: int) -> None:
    if not len(lengths):
        raise ValueError("no lengths: at least one answer is needed")
    if not isinstance(slots, int) or slots < 1:
        raise ValueError(f"slots is {slots!r}: it must be a whole number above 0")
    if min(lengths) < 1:
        raise ValueError(f"a length of {min(lengths)!r} tokens: an answer has at least 1")
