"""What wrong numbers look like when no named misconception explains them."""

import math

from .words import N_, Message

RELATIVE = 0.01  # ratios that agree within this are one and the same
LITTLE = 1.1  # below this a value is a little too large or too small
# Factors that units and slips bring: their names give nothing of a case away.
KNOWN = (
    *range(2, 11), 12, 16, 24, 30, 32, 60, 64, 100, 365, 1000, 1024, 3600, 8760, 86_400,
    10**4, 10**5, 10**6, 2**20, 10**7, 10**9, 2**30, 10**12, 365 * 86_400,
)  # fmt: skip


def ratio(found: float, expected: float, coarse: bool = False) -> Message:
    """How the first value that differs compares with the right one, e.g. "2.00 times too large".

    coarse: the ratio has two digits at most, unless it is a constant that everybody knows.
    """
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
    return Message(
        N_("The first value that differs is {ratio}"), {"ratio": times(found, expected, coarse)}
    )


def times(found: float, expected: float, coarse: bool = False) -> Message:
    """How a value that is shown beside its case compares with the right one; coarse: as in ratio."""
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
    is_large = abs(found) > abs(expected)
    size = found / expected if is_large else expected / found
    if size < LITTLE:
        return Message(N_("a little too large.") if is_large else N_("a little too small."))
    fields = {"times": _factor(size, coarse)}
    if is_large:
        return Message(N_("{times} times too large."), fields)
    return Message(N_("{times} times too small."), fields)


def have_ratio(found: float, expected: float) -> bool:
    """Whether two values can be compared by their ratio: both finite, of one sign, neither 0."""
    return math.isfinite(found) and math.isfinite(expected) and found * expected > 0


def _factor(size: float, coarse: bool) -> str | float | Message:
    """A ratio above 1: a known constant as it is, else with two decimals while it is small."""
    known = next((one for one in KNOWN if _same(size, one)), None)
    if known:
        return known if known >= 10 else f"{known:.2f}"
    if coarse:
        rough = f"{size:.2g}" if size < 10 else float(f"{size:.1e}")
        return Message(N_("about {size}"), {"size": rough})
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
