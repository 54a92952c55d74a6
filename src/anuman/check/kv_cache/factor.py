"""Two numbers that should agree: by which factor they differ, and which slip makes that factor."""

from collections.abc import Iterator

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

UNIT = 1e9 / 2**30  # GiB printed with the letters GB
CAUSES = {"none": 1.0, "heads": 8.0, "half": 0.5, "unit": UNIT, "heads+unit": 8 * UNIT}
WITHIN = 0.01
SPELLINGS = (
    ("none", "nothing", "no slip", "कोई नहीं"),
    ("heads", "head", "query heads"),
    ("half", "आधा"),
    ("unit", "units", "gib", "इकाई"),
    ("heads+unit", "unit+heads", "heads and unit", "heads unit", "unit and heads", "unit heads"),
    ("other", "others", "another", "अन्य"),
)


def find_factor(published: float, yours: float) -> tuple[float, str]:
    """published / yours, and the slip that makes this factor within 1 %."""
    return _named(published / yours, CAUSES, WITHIN)


def _named(ratio: float, causes: dict[str, float], within: float) -> tuple[float, str]:
    for cause, factor in causes.items():
        if abs(ratio / factor - 1) <= within:
            return ratio, cause
    return ratio, "other"


def _within_a_distance(published: float, yours: float, distance: float) -> tuple[float, str]:
    """The first slip whose factor lies no farther from the ratio than a distance, however small it is."""
    ratio = published / yours
    return ratio, next((c for c, f in CAUSES.items() if abs(ratio - f) <= distance), "other")


def _nearest(published: float, yours: float) -> tuple[float, str]:
    """The nearest factor, however far it is."""
    ratio = published / yours
    return ratio, min(CAUSES, key=lambda cause: abs(CAUSES[cause] - ratio))


def _rounded(published: float, yours: float, places: int) -> tuple[float, str]:
    """The first slip whose factor is the ratio when both are rounded to so many decimal places."""
    ratio = published / yours
    near = round(ratio, places)
    same = (cause for cause, factor in CAUSES.items() if near == round(factor, places))
    return ratio, next(same, "other")


ONE_PERCENT = N_(
    "The same distance is allowed from every factor: 1 % of it is more for a large factor and "
    "less for a small one. Compare ratio / factor with 1."
)


ROUNDED = N_(
    "The ratio is rounded and then compared: to one or two places, far more or less than 1 % is let "
    "through, as the factor is small or large. Compare ratio / factor with 1."
)


def _pairs() -> Iterator[Case]:
    """Each cause in turn, rounded as published numbers are; and factors that no cause explains."""
    draw = seeded("04-kv-cache/find_factor")
    while True:
        for factor in (*CAUSES.values(), *draw.sample((3.0, 0.25, 4.0, 16.0, 1.04, 8.35), 2)):
            yours = draw.uniform(5e8, 400e9)
            yield float(f"{yours * factor * draw.uniform(0.997, 1.003):.4g}"), yours


CASES = ((64e9, 8e9), (8e9, 8e9), *first(14, _pairs()))

FIND_FACTOR = Task(
    id="04-kv-cache/find_factor",
    function=find_factor,
    result=Result((number("ratio"), label("cause", *SPELLINGS))),
    examples=((80e9, 10e9), (5e9, 10e9), (30e9, 10e9)),
    parts=(
        Part("ratio", 0.5, CASES, fields=("ratio",)),
        Part("cause", 0.5, CASES, fields=("cause",), needs=("ratio",)),
    ),
    misconceptions=(
        Misconception(
            "upside down",
            lambda published, yours: _named(yours / published, CAUSES, WITHIN),
            N_("Upside down: the ratio says how many times the published number is yours."),
        ),
        Misconception(
            "difference",
            lambda published, yours: _named(published - yours, CAUSES, WITHIN),
            N_("That is a difference; a factor is found by dividing."),
        ),
        Misconception(
            "exact comparison",
            lambda published, yours: _named(published / yours, CAUSES, 1e-9),
            N_(
                "The ratio is compared exactly: published numbers are rounded, so allow 1 % on "
                "either side."
            ),
        ),
        Misconception(
            "a hundredth either side",
            lambda published, yours: _within_a_distance(published, yours, 0.01),
            ONE_PERCENT,
        ),
        Misconception(
            "a tenth either side",
            lambda published, yours: _within_a_distance(published, yours, 0.1),
            ONE_PERCENT,
        ),
        Misconception(
            "rounded to two places",
            lambda published, yours: _rounded(published, yours, 2),
            ROUNDED,
        ),
        Misconception(
            "rounded to one place",
            lambda published, yours: _rounded(published, yours, 1),
            ROUNDED,
        ),
        Misconception(
            "nearest",
            lambda published, yours: _nearest(published, yours),
            N_(
                "The nearest factor need not be near: a ratio that lies within 1 % of none of "
                'them is "other".'
            ),
        ),
        Misconception(
            "half upside down",
            lambda published, yours: _named(published / yours, CAUSES | {"half": 2.0}, WITHIN),
            N_(
                'The factor of "half" is 1/2: if only keys are counted, the published number is the '
                "smaller one."
            ),
        ),
        Misconception(
            "5 % either side",
            lambda published, yours: _named(published / yours, CAUSES, 0.05),
            N_("5 % are allowed on either side: the task allows 1 %, and no more."),
        ),
        Misconception(
            "too generous",
            lambda published, yours: _named(published / yours, CAUSES, 0.1),
            N_(
                "The comparison is too generous: GB and GiB are only 7 % apart, so allow 1 % and "
                "no more."
            ),
        ),
        Misconception(
            "unit the wrong way",
            lambda published, yours: _named(
                published / yours,
                CAUSES | {"unit": 1 / UNIT, "heads+unit": 8 / UNIT},
                WITHIN,
            ),
            N_(
                "The unit goes the wrong way: a GiB is larger than a GB, so a number of GiB is "
                "smaller than the number of GB for the same bytes."
            ),
        ),
        Misconception(
            "two slips at once not seen",
            lambda published, yours: _named(
                published / yours,
                {cause: CAUSES[cause] for cause in CAUSES if cause != "heads+unit"},
                WITHIN,
            ),
            N_("Two slips can meet: then their factors are multiplied."),
        ),
        Misconception(
            "always heads",
            lambda published, yours: (published / yours, "heads"),
            N_("The cause is always the same: compare the ratio with each factor of the list."),
        ),
    ),
)
