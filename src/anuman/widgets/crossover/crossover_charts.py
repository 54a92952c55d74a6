"""How training against serving looks: two charts over the days, number cards, formula, table."""

from html import escape

from anuman.language import _, scientific
from anuman.scenes.crossover import CHIP, LONGEST, Crossing, first_crossing

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEMORY, fact
from ..kit.svg import Picture, paragraphs, stack
from . import crossover_words

WIDTH = 520.0
DAYS = (1.0, 10.0, 100.0, 1000.0, 10_000.0)
FLOPS = (1e19, 1e28)  # every setting of the widget has a part of both lines in these frames
HOURS = (1e1, 1e11)


def _power(value: float) -> str:
    return "1" if value == 1 else scientific(value, 1).removeprefix("1×")


def chart(
    c: Crossing, title: str, axis: str, frame: tuple[float, float], train: float, daily: float
) -> Picture:
    """Cost of training (a level line), cost of serving (rising), and where they cross, over the days.

    train: cost of training; daily: cost of serving in a day; frame: lowest and highest cost shown.
    """
    low, high = frame
    days = Axis(
        1, LONGEST, _("days of serving (each mark is ten times the last)"), log=True, marks=DAYS
    )
    drawn = Chart(days, Axis(low, high, axis, log=True, format=_power), title, WIDTH, 290)
    day = train / daily
    edge = min(max(day, 1), LONGEST)
    drawn.region(1, edge, f"fill:{COMPUTE};fill-opacity:.08")
    drawn.region(edge, LONGEST, f"fill:{MEMORY};fill-opacity:.1")
    if edge > 8:
        drawn.label(1, low, _("training has cost more"), "above", kind="small")
    if edge < LONGEST / 8:
        drawn.label(LONGEST, low, _("inference has cost more"), "above", kind="small")
    drawn.line([(1, train), (LONGEST, train)], COMPUTE)
    start, end = max(1, low / daily), min(LONGEST, high / daily)
    drawn.line([(start, daily * start), (end, daily * end)], MEMORY, "9 5")
    drawn.label(1.3, train, _("training, once"), "above", kind="strong")
    drawn.label(end, daily * end, _("inference so far"), "left", kind="strong")
    if not (hidden := crossover_words.place(day)):
        drawn.line([(day, low), (day, train)], INK, "2 4", 1.5)
        drawn.point(day, train, INK, "diamond", 7)
        drawn.label(day, train, crossover_words.duration(day), "below", 13, "strong")
    else:
        drawn.label(edge, train, hidden, "below", 13, "strong")
    return drawn.picture(crossover_words.summary(c))


def arithmetic(c: Crossing) -> Picture:
    """FLOPs of training and of serving."""
    title = _("Arithmetic: {model}").format(model=c.model)
    return chart(c, title, _("FLOPs so far"), FLOPS, c.train_flops, c.flops_a_day)


def money(c: Crossing) -> Picture:
    """Time of the chips, which is what is paid for."""
    title = _("Money: hours of {chip}").format(chip=CHIP)
    return chart(c, title, _("chip hours so far"), HOURS, c.train_hours, c.hours_a_day)


def formula_html(c: Crossing) -> str:
    """The law with fractions drawn as such."""
    parts = [
        f'<span class="ratio"><span>{top}</span><span>{escape(bottom)}</span></span>'
        for top, bottom in crossover_words.terms(c)
    ]
    spans = [f"t = {parts[0]}", *(f"= {p}" for p in parts[1:]), f"= {crossover_words.result(c)}"]
    label = escape(" ".join(crossover_words.formula(c)), quote=True)
    body = " ".join(f'<span class="term">{span}</span>' for span in spans)
    return f'<div class="formula" role="math" aria-label="{label}">{body}</div>'


def table(c: Crossing) -> str:
    """The table twin as HTML."""
    return table_html([_("quantity"), _("value")], crossover_words.rows(c))


def html(c: Crossing) -> str:
    """Everything below the controls, without the table."""
    cards = "".join(fact(*card) for card in crossover_words.facts(c))
    return (
        f'<div class="flow"><div class="wide">{arithmetic(c).markup()}{money(c).markup()}</div>'
        f'<div class="side">{cards}</div></div>{formula_html(c)}'
    )


def still(c: Crossing) -> Figure:
    """The same without a kernel: one picture, the cards and the formula as text, the table."""
    lines = [f"{a}: {b} ({n})" for a, b, n in crossover_words.facts(c)]
    words = paragraphs([*lines, *crossover_words.formula(c)], WIDTH)
    said = crossover_words.summary(c)
    picture = stack([arithmetic(c), money(c), words], _("Training against inference"), said)
    return Figure(html(c) + folded(_("The same as a table"), table(c)), said, picture)


def first_picture() -> Picture:
    """The crossover that the widget opens with."""
    return still(first_crossing()).picture
