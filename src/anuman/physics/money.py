"""Dollars and rupees per million tokens: renting, owning, and when a licence pays for itself."""

from .arguments import not_negative, positive, share

HOUR = 3600.0
YEAR = 365 * 24 * HOUR
MILLION = 1e6
LAKH, CRORE = 1e5, 1e7


def usd_per_mtok(usd_per_hour: float, tokens_per_s: float, utilisation: float = 1.0) -> float:
    """Rent: dollars per million tokens = $/h · 1e6 / (3600 · tokens/s · utilisation)."""
    not_negative(usd_per_hour=usd_per_hour)
    positive(tokens_per_s=tokens_per_s)
    share(utilisation=utilisation)
    return usd_per_hour * MILLION / (HOUR * tokens_per_s * utilisation)


def tco_per_mtok(
    capital_usd: float, years: float, watts: float, usd_per_kwh: float, pue: float,
    tokens_per_s: float, utilisation: float = 1.0,
) -> float:  # fmt: skip
    """Owning: (capital/lifetime + energy) per million tokens, in dollars.

    watts: drawn by the computers all the time; pue: watts of the whole site over theirs, at least 1
    (ISO/IEC 30134-2).
    """
    not_negative(capital_usd=capital_usd, watts=watts, usd_per_kwh=usd_per_kwh)
    positive(years=years, tokens_per_s=tokens_per_s)
    share(utilisation=utilisation)
    if pue < 1:
        raise ValueError(
            f"pue is {pue!r}: a site draws at least what its computers draw, so at least 1"
        )
    capital_usd_per_s = capital_usd / (years * YEAR)
    energy_usd_per_s = watts * pue / 1000 * usd_per_kwh / HOUR
    return (capital_usd_per_s + energy_usd_per_s) * MILLION / (tokens_per_s * utilisation)


def rupees(usd: float, rupees_per_usd: float) -> float:
    """Rupees for dollars at a given rate of exchange, which always belongs to a day."""
    not_negative(usd=usd)
    positive(rupees_per_usd=rupees_per_usd)
    return usd * rupees_per_usd


def breakeven_tokens(licence_usd: float, saving_usd_per_mtok: float) -> float:
    """Tokens after which a one-time payment is earned back by a saving on each million tokens."""
    not_negative(licence_usd=licence_usd)
    positive(saving_usd_per_mtok=saving_usd_per_mtok)
    return licence_usd / saving_usd_per_mtok * MILLION
