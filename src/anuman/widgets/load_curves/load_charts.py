"""How the load curves look: TTFT, TPOT and goodput against the arrival rate, cliff and promise marked."""

from html import escape

from anuman.language import _, number, si
from anuman.scenes.load_curves import SHARES, Curve, LoadSetting, Point, curve

from ..kit.chart import Axis, Chart
from ..kit.style import COMPUTE, INK, MEMORY, USERS
from ..kit.svg import Picture
from ..kit.view import View
from . import load_words as words

WIDTH, HEIGHT, ASIDE = 560.0, 265.0, 66.0
STEADY = 3000  # requests at each rate, enough for a steady state
FIRST_SHARE = 50  # per cent of the limit at which the widget opens
SHADE = f"fill:{MEMORY};fill-opacity:.10"
# One frame for every setting, so that policies and chips can be compared.
FRAMES = {"ttft": (1e-3, 1e3), "tpot": (1e-4, 10.0)}


def _seconds(value: float) -> str:
    return si(value, "s")


def _chart(curve: Curve, y: Axis, title: str) -> Chart:
    end = curve.points[-1].rate * 1.02
    chart = Chart(Axis(0, end, _("arrivals, requests/s")), y, title, WIDTH, HEIGHT)
    chart.right = WIDTH - ASIDE
    return chart


def latency(curve: Curve, point: Point | None, kind: str, pinned: Curve | None = None) -> Picture:
    """p50 and p99 of "ttft" or "tpot" against the rate, with the promise; grey: the policy before."""
    s, (low, high) = curve.setting, FRAMES[kind]
    name, promise, colour = {
        "ttft": (_("Time to first token"), s.ttft_slo_s, COMPUTE),
        "tpot": (_("Time per further token"), s.tpot_slo_s, MEMORY),
    }[kind]
    y = Axis(low, high, _("seconds, logarithmic"), log=True, format=_seconds)
    chart = _chart(curve, y, name)
    end = chart.x.high

    def line(of: Curve, quantile: int) -> list[tuple[float, float]]:
        found = [(p.rate, getattr(p, f"{kind}_p{quantile}_s")) for p in of.points]
        return [(x, min(max(y, low), high)) for x, y in found if y > 0]

    _cliff(chart, curve)
    if pinned and (before := line(pinned, 99)):
        chart.ghost(before)
        chart.end_label(before[-1][1], _("before"), "before")
    kept = min(max(promise, low), high)
    chart.line([(0, kept), (end, kept)], INK, "2 4", 1.5, "promise")
    said = _("promised: {value}").format(value=si(promise, "s"))
    chart.label(0, kept, said, "above", 6, "small", "promise")
    for quantile, dash in ((50, ""), (99, "7 4")):
        if drawn := line(curve, quantile):
            chart.line(drawn, colour, dash, key=f"p{quantile}")
            chart.end_label(drawn[-1][1], f"p{quantile}", f"p{quantile}")
    if point is not None:
        value = point.ttft_p50_s if kind == "ttft" else point.tpot_p50_s
        if value > 0:
            chart.point(point.rate, min(max(value, low), high), colour, "circle", 6, f"p50: {si(value, 's')}", "p50")  # fmt: skip
        value = point.ttft_p99_s if kind == "ttft" else point.tpot_p99_s
        if value > 0:
            _grip(chart, point, min(max(value, low), high), colour, f"p99: {si(value, 's')}")
    return chart.picture(words.summary(curve, point))


def _grip(chart: Chart, point: Point, y: float, colour: str, says: str) -> None:
    """The chosen rate, to be dragged along the axis."""
    rate = _("{rate} requests/s").format(rate=number(point.rate))
    chart.grip(
        point.rate, y, colour, name="rate", label=_("Arrivals, requests/s"), now=point.rate,
        says=f"{rate}; {says}", values=(0, chart.x.high),
    )  # fmt: skip


def _cliff(chart: Chart, curve: Curve, said: bool = True) -> None:
    """Shade everything from the cliff on, and say so at its foot, where the curves are not."""
    if (point := curve.cliff) is not None:
        chart.region(point.rate, chart.x.high, SHADE, "cliff")
        if said:
            foot = chart.y.low * 1.15
            words_ = _("from here a promise is broken")
            chart.label(point.rate, foot, words_, "left", 6, "small", "cliff")


def goodput(curve: Curve, point: Point | None, pinned: Curve | None = None) -> Picture:
    """Requests that keep both promises, beside all that come."""
    end = curve.points[-1].rate * 1.02
    y = Axis(0, end, _("requests/s"))
    chart = _chart(curve, y, _("Goodput: requests that keep both promises"))
    _cliff(chart, curve, said=False)
    chart.line([(0, 0), (end, end)], INK, "2 4", 1.5, "all")
    chart.label(end * 0.62, end * 0.62, _("all that arrive"), "above", 8, "small", "all")
    if pinned:
        chart.ghost([(p.rate, p.goodput) for p in pinned.points])
        chart.end_label(pinned.points[-1].goodput, _("before"), "before")
    chart.line([(p.rate, p.goodput) for p in curve.points], USERS, key="goodput")
    best = curve.best
    said = _("most: {value}").format(value=number(best.goodput))
    chart.label(best.rate, best.goodput, said, "below", 10, "strong", "best")
    if point is not None:
        _grip(chart, point, point.goodput, USERS, _("goodput: {value}").format(value=number(point.goodput)))  # fmt: skip
    return chart.picture(words.summary(curve, point))


def pictures(curve: Curve, point: Point | None, pinned: Curve | None = None) -> list[Picture]:
    """All three."""
    return [
        latency(curve, point, "ttft", pinned), latency(curve, point, "tpot", pinned),
        goodput(curve, point, pinned),
    ]  # fmt: skip


def view(curve: Curve, point: Point | None, pinned: Curve | None = None, status: str = "") -> View:
    """Everything that is shown of one setting at one rate; pinned: the policy before, in grey."""
    said = words.summary(curve, point)
    if not curve.points:
        return View(title=_("Load curves"), words=said, pictures=[], problems=words.problems(curve))
    notes = [words.basis(curve), words.cliff(curve), *([status] if status else [])]
    if pinned:
        policy = words.policy_name(pinned.setting.policy)
        notes.append(_("Grey: the policy before, {policy}.").format(policy=policy))
    above = f"<p><b>{escape(words.state(curve, point))}</b></p>"
    return View(
        title=_("Load curves"),
        words=said,
        pictures=pictures(curve, point, pinned),
        cards=words.facts(curve, point),
        problems=words.problems(curve),
        head=words.head(),
        rows=words.rows(curve),
        above=above,
        notes=notes,
    )


def first_picture() -> Picture:
    """The widget at its first setting, for readers without a kernel."""
    first = curve(LoadSetting(), STEADY)
    return view(first, first.points[SHARES.index(FIRST_SHARE)]).figure().picture
