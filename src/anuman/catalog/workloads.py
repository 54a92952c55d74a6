"""Workloads: lengths, arrivals and deadlines of what inference serves, each value with its source."""

from dataclasses import dataclass, field
from functools import cache

from .errors import CatalogError, MissingValue, UnknownName
from .files import table
from .sources import Quantity, quantities


@dataclass(frozen=True)
class Lengths:
    """How long the texts of a workload are, in tokens; cv is the standard deviation over the mean.

    median is None where only mean and spread are known. Mean and cv are what a lognormal needs.
    """

    mean: float
    cv: float
    median: float | None = None


@dataclass(frozen=True)
class Workload:
    """One kind of work; label in "en" and "hi". Seconds, tokens, requests a second.

    Fields of quantity(): input.mean, .median, .cv, .p90, .p99 and the same of output (tokens);
    arrival.rate (requests/s) and arrival.cv (of the time between arrivals, 1 for Poisson); ttft,
    tpot and their stricter ttft_fast, tpot_fast (s); deadline of the whole answer (s); percentile,
    the share of requests that must keep these limits; candidates.mean (items scored); flops.
    """

    name: str
    label: dict[str, str]
    quantities: dict[str, Quantity] = field(repr=False)
    missing: dict[str, str] = field(repr=False)

    def quantity(self, field: str) -> Quantity:
        """The value of `field` with its source. Raises MissingValue saying what is known instead."""
        if field in self.quantities:
            return self.quantities[field]
        reason = self.missing.get(field, "no source gives it")
        known = ", ".join(sorted(self.quantities))
        raise MissingValue(f"workload {self.name} has no {field}: {reason}. Known of it: {known}.")

    @property
    def input(self) -> Lengths:
        """Lengths of the prompts. Raises MissingValue where they are not known."""
        return self._lengths("input")

    @property
    def output(self) -> Lengths:
        """Lengths of the answers. Raises MissingValue where they are not known."""
        return self._lengths("output")

    def _lengths(self, side: str) -> Lengths:
        median = self.quantities.get(f"{side}.median")
        return Lengths(
            self.quantity(f"{side}.mean").value,
            self.quantity(f"{side}.cv").value,
            median.value if median else None,
        )


@cache
def workload(name: str) -> Workload:
    """The workload of this name. Raises UnknownName naming the nearest, or CatalogError."""
    entries = table("workloads")
    if name not in entries:
        raise UnknownName("workload", name, entries)
    raw = entries[name]
    if set(raw.get("label", ())) != {"en", "hi"}:
        raise CatalogError(f"workloads.toml, [{name}]: label needs en and hi")
    values = {key: value for key, value in raw.items() if key not in ("label", "missing")}
    found = quantities("workloads.toml", name, values)
    return Workload(name, raw["label"], found, raw.get("missing", {}))


def workloads() -> list[str]:
    """Names of all workloads, in the catalogue's order."""
    return list(table("workloads"))
