"""Seeded random cases: the same on every machine and in every run."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice

from .task import Case

_salt: ContextVar[str] = ContextVar("salt", default="")


def seeded(name: str) -> random.Random:
    """The random numbers of one purpose: a task's id, or an id and a word, "02-roofline/step_time low"."""
    return random.Random(name + _salt.get())


@contextmanager
def salted(salt: str) -> Iterator[None]:
    """Within this context the same sources draw other cases: those of this salt."""
    token = _salt.set(salt)
    try:
        yield
    finally:
        _salt.reset(token)


def first(count: int, source: Iterator[Case]) -> tuple[Case, ...]:
    """The first cases of a source."""
    return tuple(islice(source, count))
