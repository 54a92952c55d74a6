"""Published kernel measurements on the axes of the roofline, each with its source."""

from collections.abc import Sequence
from dataclasses import dataclass

from anuman import catalog, physics
from anuman.language import _, number, si

from ..kit import rooflines
from ..kit.chart import Chart
from ..kit.figure import Figure, figure
from ..kit.style import SERIES
from ..kit.words import percent

METRIC = "mlp_layer_us"
MICRO = 1e-6
DASHES = ("", "9 5", "2 4", "9 4 2 4")
SHAPES = ("circle", "triangle", "square", "diamond")


@dataclass(frozen=True)
class Kernel:
    """A measured layer: FLOP/byte, FLOP/s reached, and the share of what the roof allows."""

    row: catalog.Measurement
    intensity: float
    rate: float
    roof: float

    @property
    def share(self) -> float:
        """Rate reached over the roof at this intensity."""
        return self.rate / self.roof


def kernels(chip_name: str) -> list[Kernel]:
    """All published layers' matrix products of one chip, by intensity."""
    chip = catalog.chip(chip_name)
    found = []
    for row in catalog.measurements(metric=METRIC, chip=chip_name):
        model = catalog.model(row.model)
        flops, nbytes = physics.mlp_layer(
            row.batch, model.width, model.ffn_width, model.ffn_matrices, row.w_bits / 8, row.tp
        )
        intensity = flops / nbytes
        rate = flops / (row.value * MICRO)
        peak = chip.peak(row.act_precision)
        allowed = physics.attainable_flops(intensity, peak, chip.bandwidth)
        found.append(Kernel(row, intensity, rate, allowed))
    return sorted(found, key=lambda k: k.intensity)


def published_roofline(chips: Sequence[str] = ("H100-SXM", "A100-80")) -> Figure:
    """The chips' roofs and what one layer's matrix products really reached under them.

    Raises ValueError when nothing is published for a chip, or for more than four chips.
    """
    if not 1 <= len(chips) <= len(SERIES):
        raise ValueError(
            f"{len(chips)} chips: name one to {len(SERIES)}, more cannot be told apart"
        )
    measured = {name: kernels(name) for name in chips}
    for name, found in measured.items():
        if not found:
            known = sorted({m.chip for m in catalog.measurements(metric=METRIC)})
            raise ValueError(
                f"nothing is published for {name!r}; measured chips: {', '.join(known)}"
            )
    every = [k for found in measured.values() for k in found]
    least = min(k.rate for k in every)
    most = max(catalog.chip(n).peak(catalog.chip(n).peak16) for n in chips)
    chart = Chart(
        rooflines.intensity_axis(0.5, 8000),
        rooflines.flop_axis(least, most * 3),
        _("One layer's matrices: published measurements under the roof"),
        width=540,
        height=400,
    )
    for name, colour, dash, shape in zip(chips, SERIES, DASHES, SHAPES, strict=False):
        chip = catalog.chip(name)
        rooflines.roof(chart, name, chip.peak(chip.peak16), chip.bandwidth, colour, dash)
        for k in measured[name]:
            hover = f"{name}, {k.row.model}, tp {k.row.tp}: {percent(k.share)}"
            chart.point(k.intensity, k.rate, colour, shape, 5.5, hover)
    said = "; ".join(
        _("{chip}: {count} points, {low} to {high} of the roof").format(
            chip=name, count=number(len(found)),
            low=percent(min(k.share for k in found)), high=percent(max(k.share for k in found)),
        )
        for name, found in measured.items()
    )  # fmt: skip
    head = [
        _("chip"), _("model"), _("chips that share the layer"), _("tokens in the step"),
        _("time measured"), _("FLOP/byte"), _("rate reached"), _("share of the roof"), _("source"),
    ]  # fmt: skip
    sources = list(dict.fromkeys(k.row.source for k in every))
    rows = [
        [
            k.row.chip, k.row.model, number(k.row.tp), number(int(k.row.batch)),
            si(k.row.value * MICRO, "s"), number(k.intensity, 4), si(k.rate, "FLOP/s"),
            percent(k.share), f"[{sources.index(k.row.source) + 1}]",
        ]
        for k in every
    ]  # fmt: skip
    caption = _(
        "Each mark is the median time of one layer's three matrix products (gate, up, down) in "
        "16 bits; where several chips share the layer, it is one chip's part. The roofs are dense peaks."
    )
    notes = [
        f"[{n}] {s.title}, {s.publisher}, {_(s.date)}, {s.url}" for n, s in enumerate(sources, 1)
    ]
    return figure(chart.picture(said), head, rows, caption, notes)
