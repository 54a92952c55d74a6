"""Published training runs and servers on one scale: how much of the chips' peak did they use?"""

from anuman.language import _, number
from anuman.scenes.peak_shares import KINDS, PeakShare, peak_shares, typical

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import INK, SERIES
from ..kit.words import percent

SHAPES = ("square", "circle", "triangle")
LOW, HIGH = 1e-4, 1.0
LANES = 5  # rows of marks in a band, so that neighbours do not hide each other


def _share(value: float) -> str:
    return f"{100 * value:g} %"


def _spread(found: tuple[PeakShare, ...]) -> str:
    low, high = percent(found[0].share), percent(found[-1].share)
    return _("{count} published rows, {low} to {high}").format(
        count=number(len(found)), low=low, high=high
    )


def published_shares() -> Figure:
    """Each kind of work as a band of marks, one a published row, with the median marked and named."""
    axis = Axis(LOW, HIGH, _("share of the chips' peak FLOP/s in use"), log=True, format=_share)
    edges = tuple(float(edge) for edge in range(len(KINDS) + 1))
    bands = Axis(0, len(KINDS), "", format=lambda _edge: "", marks=edges)
    chart = Chart(axis, bands, _("How busy were the chips? Published rows"), 620, 330)
    chart.left = 26
    said, rows, sources = [], [], []
    for band, (kind, name) in enumerate(KINDS.items()):
        found, middle = peak_shares(kind), typical(kind)
        floor = len(KINDS) - 1 - band
        chart.line([(middle, floor + 0.08), (middle, floor + 0.62)], INK, "2 4", 1.5)
        chart.label(LOW, floor + 0.84, _(name), "right", 0, "strong")
        median = _("median {share}").format(share=percent(middle))
        for place, one in enumerate(found):
            y = floor + 0.14 + 0.1 * (place % LANES)
            hover = f"{one.row.model}, {one.row.chip}: {percent(one.share)}"
            chart.point(one.share, y, SERIES[band], SHAPES[band], 4.5, hover)
        chart.label(middle, floor + 0.72, median, "right", 4)
        said.append(f"{_(name)}: {_spread(found)}, {median}")
        for one in reversed(found):
            if one.row.source not in sources:
                sources.append(one.row.source)
            users = one.row.batch_or_qps if kind != "training" else "–"
            rows.append(
                [
                    _(name), one.row.model, one.row.chip, "∞" if users == "inf" else users,
                    percent(one.share), one.row.date, f"[{sources.index(one.row.source) + 1}]",
                ]
            )  # fmt: skip
    caption = _(
        "Each mark is a published training run or server that did 16-bit arithmetic; its FLOPs are "
        "counted as 6 or 2 for each active parameter and token, and the peak is the dense one."
    )
    head = [
        _("work"), _("model"), _("chip"), _("users at once"), _("share of the peak"),
        _("date"), _("source"),
    ]  # fmt: skip
    notes = [
        f"[{n}] {s.title}, {s.publisher}, {_(s.date)}, {s.url}" for n, s in enumerate(sources, 1)
    ]
    return figure(chart.picture("; ".join(said)), head, rows, caption, notes)
