"""Refuse arguments that no machine can have, by name."""

from math import isfinite


def positive(**values: float) -> None:
    """Raise ValueError naming the first argument that is not a finite number above zero."""
    for name, value in values.items():
        _number(name, value)
        if value <= 0:
            raise ValueError(f"{name} is {value!r}: it must be above zero")


def not_negative(**values: float) -> None:
    """Raise ValueError naming the first argument that is not a finite number, zero or above."""
    for name, value in values.items():
        _number(name, value)
        if value < 0:
            raise ValueError(f"{name} is {value!r}: it must be zero or above")


def share(**values: float) -> None:
    """Raise ValueError naming the first argument that is not above 0 and at most 1."""
    positive(**values)
    for name, value in values.items():
        if value > 1:
            raise ValueError(
                f"{name} is {value!r}: a share of the peak is at most 1 (0.4 means 40 %)"
            )


def _number(name: str, value: float) -> None:
    try:
        finite = isfinite(value)
    except TypeError:
        raise ValueError(f"{name} is {value!r}: it must be a number") from None
    if not finite:
        raise ValueError(f"{name} is {value!r}: it must be finite")
