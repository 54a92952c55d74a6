"""How offers look: price against time, one line a chip, the Pareto line through all; cards, formula, table."""

from anuman import catalog
from anuman.language import _, number, si
from anuman.scenes.offers import CHIPS, Market, Offer, rupees_per_usd

from ..kit.chart import Axis, Chart
from ..kit.style import INK, MONEY, RULE
from ..kit.svg import Picture
from ..kit.view import Formula, View
from ..kit.words import percent

WIDTH, HEIGHT, ASIDE = 640.0, 470.0, 84.0
QUICKEST, SLOWEST = 1.0, 200.0  # the frame, for every setting
CHEAPEST, DEAREST = 0.05, 500.0
DASHES = dict(zip(CHIPS, ("", "8 4", "2 3", "9 3 2 3", "4 4"), strict=True))


def money(m: Market, usd: float) -> str:
    """An amount in the chosen currency."""
    if m.rupees:
        return _("₹\u00a0{amount}").format(amount=number(usd * m.money))
    return _("{amount} USD").format(amount=number(usd))


def named(offer: Offer) -> str:
    """Chips and batch of an offer."""
    return _("{chips} × {chip}, batch {batch}").format(
        chips=number(offer.chips), chip=offer.chip, batch=number(offer.batch)
    )


def summary(m: Market) -> str:
    """The state in sentences."""
    if m.chosen is None:
        return problems(m)[0]
    return _("An answer within {promise}: {price} per million tokens, with {offer}.").format(
        promise=si(m.promise_s, "s"), price=money(m, m.chosen.usd), offer=named(m.chosen)
    )


def problems(m: Market) -> list[str]:
    """Named failure states."""
    if m.cheapest is None:
        return [_("One request of this length fits into none of these machines.")]
    if m.chosen is None:
        return [
            _("Nothing that is for rent here answers within {promise}; the fastest takes {fastest}.").format(
                promise=si(m.promise_s, "s"), fastest=si(m.line[0].seconds, "s")
            )
        ]  # fmt: skip
    return []


def _at(m: Market, offer: Offer) -> tuple[float, float]:
    """Its place in the frame."""
    x = min(max(offer.seconds, QUICKEST), SLOWEST)
    return x, min(max(offer.usd, CHEAPEST), DEAREST) * m.money


