"""Measured ratios as marks on one axis, beside the ratio that the law predicts."""

from collections.abc import Sequence

from anuman.language import _, number

from ..kit.chart import Axis, Chart
from ..kit.style import INK, MEASURED
from ..kit.svg import Picture

ROW = 44  # pixels
LEAST, MOST = 1.0, 40.0
MARKS = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 40.0)


def picture(title: str, measured: Sequence[tuple[str, float]], law: float) -> Picture:
    """One row a quantity: its name, and its ratio as a mark; a dashed line at the law's ratio."""
    low = min(LEAST, *(ratio for _name, ratio in measured))
    high = max(MOST, *(ratio for _name, ratio in measured))
    edges = tuple(float(edge) for edge in range(len(measured) + 1))
    chart = Chart(
        Axis(low, high, _("how many times as much (logarithmic)"), log=True, marks=MARKS),
        Axis(0, len(measured), "", format=lambda _edge: "", marks=edges),
        title, 560, 120 + ROW * len(measured),
    )  # fmt: skip
    chart.left, chart.top = 26, 34
    chart.line([(law, 0), (law, len(measured))], INK, "6 4", 1.5)
    chart.label(
        law, len(measured) - 0.12, _("the law: {ratio} ×").format(ratio=number(law)), "right"
    )
    for row, (name, ratio) in enumerate(measured):
        y = len(measured) - row - 0.68
        chart.point(ratio, y, MEASURED, "diamond", 6, f"{name}: {number(ratio)} ×")
        chart.label(low, y + 0.4, name, "right", 0, "small")
        chart.label(ratio, y, f"{number(ratio)} ×", "right", 11, "strong")
    said = "; ".join(f"{name}: {number(ratio)} ×" for name, ratio in measured)
    return chart.picture(_("The law says {law} ×. {said}").format(law=number(law), said=said))
