"""Who says so: every source is listed once and referred to by its id."""

from dataclasses import dataclass

from ..language import N_
from .errors import CatalogError, UnknownName
from .files import table

KNOWN = {
    "read": N_("read in the source"),
    "excerpt": N_("seen in an excerpt of the source"),
    "memory": N_("recalled, not confirmed"),
    "derived": N_("computed from other values"),
    "assumed": N_("assumed for the course"),
}
BASIS = {
    "claimed": "the maker's figure",
    "measured": "measured",
    "derived": "computed from other values",
    "assumed": "assumed for the course",
}


@dataclass(frozen=True)
class Source:
    """A publication: title, publisher, date ("2024-08", or "unknown"), address."""

    id: str
    title: str
    publisher: str
    date: str
    url: str
    note: str = ""


def source(id: str) -> Source:
    """The source with this id. Raises UnknownName or CatalogError."""
    entries = table("sources")
    if id not in entries:
        raise UnknownName("source", id, entries)
    try:
        return Source(id=id, **entries[id])
    except TypeError as error:
        raise CatalogError(f"sources.toml, [{id}]: {error}") from error


@dataclass(frozen=True)
class Quantity:
    """A value with its unit (SI base units), basis (see BASIS), how it is known (see KNOWN), source."""

    value: float
    unit: str
    basis: str
    known: str
    source: Source
    note: str = ""


def quantity(file: str, entry: str, field: str, raw: dict) -> Quantity:
    """The quantity written as `raw` in the catalogue. Raises CatalogError naming file, entry, field."""
    try:
        value = Quantity(**{**raw, "source": source(raw["source"])})
    except (KeyError, TypeError, LookupError) as error:
        raise CatalogError(f"{file}, [{entry}], {field}: {error}") from error
    if value.known not in KNOWN or value.basis not in BASIS:
        raise CatalogError(
            f"{file}, [{entry}], {field}: known is one of {', '.join(KNOWN)}; "
            f"basis is one of {', '.join(BASIS)}"
        )
    return value


def quantities(file: str, entry: str, raw: dict) -> dict[str, Quantity]:
    """All quantities of an entry by their full name: "bandwidth", "peak.bf16", "input.mean".

    Whatever is not written as a table is left out. Raises CatalogError naming file, entry, field.
    """
    found = {}
    for field, value in raw.items():
        if not isinstance(value, dict):
            continue
        members = {field: value} if "value" in value else {
            f"{field}.{key}": member for key, member in value.items()
        }  # fmt: skip
        for full, member in members.items():
            found[full] = quantity(file, entry, full, member)
    return found
