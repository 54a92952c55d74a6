"""The learner's machine as two chips: weights inside its caches, and weights in the memory outside."""

from anuman.language import _, number, si
from anuman.machine.machine_command import size

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import INK, MEASURED
from ..kit.words import percent
from .machine_charts import message

LARGEST_CALL = 0.1  # share of a product's time; above it the call is measured, not the memory


def kept(found) -> list:
    """The products so large that calls cost less than a tenth of their time."""
    return [point for point in found.points if point.call_share < LARGEST_CALL]


def near_and_far(found) -> Figure:
    """Weights read a second against their size, the end of the caches and the ratio of both ends.

    found: Products of anuman.machine.
    """
    points = kept(found)
    if len(points) < 2:
        return message(
            _(
                "On this computer even large products are mostly calls, or too little memory is free: "
                "nothing can be said of its memory. Close other programs and run the cell again."
            )
        )
    near, far = max(points, key=lambda p: p.bandwidth), points[-1]
    chart = Chart(
        Axis(points[0].nbytes / 1.5, points[-1].nbytes * 1.5, _("size of the weights"), log=True,
             format=size, marks=tuple(p.nbytes for p in points[::2])),
        Axis(0, 1.2 * near.bandwidth, _("bytes of weights read per second"),
             format=lambda rate: si(rate, "B/s")),
        _("The same product, its weights inside and outside of the caches"),
        width=560, height=330,
    )  # fmt: skip
    chart.line([(p.nbytes, p.bandwidth) for p in points], MEASURED)
    for p in points:
        chart.point(p.nbytes, p.bandwidth, MEASURED, "circle", 5, si(p.bandwidth, "B/s"))
    edge = found.cache_bytes
    if edge and chart.x.low < edge < chart.x.high:
        chart.line([(edge, 0), (edge, chart.y.high)], INK, "2 4", 1.5)
        chart.label(edge, chart.y.high * 0.97, _("end of the caches"), "left", kind="small")
    chart.label(near.nbytes, near.bandwidth, si(near.bandwidth, "B/s"), "above", kind="strong")
    chart.label(far.nbytes, far.bandwidth, si(far.bandwidth, "B/s"), "above", kind="strong")
    said = _(
        "Weights of {small} are read at {fast}, weights of {large} at {slow}: {ratio} times as fast."
    ).format(
        small=size(near.nbytes), fast=si(near.bandwidth, "B/s"), large=size(far.nbytes),
        slow=si(far.bandwidth, "B/s"), ratio=number(near.bandwidth / far.bandwidth),
    )  # fmt: skip
    if edge and far.nbytes < 2 * edge:
        said += " " + _("The largest may still lie partly in the caches: the true ratio is larger.")
    head = [
        _("size of the weights"), _("time of a product"), _("read per second"),
        _("share of the call"), _("products a second"),
    ]  # fmt: skip
    rows = [
        [
            size(p.nbytes), si(p.seconds, "s"), si(p.bandwidth, "B/s"), percent(p.call_share),
            number(1 / p.seconds),
        ]
        for p in points
    ]  # fmt: skip
    caption = _(
        "{said} One matrix times one vector in NumPy, numbers of 4 bytes, one thread, the best of several "
        "rounds. Products in which the call takes a tenth of the time or more are left out: {left}."
    ).format(said=said, left=number(len(found.points) - len(points)))
    return figure(chart.picture(said), head, rows, caption)
