"""Dollars for a million tokens: rented, owned, licensed, and read off a bill."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, off_by
from ..words import N_

HOUR = 3600
YEAR = 365 * 24 * HOUR


def _rents() -> Iterator[Case]:
    draw = seeded("09-money/usd_per_mtok")
    while True:
        yield (
            round(draw.uniform(1, 60), 2),
            draw.randint(200, 40_000),
            round(draw.uniform(0.1, 0.9), 2),
        )


USD_PER_MTOK = Task(
    id="09-money/usd_per_mtok",
    function=lambda usd_per_hour, tok_per_s, utilisation: physics.usd_per_mtok(
        usd_per_hour, tok_per_s, utilisation
    ),
    result=Result((number("usd"),)),
    examples=((36.0, 10_000, 1.0), (36.0, 10_000, 0.25)),
    parts=(Part(N_("all cases"), 0.5, first(6, _rents())),),
    drill=Drill(
        draw=_rents,
        asks=N_(
            "A machine costs {usd_per_hour} USD an hour, writes {tok_per_s} tokens a second when it is "
            "full, and is used to the share {utilisation}. What does a million tokens cost, in USD?"
        ),
        worked=lambda usd_per_hour, tok_per_s, utilisation: (
            f"{usd_per_hour:g} / (3600 · {tok_per_s:g} · {utilisation:g}) · 1000000"
        ),
    ),
    misconceptions=(
        Misconception(
            "no utilisation",
            lambda usd_per_hour, tok_per_s, utilisation: physics.usd_per_mtok(
                usd_per_hour, tok_per_s
            ),
            N_("utilisation is not used: idle hours are paid, too."),
        ),
        Misconception(
            "times the utilisation",
            lambda usd_per_hour, tok_per_s, utilisation: (
                physics.usd_per_mtok(usd_per_hour, tok_per_s) * utilisation
            ),
            N_("The idle machine makes tokens cheaper in your answer: divide by the utilisation."),
        ),
        off_by(
            1 / 1000,
            "a thousand tokens",
            N_("That is the price of a thousand tokens: asked is that of a million."),
        ),
        off_by(
            1 / 1e6, "one token", N_("That is the price of one token: asked is that of a million.")
        ),
        off_by(60, "minutes", N_("An hour has 3,600 seconds, not 60.")),
        off_by(
            HOUR,
            "hours for seconds",
            N_(
                "The rent is for an hour, the tokens are for a second: bring both to the same time."
            ),
        ),
    ),
)


def tco_per_mtok(
    capital: float, years: float, watts: float, usd_per_kwh: float, pue: float, tok_per_s: float,
    utilisation: float,
) -> float:  # fmt: skip
    """Dollars a million tokens of one's own machine: its price over its life, and electricity."""
    return physics.tco_per_mtok(capital, years, watts, usd_per_kwh, pue, tok_per_s, utilisation)


def _machines() -> Iterator[Case]:
    """Electricity is from a sixth to half of the whole."""
    draw = seeded("09-money/tco_per_mtok")
    while True:
        case = (
            draw.randint(5, 60) * 1000, draw.choice((3, 4, 5)), draw.randint(10, 110) * 100,
            round(draw.uniform(0.05, 0.3), 3), round(draw.uniform(1.15, 1.9), 2),
            draw.randint(500, 30_000), round(draw.uniform(0.2, 0.8), 2),
        )  # fmt: skip
        share = 1 - tco_per_mtok(case[0], case[1], 0, *case[3:]) / tco_per_mtok(*case)
        if 0.17 < share < 0.5:
            yield case


def _wrong_tco(change) -> object:
    """The reference with changed arguments."""

    def wrong(capital, years, watts, usd_per_kwh, pue, tok_per_s, utilisation):
        return tco_per_mtok(
            *change(capital, years, watts, usd_per_kwh, pue, tok_per_s, utilisation)
        )

    return wrong


