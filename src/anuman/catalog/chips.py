"""Chips: peak FLOP/s (dense), memory bandwidth and capacity, power, each with its source."""

from dataclasses import dataclass, field
from functools import cache

from .errors import CatalogError, MissingValue, UnknownName
from .files import table
from .sources import Quantity, quantities

COOLING = ("air", "liquid", "unknown")
WHY = {
    "peak": "without it the compute clock and the ridge cannot be drawn",
    "bandwidth": "without it the memory clock cannot be drawn",
    "capacity": "without it nobody can say whether a model fits",
    "power": "without it energy per token cannot be computed",
    "rack": "without it the floor and the feeds of a building cannot be planned",
}


@dataclass(frozen=True)
class Rack:
    """The rack or system in which a chip is sold; cooling is one of COOLING, missing says what nobody gives."""

    name: str
    cooling: str
    missing: str = ""


@dataclass(frozen=True)
class Chip:
    """One chip of the catalogue; figures in SI base units (FLOP/s, byte/s, byte, W).

    Of its rack the fields are rack.chips, rack.power (W) and rack.area (m2, without aisles).
    """

    name: str
    vendor: str
    year: int
    kind: str
    quantities: dict[str, Quantity] = field(repr=False)
    missing: dict[str, str] = field(repr=False)
    rack: Rack | None = None

    def quantity(self, field: str) -> Quantity:
        """The value of `field` ("bandwidth", "peak.bf16", …) with its source.

        Raises MissingValue saying which value is missing and why that matters.
        """
        if field in self.quantities:
            return self.quantities[field]
        reason = self.missing.get(field) or self._missing_rack(field) or "no source gives it"
        given = ", ".join(sorted(self.quantities))
        why = WHY.get(field.partition(".")[0], "no default is guessed")
        raise MissingValue(
            f"{self.name} has no {field}: {reason}; {why}. Known of {self.name}: {given}."
        )

    def _missing_rack(self, field: str) -> str:
        if not field.startswith("rack."):
            return ""
        return self.rack.missing if self.rack else "this chip is not sold by the rack"

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
    rack, values["rack"] = _rack(name, raw.get("rack"))
    found = quantities("chips.toml", name, values)
    return Chip(name, vendor, year, kind, found, raw.get("missing", {}), rack)


def _rack(chip: str, raw: dict | None) -> tuple[Rack | None, dict]:
    """The rack in words, and its figures as they stand in the file."""
    if raw is None:
        return None, {}
    words = {key: value for key, value in raw.items() if isinstance(value, str)}
    rack = Rack(words.get("name", ""), words.get("cooling", "unknown"), words.get("missing", ""))
    if rack.cooling not in COOLING:
        raise CatalogError(f"chips.toml, [{chip}], rack: cooling is one of {', '.join(COOLING)}")
    return rack, {key: value for key, value in raw.items() if key not in words}


def chips() -> list[str]:
    """Names of all chips, in the catalogue's order."""
    return list(table("chips"))
