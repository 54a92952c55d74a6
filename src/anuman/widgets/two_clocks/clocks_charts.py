"""How the two clocks look: two bars of time, the roofline, cards, formula, failure states, table."""

import math

from anuman.language import _, number, si
from anuman.scenes.clocks import Clocks, first_clocks

from ..kit import rooflines
from ..kit.chart import Chart
from ..kit.style import COMPUTE, GHOST, INK, MEMORY, RULE
from ..kit.svg import Picture, broken, keyed, rectangle, text
from ..kit.view import Formula, View
from . import clocks_words

WIDTH = 520.0
LEFT, RIGHT = 6.0, WIDTH - 16
# Every setting is drawn in the same frames, so that pictures of two settings can be compared.
SHORTEST_S, LONGEST_S = 1e-6, 10.0
LOW_INTENSITY, HIGH_INTENSITY = (
    0.25,
    40_000.0,
)  # batch 1 at 4 bytes .. batch 4096 at 4 bits, with air
FLOPS = (1e9, 1e17)


def place(seconds: float) -> float:
    """Place of a time on the axis of the bars, each decade as wide as the next."""
    part = math.log(seconds / SHORTEST_S) / math.log(LONGEST_S / SHORTEST_S)
    return LEFT + min(max(part, 0.01), 1) * (RIGHT - LEFT)


def bars(c: Clocks, before: Clocks | None = None) -> Picture:
    """Compute time and memory time on one axis of time; the longer one is marked in words."""
    title = _("One decode step, two clocks")
    if not c.fits:
        title += " · " + _("as if one chip held it")
    parts = [text(4, 18, title, "title")]
    rows = (
        ("compute", _("Compute time: the arithmetic"), c.compute_s, COMPUTE),
        ("memory", _("Memory time: reading the weights"), c.memory_s, MEMORY),
    )
    y = 46.0
    parts += _axis(40, y + 2 * 64)
    for key, name, seconds, colour in rows:
        longer = c.bound in (key, "both")
        kind = "strong halo" if longer else "halo"
        said = si(seconds, "s")
        if longer:
            name += " · " + _("you wait for this one")
        parts.append(text(4, y, name, kind, key=f"name:{key}"))
        parts.append(text(RIGHT, y, said, "strong halo", "end", f"value:{key}"))
        if seconds is not None:
            outline = f";stroke:{INK};stroke-width:2" if longer else ""
            end = place(seconds)
            parts.append(rectangle(LEFT, y + 8, end - LEFT, 22, f"fill:{colour}{outline}", not c.fits, key, said))  # fmt: skip
            if not SHORTEST_S <= seconds <= LONGEST_S:
                parts.append(keyed(f"cut:{key}", broken(end - 14, y + 8, 22)))
        earlier = before and getattr(before, f"{key}_s")
        if earlier is not None and earlier != seconds:
            at, was = place(earlier), _("before: {time}").format(time=si(earlier, "s"))
            mark = f'<path d="M{at:.1f} {y + 5:.1f}v28" style="stroke:{GHOST};stroke-width:4"><title>{was}</title></path>'
            parts.append(keyed(f"ghost:{key}", mark))
        y += 64
    return Picture("".join(parts), WIDTH, y + 38, title, clocks_words.summary(c))


