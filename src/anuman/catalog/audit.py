"""What the catalogue only recalls: values that nobody has read in a source yet."""

from collections.abc import Iterator

from .chips import chip, chips
from .efficiencies import written
from .measurements import measurements
from .models import model, models
from .prices import price, prices, rentals, rented_chips, token_price, token_prices
from .seeds import articles, claims
from .sources import Quantity
from .statements import statement, statements
from .workloads import workload, workloads


def recalled() -> Iterator[tuple[str, str]]:
    """Every value known from memory only, as (where it stands, what it is)."""
    for name in chips():
        for field, value in chip(name).quantities.items():
            if value.known == "memory":
                yield f"chips.toml, {name}", f"{field} = {value.value:g} {value.unit}"
    for name in models():
        if model(name).known == "memory":
            yield f"models.toml, {name}", "the shape"
    for name, entry, known in written():
        if known == "memory":
            yield f"efficiencies.toml, {name}", entry
    for name in workloads():
        for field, value in workload(name).quantities.items():
            if value.known == "memory":
                yield f"workloads.toml, {name}", f"{field} = {value.value:g} {value.unit}"
    for row in measurements(known="memory"):
        yield f"measurements.csv, {row.id}", f"{row.metric} = {row.value:g} {row.unit}"
    for name in statements():
        if statement(name).known == "memory":
            yield f"statements.toml, {name}", f"{statement(name).value:g} {statement(name).unit}"
    for name, value in _priced():
        if value.known == "memory":
            yield f"prices.toml, {name}", f"{value.value:g} {value.unit}"
    for article in articles():
        for claim in claims(article):
            if claim.known == "memory":
                yield f"seeds, {claim.id}", "the facts behind the verdict"
            for name, value in claim.figures.items():
                if value.known == "memory":
                    yield f"seeds, {claim.id}", f"{name} = {value.value:g} {value.unit}"


def _priced() -> Iterator[tuple[str, Quantity]]:
    """Every price with its name."""
    for name in token_prices():
        listed = token_price(name)
        yield from (
            (name, value) for value in (listed.input, listed.output, listed.cached) if value
        )
    for chip_name in rented_chips():
        yield from ((chip_name, rental.price) for rental in rentals(chip_name))
    yield from ((name, price(name)) for name in prices())
