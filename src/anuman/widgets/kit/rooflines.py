"""Rooflines on logarithmic axes: the roofs of chips, their ridges, and the two regions under them."""

import math

from anuman import physics
from anuman.language import _, si

from .chart import Axis, Chart
from .style import COMPUTE, INK, MEMORY


def flop_axis(low: float, high: float) -> Axis:
    """FLOP/s axis from the decade below low up to high."""
    bottom = 10.0 ** math.floor(math.log10(low))
    return Axis(
        bottom,
        high,
        _("arithmetic rate, FLOP/s (G = 10⁹, T = 10¹², P = 10¹⁵)"),
        log=True,
        format=_rate,
    )


def _rate(flops: float) -> str:
    return si(flops, "FLOP/s").replace("FLOP/s", "").strip()


def intensity_axis(low: float, high: float) -> Axis:
    """FLOP/byte axis."""
    return Axis(low, high, _("arithmetic intensity, FLOP for each byte read"), log=True)


def roof(
    chart: Chart,
    name: str,
    peak: float | None,
    bandwidth: float,
    colour: str,
    dash: str = "",
    side: str = "above",
) -> None:
    """Draw a chip's roof: intensity times bandwidth up to its peak; without a peak the slope alone.

    side: where its name stands, "above" or "below" the flat part.
    """
    low, high = chart.x.low, chart.x.high
    left = max(low, chart.y.low / bandwidth)
    if peak is None:
        right = min(high, chart.y.high / bandwidth)
        chart.line([(left, left * bandwidth), (right, right * bandwidth)], colour, dash)
        chart.label(right, right * bandwidth, name, "left", kind="strong")
        return
    ridge = physics.ridge(peak, bandwidth)
    corners = [x for x in (left, ridge, high) if low <= x <= high]
    chart.line([(x, physics.attainable_flops(x, peak, bandwidth)) for x in corners], colour, dash)
    chart.label(high, peak, name, side, kind="strong")


def regions(chart: Chart, ridge: float) -> None:
    """Shade what waits for memory and what waits for arithmetic, on either side of the ridge."""
    ridge = min(max(ridge, chart.x.low), chart.x.high)
    chart.region(chart.x.low, ridge, f"fill:{MEMORY};fill-opacity:.07")
    chart.region(ridge, chart.x.high, f"fill:{COMPUTE};fill-opacity:.09")
    if ridge > 2.5 * chart.x.low:
        chart.label(chart.x.low, chart.y.high, _("waits for memory"), "below", kind="small")
    if ridge < chart.x.high / 2.5:
        chart.label(chart.x.high, chart.y.low, _("waits for arithmetic"), "above", kind="small")


def ridge_mark(chart: Chart, peak: float, bandwidth: float) -> None:
    """A dotted line from the ridge down to its intensity."""
    ridge = physics.ridge(peak, bandwidth)
    chart.line([(ridge, chart.y.low), (ridge, peak)], INK, "2 4", 1.5)
    chart.label(ridge, peak, _("ridge {value}").format(value=si(ridge, "FLOP/byte")), "above")
