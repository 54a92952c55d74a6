"""Lesson 09: its questions, its worked numbers and its verdicts."""

from functools import cache

from anuman import catalog, claims, physics
from anuman.language import language
from anuman.lessons.crores import DAILY, SAVED, earned_back_days, figure
from anuman.scenes.offers import (
    CHIPS,
    HURRY_S,
    PATIENCE_S,
    Market,
    Offer,
    listed_rent,
    rupees_per_usd,
)
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.kit.words import percent

USED = (0.05, 0.1, 0.25, 0.5, 0.8, 1.0)
YEARS, OWNED = 4, 8  # of a server's life; chips in it
ANSWER = 3000  # tokens
BILLED = (
    "groq gpt-oss-120b", "cerebras gpt-oss-120b", "openai gpt-5-mini", "openai gpt-5.2",
    "anthropic opus-5",
)  # fmt: skip
LISTED = (("Llama-3.1-8B", "groq llama-3.1-8b"), ("Qwen3-32B", "groq qwen3-32b"),
          ("Llama-3.1-70B", "groq llama-3.3-70b"))  # fmt: skip


def _within(seconds: float) -> Offer:
    """The cheapest offer that answers in time."""
    return Market(promise_s=seconds).chosen


def questions() -> list[Question]:
    """The four predictions, with truths computed when they are revealed."""
    m = Market()
    slow, fast = _within(PATIENCE_S), _within(HURRY_S)
    names = {
        "model": m.model, "tokens": number(m.output), "promise": si(m.promise_s, "s"),
        "slow": si(PATIENCE_S, "s"), "fast": si(HURRY_S, "s"), "chips": number(len(CHIPS)),
        "deal": number(figure("S0.2", "deal") / 1e9), "saving": number(SAVED[1]),
        "daily": number(DAILY),
    }  # fmt: skip
    extra = (fast.usd - slow.usd) * m.output / physics.MILLION
    return [
        Question(
            "chips",
            _(
                "{model}, answers of {tokens} tokens within {promise}, all machines equally busy. The same "
                "tokens are priced on {chips} kinds of chip, each with its best size and batch. How many "
                "times as much does the dearest kind that is in time cost as the cheapest?"
            ).format(**names),
            "×",
            _spread,
        ),
        Question(
            "hurry",
            _(
                "An answer need not come before {slow}. Now it must be there within {fast}. How many times as "
                "much does a token cost at least?"
            ).format(**names),
            "×",
            lambda: fast.usd / slow.usd,
        ),
        Question(
            "wage",
            _(
                "Somebody waits for each of these answers. From how many rupees of lost time an hour on is the "
                "fast one cheaper?"
            ).format(**names),
            _("rupees an hour"),
            lambda: extra / (slow.seconds - fast.seconds) * physics.HOUR * rupees_per_usd(),
        ),
        Question(
            "licence",
            _(
                "Suppose a licence for {deal} billion dollars saves {saving} dollars on every million tokens, "
                "and its owner serves {daily} tokens a day. After how many years is it earned back?"
            ).format(**names),
            _("years"),
            lambda: earned_back_days(SAVED[1]) / 365,
        ),
    ]  # fmt: skip


@cache
def _kept() -> tuple[Offer, ...]:
    """Each chip's cheapest offer within the first promise, where it has one."""
    m = Market()
    return tuple(offer for chip in CHIPS if (offer := m.keeping(chip)))


def _spread() -> float:
    prices = [offer.usd for offer in _kept()]
    return max(prices) / min(prices)


def worked_rent():
    """Table of prices: chips across, utilisation down."""
    rows = [
        (percent(used), *(number(offer.usd * Market().utilisation / used) for offer in _kept()))
        for used in USED
    ]
    m = Market()
    return table(
        [_("utilisation"), *(f"{offer.chips} × {offer.chip}" for offer in _kept())],
        rows,
        caption=_(
            "USD per million written tokens, {model}, answers of {tokens} tokens within {promise}; rents: the "
            "median of those in the catalogue, {rents} USD an hour of a chip."
        ).format(
            model=m.model, tokens=number(m.output), promise=si(m.promise_s, "s"),
            rents=", ".join(number(listed_rent(offer.chip)) for offer in _kept()),
        ),
    )  # fmt: skip


