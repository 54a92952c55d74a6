"""Made-up models and seeded random numbers for the cases."""

import random

from .. import draws

ASSIGNMENT = "04-kv-cache"
ELEMENT_SIZES = (1, 2, 4)  # bytes of one number in the cache
HEAD_DIMS = (64, 96, 128, 256)


def seeded(name: str) -> random.Random:
    """The random numbers of one purpose, the same on every machine and in every run."""
    return draws.seeded(f"{ASSIGNMENT}/{name}")
