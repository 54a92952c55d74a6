"""Random lengths in tokens: seeded draws of whole numbers, at least 1."""

from collections.abc import Callable
from math import inf, isfinite, log, sqrt
from random import Random

Lengths = Callable[[Random], int]


def fixed(tokens: int) -> Lengths:
    """Always the same length."""
    if not isinstance(tokens, int) or tokens < 1:
        raise ValueError(f"tokens is {tokens!r}: it must be a whole number above 0")
    return lambda random: tokens


def geometric(mean: float) -> Lengths:
    """The exponential distribution of whole numbers: every token is the last with probability 1/mean."""
    _above_one(mean=mean)
    if mean == 1:
        return fixed(1)
    rate = -log(1 - 1 / mean)
    return lambda random: 1 + int(random.expovariate(rate))


def lognormal(mean: float, cv: float, most: int | None = None) -> Lengths:
    """Log-normal with this mean and this standard deviation over mean, rounded; at most `most`."""
    _above_one(mean=mean)
    if not isinstance(cv, int | float) or not 0 <= cv < inf:
        raise ValueError(f"cv is {cv!r}: it must be a finite number, zero or above")
    sigma = sqrt(log(1 + cv**2))
    mu = log(mean) - sigma**2 / 2

    def draw(random: Random) -> int:
        tokens = max(1, round(random.lognormvariate(mu, sigma)))
        return tokens if most is None else min(tokens, most)

    return draw


def _above_one(**values: float) -> None:
    for name, value in values.items():
        if not isinstance(value, int | float) or not isfinite(value) or value < 1:
            raise ValueError(f"{name} is {value!r}: it must be a finite number, at least 1 token")


def lengths(text: str | int) -> Lengths:
    """Lengths from text: "200", "geometric:200", "lognormal:MEAN:CV". Raises ValueError."""
    kind, *numbers = str(text).split(":")
    try:
        if not numbers:
            return fixed(int(kind))
        if kind in ("geometric", "exponential") and len(numbers) == 1:
            return geometric(float(numbers[0]))
        if kind == "lognormal" and len(numbers) == 2:
            return lognormal(float(numbers[0]), float(numbers[1]))
    except ValueError as error:
        raise ValueError(f"lengths {text!r}: {error}") from None
    raise ValueError(
        f"lengths {text!r}: give a number of tokens, geometric:MEAN, or lognormal:MEAN:CV"
    )