TCO_PER_MTOK = Task(
    id="09-money/tco_per_mtok",
    function=tco_per_mtok,
    result=Result((number("usd"),)),
    examples=(
        (31_536, 1, 0, 0.1, 1.0, 1000, 1.0),
        (31_536, 1, 10_000, 0.36, 1.0, 1000, 1.0),
        (31_536, 1, 10_000, 0.36, 1.5, 1000, 0.5),
    ),
    parts=(Part(N_("all cases"), 1, first(7, _machines())),),
    misconceptions=(
        Misconception(
            "power without pue",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c, y, w, e, 1.0, t, u)),
            N_("pue is not used: cooling and losses draw power, too."),
        ),
        Misconception(
            "no electricity",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c, y, 0, e, p, t, u)),
            N_("Electricity is left out."),
        ),
        Misconception(
            "no capital",
            _wrong_tco(lambda c, y, w, e, p, t, u: (0, y, w, e, p, t, u)),
            N_("The machine's own price is left out."),
        ),
        Misconception(
            "pue on everything",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c * p, y, w, e, p, t, u)),
            N_("pue multiplies the machine's price, too: it belongs to the electricity alone."),
        ),
        Misconception(
            "no utilisation",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c, y, w, e, p, t, 1.0)),
            N_("utilisation is not used: idle time costs money and brings no tokens."),
        ),
        Misconception(
            "electricity only while it writes",
            lambda capital, years, watts, usd_per_kwh, pue, tok_per_s, utilisation: tco_per_mtok(
                capital, years, watts * utilisation, usd_per_kwh, pue, tok_per_s, utilisation
            ),
            N_("Electricity is counted for the busy time only: watts are drawn all the time here."),
        ),
        Misconception(
            "years for hours",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c, y / (365 * 24), w, e, p, t, u)),
            N_("The years are taken for hours: a year has 8,760 of them."),
        ),
        Misconception(
            "watts for kilowatts",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c, y, 1000 * w, e, p, t, u)),
            N_("Electricity is sold by the kilowatt hour: divide the watts by 1,000."),
        ),
        Misconception(
            "divided by pue",
            _wrong_tco(lambda c, y, w, e, p, t, u: (c, y, w / p / p, e, p, t, u)),
            N_("Divided by pue: the site draws more than its computers, so multiply."),
        ),
    ),
)


def breakeven_tokens(licence_usd: float, saving_per_mtok: float) -> float:
    """Tokens after which the licence is earned back."""
    return physics.breakeven_tokens(licence_usd, saving_per_mtok)


def _licences() -> Iterator[Case]:
    draw = seeded("09-money/breakeven_tokens")
    while True:
        yield draw.randint(1, 400) * 10**8, round(draw.uniform(0.02, 3), 3)


BREAKEVEN_TOKENS = Task(
    id="09-money/breakeven_tokens",
    function=breakeven_tokens,
    result=Result((number("tokens"),)),
    examples=((20e9, 1.0), (20e9, 0.1)),
    parts=(Part(N_("all cases"), 0.5, first(5, _licences())),),
    misconceptions=(
        Misconception(
            "millions of tokens",
            lambda licence_usd, saving_per_mtok: licence_usd / saving_per_mtok,
            N_("These are millions of tokens: asked are tokens."),
        ),
        Misconception(
            "saving a token",
            lambda licence_usd, saving_per_mtok: licence_usd / saving_per_mtok / 1e6,
            N_(
                "The saving is for a million tokens: divide it by a million, or multiply at the end."
            ),
        ),
        Misconception(
            "multiplied",
            lambda licence_usd, saving_per_mtok: licence_usd * saving_per_mtok * 1e6,
            N_(
                "Multiplied by the saving: the more is saved, the sooner the licence is earned back."
            ),
        ),
    ),
)


def worth_waiting(seconds_saved: float, extra_usd: float) -> float:
    """Dollars an hour from which on paying extra_usd for seconds_saved is rational."""
    return extra_usd / seconds_saved * HOUR


def _tiers() -> Iterator[Case]:
    draw = seeded("09-money/worth_waiting")
    while True:
        yield draw.randint(5, 400), round(draw.uniform(0.02, 2), 3)


WORTH_WAITING = Task(
    id="09-money/worth_waiting",
    function=worth_waiting,
    result=Result((number("usd_per_hour"),)),
    examples=((60, 0.5), (36, 0.3)),
    parts=(Part(N_("all cases"), 0.5, first(5, _tiers())),),
    misconceptions=(
        Misconception(
            "a second",
            lambda seconds_saved, extra_usd: extra_usd / seconds_saved,
            N_("These are dollars a second: a wage is for an hour."),
        ),
        Misconception(
            "a minute",
            lambda seconds_saved, extra_usd: extra_usd / seconds_saved * 60,
            N_("An hour has 3,600 seconds, not 60."),
        ),
        Misconception(
            "upside down",
            lambda seconds_saved, extra_usd: seconds_saved / extra_usd * HOUR,
            N_("Upside down: the more one pays for a second, the higher the wage must be."),
        ),
        Misconception(
            "multiplied",
            lambda seconds_saved, extra_usd: seconds_saved * extra_usd,
            N_("Multiplied: ask what an hour costs at this price for a second."),
        ),
    ),
)
