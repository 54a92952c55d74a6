"""What the training cluster says: ranges, cards, named states, formula."""

from anuman import catalog
from anuman.language import _, number, si
from anuman.scenes.training_cluster import CHIP, DAY, HOUR, WARMING_K, Cluster

from ..kit.view import Formula
from ..kit.words import percent

FIRST_ORDER = 0.6  # a goodput below which the law of first order takes clearly too much off


def span(pair: tuple[float, float], unit: str = "") -> str:
    """A range in words: with an SI prefix where there is a unit."""
    if unit:
        low, high = (si(value, unit, like=pair[1]) for value in pair)
        low = low.rpartition(" ")[0]
    else:
        low, high = map(number, pair)
    return _("{low} to {high}").format(low=low, high=high)


def duration(seconds: float) -> str:
    """Seconds in the unit that people would use."""
    for size, said in ((DAY, _("{x} days")), (HOUR, _("{x} hours")), (60, _("{x} minutes"))):
        if seconds >= 2 * size:
            return said.format(x=number(seconds / size))
    return si(seconds, "s")


def days(c: Cluster) -> str:
    """Days of the training, as the range that the unknown share of the peak leaves."""
    return _("{range} days").format(range=span(c.range_days)) if c.range_days else _("never")


def summary(c: Cluster) -> str:
    """The state in sentences."""
    said = _("{gpus} GPUs: {days}. A failure every {mtbf}; {share} of the time is kept.").format(
        gpus=number(c.gpus), days=days(c), mtbf=duration(c.mtbf(c.gpus)), share=percent(c.goodput(c.gpus))
    )  # fmt: skip
    return f"{said} {_('The site draws {watts}.').format(watts=span(c.site_watts, 'W'))}"


def cards(c: Cluster) -> list[tuple[str, str, str]]:
    """Days and failures; what of the time is kept; the site."""
    failures = _("it never ends")
    if c.failures:
        failures = _("{range} failures on the way").format(range=span(c.failures))
    litres = tuple(1000 * flow for flow in c.water_m3_s)
    return [
        (_("The training takes"), days(c), failures),
        (
            _("Goodput: time that is kept"),
            percent(c.goodput(c.gpus)),
            _("a failure every {mtbf}; a checkpoint after every {interval} of computing").format(
                mtbf=duration(c.mtbf(c.gpus)), interval=duration(c.interval(c.gpus))
            ),
        ),
        (
            _("The site draws"),
            span(c.site_watts, "W"),
            _("{racks} racks; {litres} litres of water a second, warmed by {kelvin} K, carry the heat off").format(
                racks=number(c.racks), litres=span(litres), kelvin=number(WARMING_K)
            ),
        ),
    ]  # fmt: skip


def problems(c: Cluster) -> list[str]:
    """Named states: it stands still, or more GPUs take longer."""
    if c.range_days is None:
        return [
            _("The cluster stands still: failures come every {mtbf}, and by the formula nothing is left.").format(
                mtbf=duration(c.mtbf(c.gpus))
            )
        ]  # fmt: skip
    if c.fastest and c.gpus > c.fastest:
        return [
            _("More GPUs take longer here: with about {best} it would go fastest.").format(
                best=number(c.fastest)
            )
        ]
    return []


def notes(c: Cluster) -> list[str]:
    """What is known, what is assumed, how far the law holds."""
    said = [
        _(
            "Days and failures are ranges, because firms do not publish which share of the peak they reach: here "
            "{low} to {high}. Power is one, because sites differ in what servers and cooling take."
        ).format(low=percent(c.mfu_low), high=percent(c.mfu_high))
    ]
    if c.goodput(c.gpus) < FIRST_ORDER:
        said.append(
            _(
                "So many failures stretch the formula: it counts some of them twice, and more is kept than it says."
            )
        )
    return said


def formula(c: Cluster) -> Formula:
    """Goodput with the learner's values."""
    mtbf, interval = c.mtbf(c.gpus), c.interval(c.gpus)
    peak = catalog.chip(CHIP).peak("bf16")
    terms: list[list[str | tuple[str, str]]] = [
        [_("goodput"), " = 1 − ", ("C", "t"), " − ", ("t/2 + R", "M")],
        [
            "= 1 − ", (si(c.checkpoint_s, "s"), si(interval, "s")), " − ",
            (f"{si(interval / 2, 's')} + {si(c.restart_s, 's')}", si(mtbf, "s")),
            f" = {percent(c.goodput(c.gpus))}",
        ],
    ]  # fmt: skip
    if c.range_days:
        terms.append(
            [
                _("days"), " = ",
                (_("{flops} FLOP").format(flops=number(c.flops)), f"{number(c.gpus)} · {si(peak, 'FLOP/s')} · {number(c.mfu_high)} · {number(c.goodput(c.gpus))}"),
                f" = {duration(c.range_days[0] * DAY)}",
            ]
        )  # fmt: skip
    return Formula(terms)
