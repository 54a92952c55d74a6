"""Made-up models for the cases."""

import random
from collections.abc import Iterator


def _tokens(draw: random.Random) -> int:
    return round(10 ** draw.uniform(6, 13))


def dense(draw: random.Random) -> Iterator[tuple[int, int, int]]:
    """Active parameters, all parameters (the same) and tokens, without end."""
    while True:
        n = round(10 ** draw.uniform(8, 12))
        yield n, n, _tokens(draw)


def mixtures(draw: random.Random) -> Iterator[tuple[int, int, int]]:
    """The same for mixtures of experts, whose active parameters are a fraction of all."""
    while True:
        total = round(10 ** draw.uniform(10, 12))
        yield round(total * draw.uniform(0.04, 0.4)), total, _tokens(draw)
