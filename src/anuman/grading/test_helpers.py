"""For authors of tests: what a test cell needs where something cannot cross from the learner's process.

In a graded run the learner's functions live in another process. Plain data crosses: numbers, text,
bytes, lists, tuples, sets, dicts, None, NumPy arrays, Fraction, Decimal; so do functions and
iterators that a test passes in, functions that come back, and objects whose class the test names
(their methods and attributes). These helpers do the rest; with stock nbgrader, where everything is
one process, they do the same.

- A function that changes its argument: `result, (numbers,) = test_helpers.changed(sort_in_place, [3, 1])`.
- `len(s)`, `s[0]`, `a + b`, `a == b` of a learner's own class: `test_helpers.special(s, "__len__")`.
- Items of a generator, so many at most: `test_helpers.pull(primes(), 10)`.
"""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from .running import proxies


def changed(function: Callable, *args: Any, **kwargs: Any) -> tuple[Any, list]:
    """(what the function returns, its positional arguments as they are after the call)."""
    if isinstance(function, proxies.LearnersFunction):
        return object.__getattribute__(function, "_link").call(function, args, kwargs, back=True)
    return function(*args, **kwargs), list(args)


def special(one: Any, name: str, *args: Any) -> Any:
    """What a special method ("__len__", "__getitem__", "__add__", ...) of an object returns.

    The answer is the learner's: compare it with a value of your own, never with another answer.
    """
    if not (name.startswith("__") and name.endswith("__")):
        raise ValueError(f"{name!r} is no special method: call one.{name}(...)")
    if isinstance(one, proxies.Learners):
        link = object.__getattribute__(one, "_link")
        return link.request("special", one, name, list(args))
    return getattr(type(one), name)(one, *args)


def pull(iterable: Iterable, most: int) -> list:
    """The first items of an iterable, `most` at most."""
    return list(itertools.islice(iter(iterable), most))
