"""How training against serving looks: two charts over the days, number cards, formula, table."""

from anuman.language import _, scientific
from anuman.scenes.crossover import CHIP, LONGEST, Crossing, first_crossing

from ..kit.chart import Axis, Chart
from ..kit.style import COMPUTE, INK, MONEY, USERS
from ..kit.svg import Picture
from ..kit.view import Formula, View
from . import crossover_words

WIDTH = 520.0
DAYS = (1.0, 10.0, 100.0, 1000.0, 10_000.0)
FLOPS = (1e19, 1e28)  # every setting of the widget has a part of both lines in these frames
HOURS = (1e1, 1e11)


def _power(value: float) -> str:
    return "1" if value == 1 else scientific(value, 1).removeprefix("1×")


def chart(
    c: Crossing, before: Crossing | None, title: str, axis: str, frame: tuple[float, float], cost: str
) -> Picture:  # fmt: skip
    """Cost of training (a level line), cost of serving (rising), and where they cross, over the days.

    cost: "flops" or "hours"; frame: lowest and highest cost shown.
    """
    low, high = frame
    train, daily = _costs(c, cost)
    colour = COMPUTE if cost == "flops" else MONEY
    days = Axis(
        1, LONGEST, _("days of serving (each mark is ten times the last)"), log=True, marks=DAYS
    )
    drawn = Chart(days, Axis(low, high, axis, log=True, format=_power), title, WIDTH, 290)
    day = train / daily
    edge = min(max(day, 1), LONGEST)
    drawn.region(1, edge, f"fill:{colour};fill-opacity:.08")
    drawn.region(edge, LONGEST, f"fill:{USERS};fill-opacity:.1")
    if edge > 8:
        drawn.label(1, low, _("training has cost more"), "above", kind="small", key="left")
    if edge < LONGEST / 8:
        drawn.label(LONGEST, low, _("inference has cost more"), "above", kind="small", key="right")
    if before:
        earlier, each = _costs(before, cost)
        if each != daily:
            drawn.ghost(_served(each, low, high))
        if earlier != train:
            drawn.ghost([(1, earlier), (LONGEST, earlier)])
    drawn.line([(1, train), (LONGEST, train)], colour)
    served = _served(daily, low, high)
    drawn.line(served, USERS, "9 5")
    drawn.label(1.3, train, _("training, once"), "above", kind="strong", key="training")
    drawn.label(*served[-1], _("inference so far"), "left", kind="strong", key="inference")
    hidden = crossover_words.place(day)
    if not hidden:
        drawn.line([(day, low), (day, train)], INK, "2 4", 1.5)
    said = hidden or crossover_words.duration(day)
    drawn.grip(
        edge, train, INK, name=cost, label=_("Day on which inference passes training"), now=edge,
        says=said, values=(1, LONGEST), track=[(1, train), (LONGEST, train)],
    )  # fmt: skip
    drawn.label(edge, train, said, "below", 14, "strong", "day")
    return drawn.picture(crossover_words.summary(c))


def _costs(c: Crossing, cost: str) -> tuple[float, float]:
    """Cost of the training, and of serving for a day."""
    return (c.train_flops, c.flops_a_day) if cost == "flops" else (c.train_hours, c.hours_a_day)


def _served(daily: float, low: float, high: float) -> list[tuple[float, float]]:
    """The part of the line of serving that the frame shows."""
    start, end = max(1, low / daily), min(LONGEST, high / daily)
    return [(start, daily * start), (end, daily * end)]


def arithmetic(c: Crossing, before: Crossing | None = None) -> Picture:
    """FLOPs of training and of serving."""
    title = _("Arithmetic: {model}").format(model=c.model)
    return chart(c, before, title, _("FLOPs so far"), FLOPS, "flops")


def money(c: Crossing, before: Crossing | None = None) -> Picture:
    """Time of the chips, which is what is paid for."""
    title = _("Money: hours of {chip}").format(chip=CHIP)
    return chart(c, before, title, _("chip hours so far"), HOURS, "hours")


def view(c: Crossing, before: Crossing | None = None) -> View:
    """Everything that is shown of one setting."""
    terms = [["t = " if not place else "= ", term] for place, term in enumerate(crossover_words.terms(c))]  # fmt: skip
    return View(
        title=_("Training against inference"),
        words=crossover_words.summary(c),
        pictures=[arithmetic(c, before), money(c, before)],
        cards=crossover_words.facts(c),
        formula=Formula([*terms, [f"= {crossover_words.result(c)}"]]),
        head=[_("quantity"), _("value")],
        rows=crossover_words.rows(c),
    )


def first_picture() -> Picture:
    """The crossover that the widget opens with."""
    return view(first_crossing()).figure().picture
