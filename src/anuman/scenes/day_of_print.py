"""Which claims arithmetic could have judged on the day they were printed: from the dates of its figures."""

from dataclasses import dataclass

from anuman import catalog, claims

from .claim_test import every

ON_THE_DAY, LATER, UNDATED, NO_SUM = "on the day", "later", "undated", "no sum"


@dataclass(frozen=True)
class Judged:
    """A claim; when: whether its arithmetic stood ready on the day of print; last: its latest figure's date."""

    claim: catalog.Claim
    printed: str
    when: str
    last: str = ""


def _not_after(date: str, printed: str) -> bool:
    """Whether a date is not later, as far as both are known: "2024" is not later than "2024-06"."""
    known = min(len(date), len(printed))
    return date[:known] <= printed[:known]


def _dates(claim: catalog.Claim) -> list[str]:
    """Dates of everything that the arithmetic rests on; what anybody may assume has none."""
    dates = [f.source.date for f in claim.figures.values() if f.basis != "assumed"]
    for name in claims.work(claim).rests_on:
        where, _colon, field = name.partition(": ")
        if where == claim.id:
            continue
        if name.startswith("measurement "):
            dates.append(catalog.measurement(name.removeprefix("measurement ")).source.date)
        elif where in catalog.chips():
            dates.append(str(catalog.chip(where).year))  # when the chip's sheet came out
        elif not field:
            dates.append(catalog.model(name).source.date)
        else:
            dates.append(catalog.workload(where).quantity(field).source.date)
    return dates


def judge_day(article: str, claim: catalog.Claim) -> Judged:
    """When a claim's arithmetic could be done."""
    printed = catalog.article(article).date
    if claim.verdict == "not checkable" or claim.test_kind not in ("arithmetic", "simulation"):
        return Judged(claim, printed, NO_SUM)
    dates = _dates(claim)
    if "unknown" in dates:
        return Judged(claim, printed, UNDATED)
    last = max(dates, default="")
    ready = all(_not_after(date, printed) for date in dates)
    return Judged(claim, printed, ON_THE_DAY if ready else LATER, last)


def every_day() -> list[Judged]:
    """All claims of all articles."""
    return [judge_day(article, claim) for article, claim in every().values()]
