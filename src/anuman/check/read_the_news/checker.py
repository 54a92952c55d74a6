"""The right fact checker, in parts that a wrong one may exchange."""

from collections.abc import Callable, Mapping

from .judge import CONTRADICTED, DEPENDS, NOT_CHECKABLE, SUPPORTED, judge
from .laws import LAWS, span

KEYS = ("id", "test", "low", "high", "verdict", "flips_at")


def nothing(claim: Mapping, test: str = NOT_CHECKABLE) -> dict:
    return dict.fromkeys(KEYS) | {"id": claim["id"], "test": test, "verdict": NOT_CHECKABLE}


def from_sources(claim: Mapping, found: Mapping) -> dict:
    verdict = SUPPORTED if found["yes"] else CONTRADICTED if found["no"] else NOT_CHECKABLE
    return nothing(claim, "source") | {"verdict": verdict}


def measured(claim: Mapping, assumed: Mapping, judged: Callable = judge) -> dict:
    """A claim with a number, all of whose assumptions are known."""
    quantity, flips = claim["quantity"], None
    low, high = span(quantity, assumed) if quantity else assumed["simulated"]
    verdict = judged(low, high, claim["says"], claim["value"])
    if verdict == DEPENDS and quantity:
        flips = LAWS[quantity].inverse(claim["value"], assumed)
    test = "arithmetic" if quantity else "simulation"
    return dict(zip(KEYS, (claim["id"], test, low, high, verdict, flips), strict=True))


def checked(
    with_number: Callable = measured, sources: Callable = from_sources, unknown: Callable = nothing
) -> Callable:
    """A fact checker of these parts. unknown: what it says when an assumption is None."""

    def fact_check(article: list[dict], assumptions: dict) -> list[dict]:
        report = []
        for claim in article:
            assumed = assumptions[claim["id"]]
            if not assumed:
                report.append(nothing(claim))
            elif "party" in assumed:
                report.append(sources(claim, assumed))
            elif None in assumed.values():
                report.append(unknown(claim))
            else:
                report.append(with_number(claim, assumed))
        return report

    return fact_check


def fact_check(article: list[dict], assumptions: dict) -> list[dict]:
    """An entry with KEYS for each claim: test, interval, verdict, and where the verdict flips."""
    return checked()(article, assumptions)
