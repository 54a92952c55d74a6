"""Lesson 09 on fleets: what moving a share of the tokens costs, and what a day of a routed fleet is like."""

from functools import cache

from anuman import physics
from anuman.lessons.crores import DAILY
from anuman.scenes import fleet
from anuman.scenes.fleet import Day, FleetSetting
from anuman.scenes.offers import HURRY_S, PATIENCE_S, Market, rupees_per_usd
from anuman.widgets import _, number, si, table
from anuman.widgets.kit.words import percent

MOVED = (0.0, 0.1, 0.5, 1.0)
DAY = 86_400  # s


def moving():
    """Table of a service that moves a share of its tokens to a fast machine: price, bill, chips."""
    slow, fast, used = (
        Market(promise_s=PATIENCE_S).chosen,
        Market(promise_s=HURRY_S).chosen,
        Market().utilisation,
    )
    rows = []
    for share in MOVED:
        usd = (1 - share) * slow.usd + share * fast.usd
        chips = [
            part * DAILY / (o.tokens_per_s / o.chips * used * DAY)
            for part, o in ((1 - share, slow), (share, fast))
        ]
        a_day = physics.rupees(usd * DAILY / physics.MILLION, rupees_per_usd())
        rows.append(
            (
                percent(share), number(usd), number(usd / slow.usd), number(a_day / physics.CRORE),
                number(round(chips[0])), number(round(chips[1])),
            )
        )  # fmt: skip
    return table(
        [
            _("moved"), _("USD per million"), _("times the price"), _("crore rupees a day"),
            _("slow chips"), _("fast chips"),
        ],
        rows,
        caption=_(
            "{daily} tokens a day (made up). Slow: {slow}, {slow_s} an answer. Fast: {fast}, {fast_s}."
        ).format(
            daily=number(DAILY), slow=f"{slow.chips} × {slow.chip}", slow_s=si(slow.seconds, "s"),
            fast=f"{fast.chips} × {fast.chip}", fast_s=si(fast.seconds, "s"),
        ),
    )  # fmt: skip


@cache
def _days() -> tuple[Day, ...]:
    s = FleetSetting()
    return (
        *fleet.routed(s), fleet.failed(s), fleet.switched_off(s, early=True),
        fleet.switched_off(s, early=False), fleet.apart(s),
    )  # fmt: skip


def a_day():
    """Table of one day of a fleet: routings, a failure, a night with half of the machines, a tenth set apart."""
    s = FleetSetting()
    names = (
        _("routed at random"), _("in turn"), _("the better of two drawn at random"), _("least loaded"),
        _("least loaded; one machine fails at noon"),
        _("half rest in the night, started early"), _("half rest in the night, started too late"),
        _("a tenth of the users, on a machine of their own"),
    )  # fmt: skip
    return table(
        [_("fleet"), _("TTFT p50"), _("TTFT p99"), _("machine hours paid")],
        [
            (name, si(day.ttft_p50_s, "s"), si(day.ttft_p99_s, "s"), percent(day.paid))
            for name, day in zip(names, _days(), strict=True)
        ],
        caption=_(
            "{machines} machines of {chips} × {chip}, {model}, {slots} users each, simulated; on average {load} "
            "busy, at noon {peak}. The day is shortened to {count} requests; a start takes {start} of it."
        ).format(
            machines=number(s.machines), chips=number(fleet.CHIPS), chip=fleet.CHIP, model=fleet.MODEL,
            slots=number(fleet.SLOTS), load=percent(s.load), peak=percent(s.load * (1 + s.swing)),
            count=number(s.count), start=percent(s.cold_start),
        ),
    )  # fmt: skip
