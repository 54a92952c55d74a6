"""Made-up chips for the cases.

Batches at which something flips are above 150: rounding to a whole number stays within tolerance.
"""

import random
from collections.abc import Iterator

from anuman import physics

WEIGHT_SIZES = (0.5, 1, 2, 4)  # bytes per weight: 4, 8, 16 and 32 bits
LEAST_FLIP = 150  # users


def chip(draw: random.Random) -> tuple[float, float]:
    """FLOP/s and byte/s of a chip that never was, with its ridge between 160 and 900 FLOP/byte."""
    bandwidth = draw.uniform(0.2e12, 8e12)
    return draw.uniform(160, 900) * bandwidth, bandwidth


def chips(draw: random.Random) -> Iterator[tuple[float, float]]:
    """Chips without end."""
    while True:
        yield chip(draw)


def weighted_chips(draw: random.Random) -> Iterator[tuple[float, float, float]]:
    """Chips with a weight size (bytes), as long as the critical batch is not small."""
    for flops, bandwidth in chips(draw):
        size = draw.choice(WEIGHT_SIZES)
        if physics.critical_batch(flops, bandwidth, size) > LEAST_FLIP:
            yield flops, bandwidth, size
