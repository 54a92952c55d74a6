"""What several parties measured of one machine, model and load: how far a published value can be trusted."""

from dataclasses import dataclass
from functools import cache
from statistics import median

from ..catalog import Measurement, submissions

SAME_RATE = 0.02  # by which the rates of two services under load may differ


@dataclass(frozen=True)
class Spread:
    """Least, median of the submitters, most, in the row's unit, and how many submitters there are."""

    low: float
    median: float
    high: float
    submitters: int


@cache
def _published() -> dict[tuple, list[Measurement]]:
    results: dict[tuple, list[Measurement]] = {}
    for m in submissions(held_out=False):
        if m.value is not None:
            results.setdefault(_machine(m), []).append(m)
    return results


def _machine(m: Measurement) -> tuple:
    scenario = m.group.rpartition("-")[2]
    return m.metric, m.chip, m.n_chips, m.model, m.w_bits, scenario


def _same_load(a: Measurement, b: Measurement) -> bool:
    if a.load_kind != "poisson_qps":
        return True
    return abs(a.batch / b.batch - 1) <= SAME_RATE


def spread(m: Measurement) -> Spread | None:
    """The spread around a row, itself included; None where one submitter alone, or none, is known.

    Rates at a given TPOT are left out: each submitter has a TPOT of its own. Rows held out for a later check do not count.
    """
    if m.metric == "qps_at_tpot":
        return None
    values: dict[str, list[float]] = {}
    for other in _published().get(_machine(m), []):
        if _same_load(m, other):
            values.setdefault(other.submitter, []).append(other.value)
    if len(values) < 2:
        return None
    every = [value for each in values.values() for value in each]
    middle = median(median(each) for each in values.values())
    return Spread(min(every), middle, max(every), len(values))
