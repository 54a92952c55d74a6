"""A verdict from an interval: does the claim hold for all of it, for none of it, or for a part?"""

import math
from collections.abc import Iterator

from ..draws import first, seeded
from ..labels import label
from ..result import Result
from ..task import Case, Misconception, Part, Task, changed
from ..words import N_

SAYS = ("at least", "at most", "about")
ABOUT = 1.1  # "about" allows a tenth more, or as many times less
SUPPORTED, CONTRADICTED, DEPENDS, NOT_CHECKABLE = VERDICTS = (
    "supported",
    "contradicted",
    "depends",
    "not checkable",
)
SPELLINGS = (
    (SUPPORTED, "पुष्टि", "समर्थित"),
    (CONTRADICTED, "खंडन", "खंडित"),
    (DEPENDS, "it depends", "निर्भर"),
    (NOT_CHECKABLE, "uncheckable", "cannot be checked", "जाँचा नहीं जा सकता"),
)


def allowed(says: str, value: float) -> tuple[float, float]:
    """The smallest and the largest true value for which the sentence holds."""
    if says == "about":
        return value / ABOUT, value * ABOUT
    return (value, math.inf) if says == "at least" else (-math.inf, value)


def judge(low: float, high: float, says: str, value: float) -> str:
    """Verdict on "it is `says` `value`" when the truth lies anywhere from low to high."""
    least, most = allowed(says, value)
    if least <= low and high <= most:
        return SUPPORTED
    return CONTRADICTED if high < least or most < low else DEPENDS


def by_the_middle(low: float, high: float, says: str, value: float) -> str:
    """What the middle of the interval says."""
    middle = math.sqrt(low * high)
    return judge(middle, middle, says, value)


def _intervals() -> Iterator[Case]:
    """Every word with every place of the interval, its ends 3 % off the borders at least."""
    draw = seeded("11-read-the-news/judge")
    at = 0
    while True:
        low = round(10 ** draw.uniform(0, 4), 2)
        high = round(low * draw.choice((1.04, 1.08, 1.6, 4)), 2)
        says = SAYS[at % 3]
        value = round(low * (high / low) ** draw.uniform(0, 1) * draw.choice((0.8, 1, 1.25)), 2)
        edges = [edge for edge in allowed(says, value) if math.isfinite(edge)]
        if value > 0 and all(
            abs(math.log(end / edge)) > 0.03 for end in (low, high) for edge in edges
        ):
            at += 1
            yield low, high, says, value


CASES = first(30, _intervals())
# Ends between 0.9 of the value and the value over 1.1.
NEAR = ((150.0, 181.0, "about", 200.0), (181.0, 210.0, "about", 200.0))

JUDGE = Task(
    id="11-read-the-news/judge",
    function=judge,
    result=Result((label("verdict", *SPELLINGS[:3]),)),
    examples=(
        (250.0, 400.0, "at least", 200.0),
        (250.0, 400.0, "at least", 300.0),
        (250.0, 400.0, "about", 200.0),
    ),
    parts=(
        Part(N_("at least and at most"), 0.5, tuple(c for c in CASES if c[2] != "about")),
        Part("about", 0.5, (*(c for c in CASES if c[2] == "about"), *NEAR)),
    ),
    misconceptions=(
        Misconception(
            "by the middle",
            by_the_middle,
            N_(
                "The middle of the interval decides: then the answer sounds surer than you are. Where "
                "only a part of the interval agrees with the sentence, it depends."
            ),
        ),
        Misconception(
            "at most read as at least",
            lambda low, high, says, value: judge(
                low, high, {"at least": "at most", "at most": "at least"}.get(says, says), value
            ),
            N_(
                "“At least” and “at most” are exchanged: at least 4 holds for 5, at most 4 does not."
            ),
        ),
        Misconception(
            "about means exactly",
            lambda low, high, says, value: (
                judge(low, high, says, value)
                if says != "about"
                else (DEPENDS if low <= value <= high else CONTRADICTED)
            ),
            N_("“About” is read as “exactly”: a tenth more, or as many times less, still counts."),
        ),
        Misconception(
            "about from nine tenths on",
            lambda low, high, says, value: (
                judge(low, high, says, value)
                if says != "about"
                else SUPPORTED
                if 0.9 * value <= low and high <= ABOUT * value
                else CONTRADICTED
                if high < 0.9 * value or ABOUT * value < low
                else DEPENDS
            ),
            N_(
                "“About” begins at value / 1.1, not at 0.9 · value: 1.1 times less, not a tenth less."
            ),
        ),
        changed(
            lambda right: CONTRADICTED if right == CONTRADICTED else SUPPORTED,
            "any overlap is enough",
            N_(
                "“It may be so” counts as supported: it is only where the sentence holds for the whole "
                "interval."
            ),
        ),
        changed(
            lambda right: SUPPORTED if right == SUPPORTED else CONTRADICTED,
            "not wholly right is wrong",
            N_(
                "What holds for a part of the interval is called contradicted: nothing in it shows that "
                "the sentence is wrong."
            ),
        ),
    ),
)
