"""Lesson 09 on large sums: lakh and crore in both scripts, the rate that an author used, a licence earned back."""

from anuman import catalog, physics
from anuman.scenes.offers import rupees_per_usd
from anuman.widgets import N_, _, both, number, table

SUMS = (("S0.2", "deal", True), ("S0.20", "round", True), ("S0.21", "valuation", False))
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
LAKH_CRORE, CRORES = N_("{amount} lakh crore"), N_("{amount} crore")
SAVED = (0.01, 0.1, 1.0)  # USD per million tokens
DAILY = 1e12  # tokens a day of a made-up service


def figure(claim: str, name: str) -> float:
    """A sourced figure of a claim."""
    return catalog.claim(claim).figures[name].value


def earned_back_days(saving: float) -> float:
    """Days until the reported sum is earned back at DAILY tokens, saving so many USD on each million."""
    return physics.breakeven_tokens(figure("S0.2", "deal"), saving) / DAILY


def _in_words(rupees: float) -> tuple[str, str]:
    """An amount in lakh crore or crore: Latin letters, and Devanagari letters and digits."""
    lakhs = rupees >= physics.LAKH * physics.CRORE
    unit = physics.LAKH * physics.CRORE if lakhs else physics.CRORE
    english, hindi = both(LAKH_CRORE if lakhs else CRORES)
    amount = rupees / unit
    return (
        english.format(amount=f"{amount:.3g}" if lakhs else f"{amount:,.0f}"),
        (hindi or english).format(amount=f"{amount:.3g}" if lakhs else f"{amount:,.0f}").translate(DEVANAGARI),
    )  # fmt: skip


def worked_rupees():
    """Table of the article's three sums: as printed, the rate that they imply, and at the day's rate."""
    rows = []
    for claim, name, exact in SUMS:
        usd, rupees = figure(claim, name), figure(claim, f"{name}_inr")
        rate = figure(claim, "rate")
        rows.append(
            (
                number(usd / 1e9), *_in_words(rupees),
                _("about") if exact else _("more than"),
                number(rupees / usd), *_in_words(physics.rupees(usd, rate)),
            )
        )  # fmt: skip
    return table(
        [
            _("billion USD"),
            _("printed, in rupees"),
            _("the same in Devanagari"),
            _("printed as"),
            _("rupees a dollar"),
            _("at the rate of the day"),
            _("in Devanagari"),
        ],
        rows,
        caption=_("Rate of the day: {rate} rupees a dollar ({source}, {date}).").format(
            rate=number(rupees_per_usd(), 4),
            source=catalog.price("rupees-a-dollar").source.publisher,
            date=catalog.price("rupees-a-dollar").source.date,
        ),
    )


def worked_licence():
    """Table of break-evens: how many tokens, and how long, by what the licence saves."""
    deal = figure("S0.2", "deal")
    rows = [
        (
            number(saving), number(physics.breakeven_tokens(deal, saving)),
            number(earned_back_days(saving) / 365),
        )
        for saving in SAVED
    ]  # fmt: skip
    return table(
        [_("saved, USD per million tokens"), _("tokens until it is earned back"), _("years")],
        rows,
        caption=_("{deal} billion USD, at {daily} tokens a day (made up).").format(
            deal=number(deal / 1e9), daily=number(DAILY)
        ),
    )
