"""Made-up chips for the cases.

Batches at which something flips are few and not whole, so that rounding to whole users is seen.
"""

import random
from collections.abc import Iterator

from anuman import physics

WEIGHT_SIZES = (0.5, 1, 2, 4)  # bytes per weight: 4, 8, 16 and 32 bits
FEW = 2.2, 60  # users


def _chip(draw: random.Random, ridges: tuple[float, float]) -> tuple[float, float]:
    """FLOP/s and byte/s of a chip that never was, with its ridge (FLOP/byte) between these."""
    bandwidth = draw.uniform(0.2e12, 8e12)
    return draw.uniform(*ridges) * bandwidth, bandwidth


def chips(draw: random.Random) -> Iterator[tuple[float, float]]:
    """Chips without end."""
    while True:
        yield _chip(draw, (160, 900))


def weighted_chips(draw: random.Random) -> Iterator[tuple[float, float, float]]:
    """Chips with a weight size (bytes)."""
    for flops, bandwidth in chips(draw):
        yield flops, bandwidth, draw.choice(WEIGHT_SIZES)


def few_users(draw: random.Random) -> Iterator[tuple[float, float, float]]:
    """Small chips with a weight size (bytes), at whose ridge there are few users, and no whole number."""
    while True:
        flops, bandwidth = _chip(draw, (4, 90))
        size = draw.choice(WEIGHT_SIZES)
        users = physics.critical_batch(flops, bandwidth, size)
        if FEW[0] < users < FEW[1] and 0.2 < users % 1 < 0.8:
            yield flops, bandwidth, size