def worked_tco():
    """Table of renting against owning eight H100, in two countries, at the same tokens a second."""
    chip, price = catalog.chip("H100-SXM"), catalog.price("chip-h100-press").value
    watts = physics.server_watts(OWNED, chip.power)
    best = min((o for o in Market().offers[chip.name] if o.chips <= OWNED), key=lambda o: o.usd)
    speed = best.tokens_per_s * OWNED / best.chips
    rent = OWNED * listed_rent(chip.name)
    indian = catalog.price("electricity-maharashtra-industry").value / rupees_per_usd()
    american = catalog.price("electricity-us-industry").value
    rows = []
    for where, kwh, site in (
        (_("USA"), american, "pue-average"),
        (_("Maharashtra"), indian, "pue-average"),
        (_("Maharashtra"), indian, "pue-google"),
    ):
        pue = catalog.statement(site).value
        full = physics.tco_per_mtok(OWNED * price, YEARS, watts, kwh, pue, speed)
        bare = physics.tco_per_mtok(OWNED * price, YEARS, 0, kwh, pue, speed)
        rented = physics.usd_per_mtok(rent, speed)
        rows.append(
            (
                where, number(kwh), number(pue), number(rented), number(full), percent(1 - bare / full),
                percent(full / rented),
            )
        )  # fmt: skip
    return table(
        [
            _("electricity of"), _("USD per kWh"), _("PUE"), _("rented, USD per million"),
            _("owned, USD per million"), _("share of electricity"), _("owning is cheaper from"),
        ],
        rows,
        caption=_(
            "{count} × {chip} that are always busy and write v = {speed} tokens a second: {price} USD a chip "
            "(press), {years} years, {watts} for the server. PUE: the average of many sites, and Google's. Network, building, people and interest are unknown and missing. Last column: "
            "the share of the hours in which one needs the machine, if rent is paid only for those."
        ).format(
            count=number(OWNED), chip=chip.name, price=number(price), years=number(YEARS),
            watts=si(watts, "W"), speed=number(speed),
        ),
    )  # fmt: skip


def fast_tier():
    """Table of two published offers for one model: price and speed, and the wage from which the fast one pays."""
    rows = []
    for name in ("groq", "cerebras"):
        price = catalog.token_price(f"{name} gpt-oss-120b")
        speed = catalog.statement(f"speed-{name}-gpt-oss-120b").value
        rows.append((price, ANSWER / speed, ANSWER * price.output.value))
    (_slow, slow_s, slow_usd), (_fast, fast_s, fast_usd) = rows
    dearer, saved = 10 * slow_usd - slow_usd, slow_s - fast_s
    wages = ("–", (fast_usd - slow_usd) / saved, dearer / saved)
    shown = [(price.provider, seconds, usd) for price, seconds, usd in rows]
    shown.append((_("as fast as the second, at ten times the first price"), fast_s, 10 * slow_usd))
    return table(
        [_("offer"), _("time of the answer"), _("USD an answer"), _("worth it from, rupees an hour")],
        [
            (
                who, si(seconds, "s"), number(usd),
                wage if wage == "–" else number(wage * physics.HOUR * rupees_per_usd()),
            )
            for (who, seconds, usd), wage in zip(shown, wages, strict=True)
        ],
        caption=_("gpt-oss-120b, {tokens} written tokens; prices and speeds as both providers print them.").format(
            tokens=number(ANSWER)
        ),
    )  # fmt: skip


def published():
    """Table of list prices against the least that rented chips cost: how busy must a machine be?"""
    rows = []
    for model, name in LISTED:
        m, price = Market(model=model, utilisation=1.0), catalog.token_price(name)
        asked = (price.output.value + price.input.value * m.input / m.output) * physics.MILLION
        least = m.cheapest
        rows.append(
            (
                price.model, price.provider, number(asked), number(least.usd),
                f"{least.chips} × {least.chip}", percent(least.usd / asked),
            )
        )  # fmt: skip
    return table(
        [
            _("model"), _("service"), _("list price, USD"), _("least rent, USD"), _("on"),
            _("utilisation that pays the rent"),
        ],
        rows,
        caption=_(
            "A million written tokens with their prompts ({input} tokens for each answer of {output}). Least "
            "rent: computed, always busy, 16 bits, however slow. Llama 3.3 70B has the shape of Llama-3.1-70B."
        ).format(input=number(Market().input), output=number(Market().output)),
    )  # fmt: skip


def per_dollar():
    """The card that judges claim S3.10: the price at which another chip wins."""
    claim = catalog.claim("S3.10")
    rows = [
        (step.label[language()], number(step.value) + (f" {step.unit}" if step.unit else ""))
        for step in claims.arithmetic(claim)
    ]
    return verdict_card("003", "S3.10", [_("step"), _("value")], rows)


def verdict():
    """The card that judges claim S0.17: what the chat of a small firm costs in a month."""
    figures = {name: figure.value for name, figure in catalog.claim("S0.17").figures.items()}
    messages = figures["messages"] * figures["days"]
    rows = []
    for name in BILLED:
        price = catalog.token_price(name)
        usd = price.bill(messages * figures["input"], messages * figures["output"])
        rupees = physics.rupees(usd, figures["rate"])
        rows.append(
            (f"{price.model}, {price.provider}", price.date, number(usd), number(round(rupees)))
        )
    wh = catalog.statement("gemini-prompt-energy")
    kwh = messages * wh.value / 1000
    cost = kwh * catalog.price("electricity-maharashtra-industry").value
    energy = _("electricity, {wh} Wh a message").format(wh=number(wh.value))
    rows.append(
        (energy, wh.source.date, number(cost / figures["rate"]), number(round(cost)))
    )  # fmt: skip
    return verdict_card(
        "000", "S0.17", [_("service"), _("price of"), _("USD a month"), _("rupees a month")], rows,
        _("{messages} messages a month, {input} tokens read and {output} written for each.").format(
            messages=number(round(messages)), input=number(round(figures["input"])),
            output=number(round(figures["output"])),
        ),
    )  # fmt: skip
