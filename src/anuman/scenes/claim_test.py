"""The workbench: a claim, a test, an assumption that is varied, and the interval that follows."""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import isclose

from anuman import catalog, claims

POINTS = 9  # of the curve
FIRST = "S0.3"  # the claim that the workbench opens with
TESTS = ("arithmetic", "simulation", "source", "not checkable")


@cache
def every() -> dict[str, tuple[str, catalog.Claim]]:
    """Id of each claim -> its article's id and the claim, in the order of the articles."""
    return {
        claim.id: (article, claim)
        for article in catalog.articles()
        for claim in catalog.claims(article)
    }


def key_step(steps: list[claims.Step]) -> claims.Step | None:
    """The number that decides: where the verdict flips, or else the last of the steps."""
    return next((step for step in steps if step.flips), steps[-1] if steps else None)


@cache
def moving_figures(claim_id: str) -> tuple[str, ...]:
    """Figures of a claim that change the number that decides."""
    _article, claim = every()[claim_id]
    figures = []
    for name, figure in claim.figures.items():
        moved = _decides(claim, name, 1.5 * figure.value)
        if moved is not None and not isclose(moved, _decides(claim), rel_tol=1e-9):
            figures.append(name)
    return tuple(figures)


def _decides(claim: catalog.Claim, figure: str = "", value: float = 0.0) -> float | None:
    """The number that decides, with another value of one figure; None without arithmetic."""
    figures = claim.figures
    if figure:
        figures = figures | {figure: replace(figures[figure], value=value)}
    step = key_step(claims.arithmetic(replace(claim, figures=figures)))
    return step.value if step else None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One claim on the bench. test: what the learner chose, "" at first; low, high: their interval.

    figure: the assumption that is varied, from its value divided by `factor` to its value times it.
    judged: ids of the claims whose verdict stands open.
    """

    claim: str = FIRST
    test: str = ""
    figure: str = ""
    factor: float = 1.5
    low: float | None = None
    high: float | None = None
    judged: frozenset[str] = frozenset()

    @property
    def found(self) -> catalog.Claim:
        """The claim itself."""
        return every()[self.claim][1]

    @property
    def open(self) -> bool:
        """Whether the verdict is shown."""
        return self.claim in self.judged

    @cached_property
    def steps(self) -> list[claims.Step]:
        """The claim's arithmetic; empty without any."""
        return claims.arithmetic(self.found)

    @property
    def decides(self) -> claims.Step | None:
        """The number that decides."""
        return key_step(self.steps)

    @cached_property
    def curve(self) -> list[tuple[float, float]]:
        """(assumption, number that decides) over the assumed interval; empty where nothing is varied."""
        if not self.figure:
            return []
        middle = self.found.figures[self.figure].value
        shares = [self.factor ** (2 * at / (POINTS - 1) - 1) for at in range(POINTS)]
        return [
            (middle * share, _decides(self.found, self.figure, middle * share)) for share in shares
        ]

    @property
    def span(self) -> tuple[float, float] | None:
        """The interval of the number that decides; None where nothing is varied."""
        values = [value for _assumed, value in self.curve]
        return (min(values), max(values)) if values else None

    @property
    def holds(self) -> bool | None:
        """Whether the learner's interval holds the number that decides; None without either."""
        if self.decides is None or self.low is None or self.high is None:
            return None
        return self.low <= self.decides.value <= self.high