def chart(m: Market, before: Market | None = None) -> Picture:
    """The lines of the chips, the Pareto line, and the promise to be dragged along it."""
    unit = _("rupees") if m.rupees else _("US dollars")
    drawn = Chart(
        Axis(QUICKEST, SLOWEST, _("time of an answer, s (logarithmic)"), log=True),
        Axis(CHEAPEST * m.money, DEAREST * m.money,
             _("price of a million written tokens, {unit} (logarithmic)").format(unit=unit), log=True),
        _("Price against time"),
        WIDTH,
        HEIGHT,
    )  # fmt: skip
    drawn.right = WIDTH - ASIDE
    promise = min(max(m.promise_s, QUICKEST), SLOWEST)
    drawn.region(promise, SLOWEST, f"fill:{RULE};fill-opacity:.35", "late")
    if before and m.line and before.line and before.rupees == m.rupees and before.line != m.line:
        drawn.ghost([_at(before, offer) for offer in before.line])
    if m.line:
        line = [_at(m, offer) for offer in m.line]
        drawn.line(line, MONEY, "", 7, "pareto")
    for chip in CHIPS:
        points = [_at(m, offer) for offer in m.offers[chip]]
        if points:
            drawn.line(points, INK, DASHES[chip], 2.6 if chip == m.chip else 1.3, chip)
            seconds, price = points[-1]
            drawn.end_label(price, chip, chip, x=seconds)
    if promise < SLOWEST / 2:
        drawn.label(
            promise, DEAREST * m.money / 1.6, _("too late"), "right", kind="small", key="late"
        )
    if m.line:
        middle = line[len(line) // 2]
        drawn.label(*middle, _("nobody is cheaper and faster"), "below", 20, "strong", "pareto")
        here = m.chosen or m.line[0]
        drawn.grip(
            *_at(m, here), MONEY, name="promise", label=_("Promised time of an answer"), now=m.promise_s,
            says=summary(m), values=(QUICKEST, SLOWEST), track=line,
        )  # fmt: skip
    return drawn.picture(summary(m))


def cards(m: Market) -> list[tuple[str, str, str]]:
    """Price, speed, and what the hurry costs."""
    offer, slow = m.chosen, m.cheapest
    if offer is None:
        return []
    price = (_("A million written tokens"), money(m, offer.usd), named(offer))
    speed = (
        _("An answer of {tokens} tokens").format(tokens=number(m.output)), si(offer.seconds, "s"),
        _("the cheapest offer takes {seconds}").format(seconds=si(slow.seconds, "s")),
    )  # fmt: skip
    if m.wage is None:
        return [price, speed, (_("Hurry costs"), _("nothing"), _("this is the cheapest offer"))]
    hurry = (
        _("Hurry costs"),
        _("{factor} ×").format(factor=number(offer.usd / slow.usd)),
        _("worth it for whoever loses {wage} an hour by waiting").format(wage=money(m, m.wage)),
    )
    return [price, speed, hurry]


def formula(m: Market) -> Formula | None:
    """The price of the chosen offer with its numbers."""
    offer = m.chosen
    if offer is None:
        return None
    return Formula(
        [
            [_("price"), " = ", (
                _("chips · rent of an hour · 1,000,000"),
                _("3600 · tokens per second · utilisation"),
            )],
            ["= ", (
                f"{number(offer.chips)} · {money(m, m.rent(offer.chip))} · {number(10**6)}",
                f"{number(3600)} · {number(offer.tokens_per_s)} · {number(m.utilisation)}",
            ), f" = {money(m, offer.usd)}"],
        ]
    )  # fmt: skip


def rows(m: Market) -> list[list[str]]:
    """A row a chip: its rent, its cheapest offer within the promise, its cheapest of all."""
    found = []
    for chip in CHIPS:
        offers, kept = m.offers[chip], m.keeping(chip)
        dates = sorted(rental.date for rental in catalog.rentals(chip))
        yours = chip == m.chip and m.usd_per_hour is not None
        none = _("does not fit") if not offers else _("none is in time")
        found.append(
            [
                chip,
                money(m, m.rent(chip)),
                _("yours") if yours else _("{count} listed, latest {date}").format(
                    count=number(len(dates)), date=dates[-1]
                ),
                named(kept) if kept else none,
                money(m, kept.usd) if kept else "–",
                si(kept.seconds, "s") if kept else "–",
                money(m, offers[-1].usd) if offers else "–",
                si(offers[-1].seconds, "s") if offers else "–",
            ]
        )  # fmt: skip
    return found


def view(m: Market, before: Market | None = None) -> View:
    """Everything that is shown of one setting."""
    notes = [
        _(
            "{model}, 16 bits a weight; prompts of {input} tokens, of which {cached} are found in the cache; "
            "{used} of the paid time is worked. Times are computed, as in lessons 03 to 05. LPUs and wafers are "
            "missing: nobody publishes the rent of one."
        ).format(
            model=m.model, input=number(m.input), cached=percent(m.cached), used=percent(m.utilisation)
        )
    ]  # fmt: skip
    if m.rupees:
        notes.append(
            _("{rate} rupees a dollar, the rate of {date}.").format(
                rate=number(rupees_per_usd(), 4),
                date=catalog.price("rupees-a-dollar").source.date,
            )
        )
    return View(
        title=_("Price against time"),
        words=summary(m),
        pictures=[chart(m, before)],
        cards=cards(m),
        problems=problems(m),
        formula=formula(m),
        notes=notes,
        head=[
            _("chip"), _("rent of an hour"), _("listed rents"), _("cheapest in time"), _("its price"),
            _("its time"), _("cheapest of all"), _("its time"),
        ],
        rows=rows(m),
        caption=_("Prices of a million written tokens, prompts included, for answers within {promise}").format(
            promise=si(m.promise_s, "s")
        ),
    )  # fmt: skip


def first_picture() -> Picture:
    """The widget at its first setting, for readers without a kernel."""
    return view(Market()).figure().picture
