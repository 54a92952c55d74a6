"""How the load curves look: TTFT, TPOT and goodput against the arrival rate, cliff and promise marked."""

from html import escape

from anuman.language import _, number, si
from anuman.scenes.load_curves import Curve, Point

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEASURED, MEMORY, fact
from ..kit.svg import Picture, paragraphs, stack
from . import load_words as words

WIDTH, HEIGHT = 560.0, 265.0
SHADE = f"fill:{MEMORY};fill-opacity:.10"


def _seconds(value: float) -> str:
    return si(value, "s")


def _decades(values: list[float]) -> tuple[float, float]:
    """Ends of a logarithmic axis with a little air."""
    least, most = max(1e-6, min(values)), max(values)
    return least / 1.6, max(most, least * 2) * 1.8


def latency(curve: Curve, point: Point | None, kind: str) -> Picture:
    """p50 and p99 of "ttft" or "tpot" against the rate, with the promise."""
    s = curve.setting
    name, promise, colour = {
        "ttft": (_("Time to first token"), s.ttft_slo_s, COMPUTE),
        "tpot": (_("Time per further token"), s.tpot_slo_s, MEASURED),
    }[kind]
    lines = {q: [(p.rate, getattr(p, f"{kind}_p{q}_s")) for p in curve.points] for q in (50, 99)}
    lines = {q: [(x, y) for x, y in line if y > 0] for q, line in lines.items()}
    heights = [y for line in lines.values() for _x, y in line] + [promise]
    low, high = _decades(heights)
    end = curve.points[-1].rate * 1.02
    chart = Chart(
        Axis(0, end, _("arrivals, requests/s")),
        Axis(low, high, _("seconds, logarithmic"), log=True, format=_seconds),
        name,
        WIDTH,
        HEIGHT,
    )
    _cliff(chart, curve, end)
    chart.line([(0, promise), (end, promise)], INK, "2 4", 1.5)
    chart.label(
        0, promise, _("promised: {value}").format(value=si(promise, "s")), "above", 6, "small"
    )
    for q, dash, side in ((50, "", "below"), (99, "7 4", "above")):
        if lines[q]:
            chart.line(lines[q], colour, dash)
            x, y = lines[q][len(lines[q]) // 4]
            chart.label(x, y, f"p{q}", side, 8, "strong")
    if point is not None:
        for q, shape in ((50, "circle"), (99, "diamond")):
            value = getattr(point, f"{kind}_p{q}_s")
            if value > 0:
                chart.point(point.rate, value, colour, shape, 6, si(value, "s"))
    return chart.picture(words.summary(curve, point))


def _cliff(chart: Chart, curve: Curve, end: float, said: bool = True) -> None:
    """Shade everything from the cliff on, and say so at its foot, where the curves are not."""
    if (point := curve.cliff) is not None:
        chart.region(point.rate, end, SHADE)
        if said:
            foot = chart.y.low * 1.15
            chart.label(point.rate, foot, _("from here a promise is broken"), "right", 6, "small")


def goodput(curve: Curve, point: Point | None) -> Picture:
    """Requests that keep both promises, beside all that come."""
    end = curve.points[-1].rate * 1.02
    chart = Chart(
        Axis(0, end, _("arrivals, requests/s")),
        Axis(0, end, _("requests/s")),
        _("Goodput: requests that keep both promises"),
        WIDTH,
        HEIGHT,
    )
    _cliff(chart, curve, end, said=False)
    chart.line([(0, 0), (end, end)], INK, "2 4", 1.5)
    chart.label(end * 0.62, end * 0.62, _("all that arrive"), "above", 8, "small")
    chart.line([(p.rate, p.goodput) for p in curve.points], MEMORY)
    best = curve.best
    chart.label(
        best.rate,
        best.goodput,
        _("most: {value}").format(value=number(best.goodput)),
        "below",
        10,
        "strong",
    )
    if point is not None:
        chart.point(point.rate, point.goodput, MEMORY, "square", 6, number(point.goodput))
    return chart.picture(words.summary(curve, point))


def pictures(curve: Curve, point: Point | None) -> list[Picture]:
    """All three."""
    return [latency(curve, point, "ttft"), latency(curve, point, "tpot"), goodput(curve, point)]


def banner(curve: Curve) -> str:
    """The failure states, above everything else."""
    said = "".join(f"<p>{escape(p)}</p>" for p in words.problems(curve))
    return f'<div class="banner" role="status">{said}</div>' if said else ""


def table(curve: Curve) -> str:
    """The table twin."""
    return table_html(words.head(), words.rows(curve))


def html(curve: Curve, point: Point | None) -> str:
    """Everything below the controls, without the table."""
    if not curve.points:
        return banner(curve)
    cards = "".join(fact(*card) for card in words.facts(curve, point))
    ttft, tpot, good = (f'<div class="wide">{p.markup()}</div>' for p in pictures(curve, point))
    said = f"<p><b>{escape(words.state(curve, point))}</b> {escape(words.cliff(curve))}</p>"
    return (
        f'{banner(curve)}{said}<div class="flow">{ttft}{tpot}</div>'
        f'<div class="flow">{good}<div class="side">{cards}</div></div>'
        f'<p class="quiet">{escape(words.basis(curve))}</p>'
    )


def still(curve: Curve, point: Point | None) -> Figure:
    """The same without a kernel."""
    said = words.summary(curve, point)
    if not curve.points:
        return Figure(banner(curve), said)
    lines = [f"{a}: {b} ({n})" for a, b, n in words.facts(curve, point)]
    lines += [words.cliff(curve), words.basis(curve)]
    picture = stack([*pictures(curve, point), paragraphs(lines, WIDTH)], _("Load curves"), said)
    return Figure(
        html(curve, point) + folded(_("The same as a table"), table(curve)), said, picture
    )
