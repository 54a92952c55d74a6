"""Seeded random cases: the same on every machine and in every run."""

import random
from collections.abc import Iterator
from itertools import islice

from .task import Case


def seeded(name: str) -> random.Random:
    """The random numbers of one purpose: a task's id, or an id and a word, "02-roofline/step_time low"."""
    return random.Random(name)


def first(count: int, source: Iterator[Case]) -> tuple[Case, ...]:
    """The first cases of a source."""
    return tuple(islice(source, count))
