"""Seeded streams of requests. The same seed gives the same requests, for every policy and machine.

Arrival times, prompts and answers are drawn from three streams of their own, so that a change of one
leaves the others as they were.
"""

from math import cos, isfinite, pi
from random import Random

from .lengths import Lengths, fixed
from .requests import Request


def _streams(seed: int) -> tuple[Random, Random, Random]:
    return Random(f"{seed} arrivals"), Random(f"{seed} input"), Random(f"{seed} output")


def _lengths(given: Lengths | int) -> Lengths:
    return given if callable(given) else fixed(given)


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not isinstance(value, int | float) or not isfinite(value) or value <= 0:
            raise ValueError(f"{name} is {value!r}: it must be a finite number above zero")


def _count(count: int) -> None:
    if not isinstance(count, int) or count < 1:
        raise ValueError(f"count is {count!r}: it must be a whole number above 0")


def poisson(
    rate: float, count: int, input: Lengths | int, output: Lengths | int, seed: int
) -> list[Request]:
    """`count` requests at `rate` requests/s, independent of each other (exponential gaps)."""
    return bursty(rate, 1.0, count, input, output, seed)


def bursty(
    rate: float, cv: float, count: int, input: Lengths | int, output: Lengths | int, seed: int
) -> list[Request]:
    """Gamma-distributed gaps whose standard deviation is cv times their mean; cv 1 is Poisson, 0 a clock."""
    _positive(rate=rate)
    _count(count)
    if not isinstance(cv, int | float) or not isfinite(cv) or cv < 0:
        raise ValueError(f"cv is {cv!r}: it must be a finite number, zero or above")
    times, prompts, answers = _streams(seed)
    prompt, answer = _lengths(input), _lengths(output)
    shape = 1 / cv**2 if cv else 0.0
    now, requests = 0.0, []
    for number in range(count):
        if cv == 1:
            now += times.expovariate(rate)
        elif cv:
            now += times.gammavariate(shape, cv**2 / rate)
        else:
            now += 1 / rate
        requests.append(Request(number, now, prompt(prompts), answer(answers)))
    return requests


def daily(
    rate: float, swing: float, period_s: float, count: int, input: Lengths | int,
    output: Lengths | int, seed: int,
) -> list[Request]:  # fmt: skip
    """Poisson arrivals whose rate follows the day: rate · (1 - swing · cos(2π t / period_s)), lowest at the start.

    rate: the mean; swing: from 0 (level) to 1 (nobody at the lowest hour). By thinning: Lewis and Shedler, 1979.
    """
    _positive(rate=rate, period_s=period_s)
    _count(count)
    if not isinstance(swing, int | float) or not 0 <= swing <= 1:
        raise ValueError(f"swing is {swing!r}: it must be from 0 to 1")
    times, prompts, answers = _streams(seed)
    prompt, answer = _lengths(input), _lengths(output)
    now, requests = 0.0, []
    while len(requests) < count:
        now += times.expovariate(rate * (1 + swing))
        present = 1 - swing * cos(2 * pi * now / period_s)
        if times.random() * (1 + swing) < present:
            requests.append(Request(len(requests), now, prompt(prompts), answer(answers)))
    return requests


def at_once(count: int, input: Lengths | int, output: Lengths | int, seed: int) -> list[Request]:
    """`count` requests that are all there at the start."""
    _count(count)
    _times, prompts, answers = _streams(seed)
    prompt, answer = _lengths(input), _lengths(output)
    return [Request(number, 0.0, prompt(prompts), answer(answers)) for number in range(count)]
