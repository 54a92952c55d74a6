"""Seeded random numbers of this assignment."""

import random

from .. import draws

ASSIGNMENT = "05-batching"


def seeded(name: str) -> random.Random:
    """The random numbers of one purpose, the same on every machine and in every run."""
    return draws.seeded(f"{ASSIGNMENT}/{name}")
