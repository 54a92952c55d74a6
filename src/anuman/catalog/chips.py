"""Chips: peak FLOP/s (dense), memory bandwidth and capacity, power, each with its source."""

from dataclasses import dataclass, field
from functools import cache

from .errors import CatalogError, MissingValue, UnknownName
from .files import table
from .sources import Quantity, quantities

WHY = {
    "peak": "without it the compute clock and the ridge cannot be drawn",
    "bandwidth": "without it the memory clock cannot be drawn",
    "capacity": "without it nobody can say whether a model fits",
    "power": "without it energy per token cannot be computed",
}


@dataclass(frozen=True)
class Chip:
    """One chip of the catalogue; figures in SI base units (FLOP/s, byte/s, byte, W)."""

    name: str
    vendor: str
    year: int
    kind: str
    quantities: dict[str, Quantity] = field(repr=False)
    missing: dict[str, str] = field(repr=False)

    def quantity(self, field: str) -> Quantity:
        """The value of `field` ("bandwidth", "peak.bf16", …) with its source.

        Raises MissingValue saying which value is missing and why that matters.
        """
        if field in self.quantities:
            return self.quantities[field]
        reason = self.missing.get(field, "no source gives it")
        given = ", ".join(sorted(self.quantities))
        why = WHY.get(field.partition(".")[0], "no default is guessed")
        raise MissingValue(
            f"{self.name} has no {field}: {reason}; {why}. Known of {self.name}: {given}."
        )

    def peak(self, precision: str) -> float:
        """Dense peak in FLOP/s for "bf16", "fp16", "fp8", "fp4" or "int8"."""
        return self.quantity(f"peak.{precision}").value

    @property
    def peak16(self) -> str:
        """Name of the 16-bit precision whose dense peak is known, bf16 before fp16."""
        precision = next((p for p in ("bf16", "fp16") if f"peak.{p}" in self.quantities), "bf16")
        self.peak(precision)
        return precision

    @property
    def bandwidth(self) -> float:
        """Peak bandwidth of the memory that holds the weights, in byte/s."""
        return self.quantity("bandwidth").value

    @property
    def capacity(self) -> float:
        """Bytes of the memory that holds the weights."""
        return self.quantity("capacity").value

    @property
    def power(self) -> float:
        """Rated power (TDP) in watts."""
        return self.quantity("power").value


@cache
def chip(name: str) -> Chip:
    """The chip of this name. Raises UnknownName naming the nearest chips."""
    entries = table("chips")
    if name not in entries:
        raise UnknownName("chip", name, entries)
    raw = entries[name]
    try:
        vendor, year, kind = raw["vendor"], raw["year"], raw["kind"]
    except KeyError as error:
        raise CatalogError(f"chips.toml, [{name}]: {error} is missing") from error
    values = {key: value for key, value in raw.items() if key != "missing"}
    found = quantities("chips.toml", name, values)
    return Chip(name, vendor, year, kind, found, raw.get("missing", {}))


def chips() -> list[str]:
    """Names of all chips, in the catalogue's order."""
    return list(table("chips"))