def _axis(top: float, bottom: float) -> list[str]:
    decades = range(round(math.log10(SHORTEST_S)), round(math.log10(LONGEST_S)) + 1)
    parts = []
    for power in decades:
        x = place(10.0**power)
        parts.append(f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" style="stroke:{RULE};stroke-opacity:.6"/>')  # fmt: skip
        side = "start" if power == decades[0] else "middle"
        parts.append(text(x, bottom + 15, si(10.0**power, "s"), "small", side))
    said = _("time; each mark is ten times the last")
    return [*parts, text((LEFT + RIGHT) / 2, bottom + 33, said, "small", "middle")]


def roofline(c: Clocks, before: Clocks | None = None) -> Picture:
    """The chip's roof and this step as a point that slides along it."""
    chart = Chart(
        rooflines.intensity_axis(LOW_INTENSITY, HIGH_INTENSITY),
        rooflines.flop_axis(*FLOPS),
        _("Under the roof of {chip}").format(chip=c.chip),
        WIDTH,
        370,
    )
    if before and before.peak and before.chip != c.chip:
        chart.ghost(_roof(before, chart))
    if before and before.peak and before.intensity != c.intensity:
        chart.ghost([(before.intensity, before.share * before.peak)])
    here = _("this step: {value}").format(value=si(c.intensity, "FLOP/byte"))
    held = {
        "name": "batch", "label": _("Batch (users in a step)"), "now": c.batch,
        "says": _("batch {batch}: {value}").format(
            batch=number(c.batch), value=si(c.intensity, "FLOP/byte")
        ),
        "values": tuple(x * c.bytes_per_weight / 2 for x in (LOW_INTENSITY, HIGH_INTENSITY)),
    }  # fmt: skip
    if c.peak is None:
        rooflines.roof(chart, si(c.bandwidth, "B/s"), None, c.bandwidth, INK)
        chart.line([(c.intensity, chart.y.low), (c.intensity, chart.y.high)], MEMORY, "6 4", 1.5)
        chart.grip(c.intensity, chart.y.low, MEMORY, **held)
        unknown = _("this step; its height is unknown")
        chart.label(c.intensity, chart.y.low, unknown, "right", 14, kind="strong")
        return chart.picture(clocks_words.summary(c))
    rooflines.regions(chart, c.ridge)
    rooflines.roof(chart, si(c.peak, "FLOP/s"), c.peak, c.bandwidth, INK)
    rooflines.ridge_mark(chart, c.peak, c.bandwidth)
    rate = c.share * c.peak
    colour = COMPUTE if c.bound == "compute" else MEMORY
    chart.line([(c.intensity, chart.y.low), (c.intensity, rate)], colour, "6 4", 1.5, "step")
    chart.grip(c.intensity, rate, colour, track=_roof(c, chart), **held)
    side = "below" if c.bound == "compute" else "right"  # beside a flat roof is the roof
    chart.label(c.intensity, rate, here, side, 14, "strong", "step")
    return chart.picture(clocks_words.summary(c))


def _roof(c: Clocks, chart: Chart) -> list[tuple[float, float]]:
    """Corners of a chip's roof within the picture."""
    left = max(chart.x.low, chart.y.low / c.bandwidth)
    ridge = min(c.ridge, chart.x.high)
    return [(left, left * c.bandwidth), (ridge, ridge * c.bandwidth), (chart.x.high, c.peak)]


def formula(c: Clocks) -> Formula:
    """The law in symbols, and with the present values."""
    (clock, memory), (clock_now, memory_now) = clocks_words.terms(c)
    return Formula(
        [
            ["t = max(", clock, ", ", memory, ")"],
            ["= max(", clock_now, ", ", memory_now, ")"],
            ["= ", clocks_words.result(c)],
        ]
    )


def problems(c: Clocks) -> list[str]:
    """The failure states, and what the hatched bars mean."""
    said = clocks_words.problems(c)
    if not c.fits:
        said.append(
            _(
                "The hatched bars show one chip as if it held the model. That is also the time "
                "through a pipeline of {chips} chips visited in turn, without the hops."
            ).format(chips=number(c.chips))
        )
    return said


def view(c: Clocks, before: Clocks | None = None) -> View:
    """Everything that is shown of one setting."""
    return View(
        title=_("Two clocks of a decode step"),
        words=clocks_words.summary(c),
        pictures=[bars(c, before), roofline(c, before)],
        cards=clocks_words.facts(c),
        problems=problems(c),
        formula=formula(c),
        head=[_("quantity"), _("value")],
        rows=clocks_words.rows(c),
    )


def first_picture() -> Picture:
    """The clocks that the widget opens with."""
    return view(first_clocks()).figure().picture
