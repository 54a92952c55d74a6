"""What things cost: tokens of an API, hours of a chip, electricity, money of another country; each with its day."""

from dataclasses import dataclass
from functools import cache

from .errors import CatalogError, UnknownName
from .files import table
from .sources import Quantity, quantities, quantity


@dataclass(frozen=True)
class TokenPrice:
    """List price of one service for one model, in USD a token, on `date` (when the page was read).

    cached is the price of input found in the service's cache, None where none is listed; catalog_model
    is the same model's name in the catalogue, "" where its shape is not public.
    """

    name: str
    provider: str
    model: str
    catalog_model: str
    date: str
    input: Quantity
    output: Quantity
    cached: Quantity | None

    def bill(self, input: float, output: float, cached: float = 0.0) -> float:
        """USD for so many tokens read, written, and read again from the cache.

        cached is part of `input`. Raises ValueError for a negative number or more cached than read.
        """
        if min(input, output, cached) < 0 or cached > input:
            raise ValueError(
                f"input {input:g}, output {output:g}, cached {cached:g}: tokens are not negative, "
                "and those from the cache are part of the input"
            )
        again = self.cached or self.input
        fresh = (input - cached) * self.input.value
        return fresh + cached * again.value + output * self.output.value


@cache
def token_price(name: str) -> TokenPrice:
    """The price of this name ("groq gpt-oss-120b"). Raises UnknownName or CatalogError."""
    entries = table("prices")["tokens"]
    if name not in entries:
        raise UnknownName("price of tokens", name, entries)
    raw = entries[name]
    values = quantities("prices.toml", name, raw)
    try:
        return TokenPrice(
            name=name,
            provider=raw["provider"],
            model=raw["model"],
            catalog_model=raw.get("catalog_model", ""),
            date=raw["date"],
            input=values["input"],
            output=values["output"],
            cached=values.get("cached"),
        )
    except KeyError as error:
        raise CatalogError(f"prices.toml, [tokens.{name!r}]: {error} is missing") from error


def token_prices() -> list[str]:
    """Names of all prices of tokens, in the catalogue's order."""
    return list(table("prices")["tokens"])


@dataclass(frozen=True)
class Rental:
    """What one hour of one chip costs at one provider, on demand, in USD, on `date`."""

    chip: str
    provider: str
    date: str
    price: Quantity


@cache
def rentals(chip: str) -> tuple[Rental, ...]:
    """What the chip rents for at several providers, cheapest first. Raises UnknownName."""
    entries = table("prices")["rentals"]
    if chip not in entries:
        raise UnknownName("chip with a rental price", chip, entries)
    offers = []
    for number, raw in enumerate(entries[chip], 1):
        entry = f"rentals.{chip}, {number}"
        try:
            price = quantity("prices.toml", entry, "price", raw["price"])
            offers.append(Rental(chip, raw["provider"], raw["date"], price))
        except KeyError as error:
            raise CatalogError(f"prices.toml, {entry}: {error} is missing") from error
    return tuple(sorted(offers, key=lambda rental: rental.price.value))


def rented_chips() -> list[str]:
    """Chips whose rental price is listed."""
    return list(table("prices")["rentals"])


@cache
def price(name: str) -> Quantity:
    """A price that is one number: electricity by place (USD/kWh, INR/kWh), a rate of exchange, a chip.

    Raises UnknownName naming the nearest, or CatalogError.
    """
    entries = table("prices")["single"]
    if name not in entries:
        raise UnknownName("price", name, entries)
    return quantity("prices.toml", name, "value", entries[name])


def prices() -> list[str]:
    """Names of all prices that are one number."""
    return list(table("prices")["single"])
