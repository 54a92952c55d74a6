"""What wrong numbers look like when no named misconception explains them."""

import math

from .words import N_, Message

RELATIVE = 0.01  # ratios that agree within this are one and the same


def ratio(found: float, expected: float) -> Message:
    """How the first value that differs compares with the right one, e.g. "2.00 times too large"."""
    if math.isinf(found):
        return Message(N_("The first value that is wrong is infinite; it should not be."))
    if math.isinf(expected):
        return Message(N_("The first value that differs should be infinite."))
    if found == 0:
        return Message(N_("The first value that is wrong is 0; it should not be."))
    if expected == 0:
        return Message(N_("The first value that differs should be 0."))
    if (found < 0) != (expected < 0):
        return Message(N_("The first value that differs has the wrong sign."))
    quotient = found / expected
    fields = {"times": _times(quotient)}
    if quotient > 1:
        return Message(N_("The first value that differs is {times} times too large."), fields)
    return Message(N_("The first value that differs is {times} times too small."), fields)


def times(found: float, expected: float) -> Message:
    """How a value that is shown beside its case compares with the right one."""
    if math.isinf(found) or math.isinf(expected):
        return Message(
            N_("it should not be.") if math.isinf(found) else N_("it should be infinite.")
        )
    if expected == 0:
        return Message(N_("it should be 0."))
    if found == 0:
        return Message(N_("it should not be 0."))
    if (found < 0) != (expected < 0):
        return Message(N_("the sign is wrong."))
    quotient = found / expected
    fields = {"times": _times(quotient)}
    if quotient > 1:
        return Message(N_("{times} times too large."), fields)
    return Message(N_("{times} times too small."), fields)


def _times(quotient: float) -> str | float:
    """The ratio, at least 1, with two decimals while it is small."""
    size = max(quotient, 1 / quotient)
    return f"{size:.2f}" if size < 10 else size


def shapes(found, expected) -> list[Message]:
    """That an array has another shape than it should; nothing for words and for equal shapes."""
    if isinstance(expected, str) or found.shape == expected.shape:
        return []
    fields = {"found": str(found.shape), "expected": str(expected.shape)}
    return [Message(N_("Its shape is {found} where it should be {expected}."), fields)]


def diagnose(pairs: list[tuple[float, float]]) -> list[Message]:
    """Likely reasons, from (found, expected) of every case that differs; none if none fits."""
    found, expected = pairs[0]
    several = len(pairs) > 1
    if all(value == 0 for value, _right in pairs):
        return [Message(N_("Is // used where / belongs, or int()?"))]
    if all(_same(value, -right) for value, right in pairs):
        return [Message(N_("The size is right, the sign is not."))]
    if all(right and _same(value, 1 / right) for value, right in pairs):
        return [Message(N_("Upside down: the value is 1 divided by the right one."))]
    if several and len({value for value, _right in pairs}) == 1:
        return [Message(N_("The value is the same in every case: does it use all its arguments?"))]
    if all(_rounded(value, right) for value, right in pairs):
        return [Message(N_("Rounded too early: keep at least three significant digits."))]
    if several and all(_same(value * expected, found * right) for value, right in pairs):
        return [
            Message(
                N_("It is so in every case of this kind: a unit or a constant factor is wrong.")
            )
        ]
    return []


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=RELATIVE)


def _rounded(value: float, right: float) -> bool:
    """Whether value is right after rounding, or cutting off, at some decimal place that right goes beyond."""
    return right != 0 and any(
        value == round(value, places) != right != round(right, places)
        and abs(value - right) <= 1.001 * 10.0**-places
        for places in range(-3, 7)
        if abs(right) < 10.0 ** (3 - places)
    )
