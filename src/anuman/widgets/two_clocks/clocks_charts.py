"""How the two clocks look: bars, roofline, number cards, formula, banner, table."""

from html import escape

from anuman.language import _, number, si
from anuman.scenes.clocks import Clocks, first_clocks

from ..kit import rooflines
from ..kit.chart import Axis, Chart, round_up
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEMORY, fact
from ..kit.svg import Picture, paragraphs, rectangle, stack, text
from . import clocks_words

WIDTH = 520.0
LOW_INTENSITY, HIGH_INTENSITY = (
    0.25,
    40_000.0,
)  # batch 1 at 4 bytes .. batch 4096 at 4 bits, with air


def bars(c: Clocks) -> Picture:
    """Compute time and memory time as two bars on one scale; the longer one is marked in words."""
    title = _("One decode step, two clocks")
    if not c.fits:
        title += " · " + _("as if one chip held it")
    full = round_up(c.seconds * 1.02)
    # Between 1, 2 and 5 there are steps of a half, so that the longer bar is never a stub.
    full = next(f * full for f in (0.5, 0.6, 0.8, 1) if f * full >= c.seconds)
    body = text(4, 18, title, "title")
    rows = (
        (_("Compute time: the arithmetic"), c.compute_s, COMPUTE, c.bound in ("compute", "both")),
        (_("Memory time: reading the weights"), c.memory_s, MEMORY, c.bound in ("memory", "both")),
    )
    y = 46.0
    for name, seconds, colour, longer in rows:
        kind = "strong" if longer else ""
        body += text(4, y, name, kind) + text(
            WIDTH - 4, y, si(seconds, "s", c.seconds), "strong", "end"
        )
        if seconds is not None:
            long = max(1.0, seconds / full * (WIDTH - 8))
            outline = f";stroke:{INK};stroke-width:2" if longer else ""
            body += rectangle(4, y + 8, long, 22, f"fill:{colour}{outline}", hatched=not c.fits)
        if longer:
            body += text(4, y + 47, "▲ " + _("this one is what you wait for"), "strong")
        y += 74 if longer else 50
    body += f'<path d="M4 {y - 14:.0f}H{WIDTH - 4}" style="stroke:{INK};stroke-width:1"/>'
    for tick in Axis(0, full, "").ticks(4):
        at = 4 + tick / full * (WIDTH - 8)
        side = "start" if tick == 0 else "end" if tick > full * 0.95 else "middle"
        body += text(at, y + 2, si(tick, "s", c.seconds), "small", side)
    return Picture(body, WIDTH, y + 12, title, clocks_words.summary(c))


def roofline(c: Clocks) -> Picture:
    """The chip's roof and this step as a point under it."""
    top = c.peak * 3 if c.peak else c.bandwidth * 1000
    chart = Chart(
        rooflines.intensity_axis(LOW_INTENSITY, HIGH_INTENSITY),
        rooflines.flop_axis(c.bandwidth * LOW_INTENSITY, top),
        _("Under the roof of {chip}").format(chip=c.chip),
        WIDTH,
    )
    if c.peak is None:
        rooflines.roof(chart, si(c.bandwidth, "B/s"), None, c.bandwidth, INK)
        chart.line([(c.intensity, chart.y.low), (c.intensity, chart.y.high)], MEMORY, "6 4", 1.5)
        unknown = _("this step; its height is unknown")
        chart.label(c.intensity, chart.y.low, unknown, "right", kind="strong")
        return chart.picture(clocks_words.summary(c))
    rooflines.regions(chart, c.ridge)
    rooflines.roof(chart, si(c.peak, "FLOP/s"), c.peak, c.bandwidth, INK)
    rooflines.ridge_mark(chart, c.peak, c.bandwidth)
    rate = c.share * c.peak
    colour = COMPUTE if c.bound == "compute" else MEMORY
    chart.line([(c.intensity, chart.y.low), (c.intensity, rate)], colour, "6 4", 1.5)
    chart.point(c.intensity, rate, colour, "diamond", 8)
    here = _("this step: {value}").format(value=si(c.intensity, "FLOP/byte"))
    side = "below" if c.bound == "compute" else "right"  # beside a flat roof is the roof
    chart.label(c.intensity, rate, here, side, 13, "strong")
    return chart.picture(clocks_words.summary(c))


def formula_html(c: Clocks) -> str:
    """The same with fractions drawn as such."""
    ratios = [
        ", ".join(
            f'<span class="ratio"><span>{top}</span><span>{escape(bottom)}</span></span>'
            for top, bottom in pair
        )
        for pair in clocks_words.terms(c)
    ]
    parts = [f"t = max({ratios[0]})", f"= max({ratios[1]})", f"= {clocks_words.result(c)}"]
    spans = " ".join(f'<span class="term">{part}</span>' for part in parts)
    label = escape(" ".join(clocks_words.formula(c)), quote=True)
    return f'<div class="formula" role="math" aria-label="{label}">{spans}</div>'


def table(c: Clocks) -> str:
    """The table twin as HTML."""
    return table_html([_("quantity"), _("value")], clocks_words.rows(c))


def banner(c: Clocks) -> str:
    """The failure states, above everything else."""
    said = clocks_words.problems(c)
    if not c.fits:
        said.append(
            _(
                "The hatched bars show one chip as if it held the model. That is also the time "
                "through a pipeline of {chips} chips visited in turn, without the hops."
            ).format(chips=number(c.chips))
        )
    words = "".join(f"<p>{escape(p)}</p>" for p in said)
    return f'<div class="banner" role="status">{words}</div>' if said else ""


def html(c: Clocks) -> str:
    """Everything below the controls, without the table."""
    cards = "".join(fact(*card) for card in clocks_words.facts(c))
    return (
        f'{banner(c)}<div class="flow"><div class="wide">{bars(c).markup()}{roofline(c).markup()}</div>'
        f'<div class="side">{cards}</div></div>{formula_html(c)}'
    )


def still(c: Clocks) -> Figure:
    """The same without a kernel: one picture, the cards and the formula as text, the table."""
    lines = [
        *clocks_words.problems(c),
        *(f"{a}: {b} ({n})" if n else f"{a}: {b}" for a, b, n in clocks_words.facts(c)),
    ]
    lines += clocks_words.formula(c)
    words = paragraphs(lines, WIDTH)
    picture = stack(
        [bars(c), roofline(c), words], _("Two clocks of a decode step"), clocks_words.summary(c)
    )
    return Figure(
        html(c) + folded(_("The same as a table"), table(c)), clocks_words.summary(c), picture
    )


def first_picture() -> Picture:
    """The clocks that the widget opens with."""
    return still(first_clocks()).picture
