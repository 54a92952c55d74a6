"""Seeded random numbers for the cases."""

import random

from .. import draws

ASSIGNMENT = "09-money"


def seeded(name: str) -> random.Random:
    """The random numbers of one purpose, the same on every machine and in every run."""
    return draws.seeded(f"{ASSIGNMENT}/{name}")
