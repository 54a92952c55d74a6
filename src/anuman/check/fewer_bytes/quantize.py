"""Whole numbers of 8 bits in place of floating-point numbers, and back."""

from collections.abc import Iterator

import numpy as np

from ..arrays import array
from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

LARGEST = 127


def _quantized(x: np.ndarray, scale: float) -> tuple[np.ndarray, float]:
    return np.round(x / scale), scale


def quantize_int8(x: np.ndarray) -> tuple[np.ndarray, float]:
    """(whole numbers from -127 to 127, scale): the largest size becomes 127, zero stays zero."""
    return _quantized(x, np.abs(x).max() / LARGEST or 1.0)


def _arrays() -> Iterator[Case]:
    """Arrays with a largest number below zero or above it in turn; nothing lies half way between steps."""
    draw = seeded("07-fewer-bytes/quantize_int8")
    at = 0
    while True:
        x = np.array([draw.gauss(0, 1) for _index in range(draw.randint(6, 20))])
        x[draw.randrange(len(x))] = (-1) ** at * 4
        x[-1] = 0.0
        x *= draw.choice((0.001, 0.5, 3, 40))
        steps = x / (np.abs(x).max() / LARGEST)
        if np.abs(steps % 1 - 0.5).min() > 0.02:
            yield (np.round(x, 8),)
            at += 1


CASES = first(8, _arrays())
CONSTANT = (np.full(5, 0.25),)
ZEROS = (np.zeros(4),)

QUANTIZE_INT8 = Task(
    id="07-fewer-bytes/quantize_int8",
    function=quantize_int8,
    result=Result((array("q", "numbers"), number("scale"))),
    examples=(
        (np.array([0.0, 1.0, -2.54]),),
        (np.array([0.5, 0.5]),),
        (np.array([0.0, 0.0]),),
    ),
    parts=(
        Part(N_("numbers of every size"), 1, (*CASES, CONSTANT)),
        Part(N_("nothing but zeros"), 0.5, (ZEROS,), fields=("q",)),
    ),
    misconceptions=(
        Misconception(
            "128",
            lambda x: _quantized(x, np.abs(x).max() / 128 or 1.0),
            N_("The largest becomes 128, which 8 bits with a sign do not hold: they end at 127."),
        ),
        Misconception(
            "128, wrapped round",
            lambda x: (
                np.round(x / (np.abs(x).max() / 128 or 1.0)).astype(np.int16).astype(np.int8),
                np.abs(x).max() / 128 or 1.0,
            ),
            N_("128 does not fit into 8 bits with a sign: it became -128. They end at 127."),
        ),
        Misconception(
            "255 steps",
            lambda x: _quantized(x, np.abs(x).max() / 255 or 1.0),
            N_(
                "8 bits hold 255 steps in all, but half of them are below zero: the largest size is 127."
            ),
        ),
        Misconception(
            "largest, not largest size",
            lambda x: _quantized(x, x.max() / LARGEST or 1.0),
            N_(
                "The largest number sets the scale; a negative one may be larger in size. Take the "
                "largest absolute value."
            ),
        ),
        Misconception(
            "cut off",
            lambda x: (np.trunc(x / quantize_int8(x)[1]), quantize_int8(x)[1]),
            N_("The numbers are cut off: round to the nearest, then the error is at most scale/2."),
        ),
        Misconception(
            "from the smallest to the largest",
            lambda x: (
                np.round((x - x.min()) / ((x.max() - x.min()) / 255 or 1.0)),
                (x.max() - x.min()) / 255 or 1.0,
            ),
            N_("The smallest number became 0: zero must stay zero, so that it needs no offset."),
        ),
        Misconception(
            "scale upside down",
            lambda x: (quantize_int8(x)[0], 1 / quantize_int8(x)[1]),
            N_("The scale is upside down: x is about q times scale."),
        ),
        Misconception(
            "one scale for all arrays",
            lambda x: _quantized(x, 1 / LARGEST),
            N_("The scale does not depend on x: each array has its own."),
        ),
    ),
)


def dequantize(q: np.ndarray, scale: float) -> np.ndarray:
    """The numbers that q and scale stand for."""
    return np.asarray(q, float) * scale


def _quantities() -> Iterator[Case]:
    draw = seeded("07-fewer-bytes/dequantize")
    while True:
        q = np.array([draw.randint(-127, 127) for _index in range(draw.randint(3, 9))], np.int8)
        q[0] = 127
        yield q, draw.choice((0.003, 0.02, 0.5, 3.0))


DEQUANTIZE = Task(
    id="07-fewer-bytes/dequantize",
    function=dequantize,
    result=Result((array("x", "numbers"),)),
    examples=((np.array([0, 50, -127], np.int8), 0.02),),
    parts=(Part(N_("all cases"), 0.5, first(5, _quantities())),),
    misconceptions=(
        Misconception(
            "divided",
            lambda q, scale: np.asarray(q, float) / scale,
            N_("Divided by the scale: each step stands for scale, so multiply."),
        ),
        Misconception(
            "scale not used",
            lambda q, scale: np.asarray(q, float),
            N_("The scale is not used: q counts steps, and each step is scale wide."),
        ),
        Misconception(
            "added",
            lambda q, scale: np.asarray(q, float) + scale,
            N_("The scale is added: each step stands for scale, so multiply."),
        ),
        Misconception(
            "stays in 8 bits",
            lambda q, scale: (q * np.asarray(scale)).astype(np.int8),
            N_("The result was cut back to 8 bits: it must be floating-point numbers."),
        ),
    ),
)
