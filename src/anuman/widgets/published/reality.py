"""Model against reality: every published measurement beside what the formulas say, each with its source."""

from collections.abc import Sequence
from functools import cache
from math import log10

from anuman.language import N_, _, number
from anuman.validation import Scored, score
from anuman.validation.score import KINDS, percentile
from anuman.validation.table import catalogue_rows

from ..kit.chart import Axis, Chart
from ..kit.controls import choice
from ..kit.figure import Figure, figure
from ..kit.picture import Live
from ..kit.style import INK, SERIES
from ..kit.svg import Picture
from ..kit.words import percent

SHAPES = ("circle", "triangle", "square", "diamond")
EVERYTHING = "everything"
ASIDE = 92.0  # pixels right of the frame, for the name of the diagonal
# The catalogue's units that have words in them.
UNITS = (
    N_("req/s"),
    N_("tok/s"),
    N_("tok/s/chip"),
    N_("tok/s/GPU"),
    N_("tok/s per 8-GPU node"),
    N_("GPU-hours"),
    N_("J/token"),
    N_("fraction"),
)
KIND_WORDS = {
    "tokens/s": N_("Throughput: tokens per second"),
    "TPOT": N_("TPOT: time per output token"),
    "TTFT, unloaded": N_("TTFT: time to first token, one user"),
    "whole-batch latency": N_("Time for a whole batch"),
    "prefill MFU": N_("MFU of reading prompts"),
    "load at a given TPOT": N_("Requests per second at a given TPOT"),
    "latency at a given load": N_("Latency at a given load"),
    "training benchmarks": N_("Training benchmarks"),
    "GPU-hours of model cards": N_("GPU-hours of model cards"),
    "energy": N_("Energy per output token"),
    "single kernels": N_("Single kernels"),
}


@cache
def scored_rows() -> tuple[Scored, ...]:
    """Every published row of the catalogue with its prediction; worked out once."""
    return tuple(score(catalogue_rows()))


def picture(rows: Sequence[Scored], title: str = "") -> str:
    """SVG text of predicted against published for these rows, as a file of its own."""
    return scatter(rows, title or _("Predicted against published")).standalone()


def scatter(rows: Sequence[Scored], title: str) -> Picture:
    """Published across, predicted upwards, both logarithmic; the diagonal is agreement."""
    drawn = [one for one in rows if one.error is not None]
    low, high = _span(drawn)
    units = {str(one.row.fields.get("unit") or "") for one in drawn}
    unit = units.pop() if len(units) == 1 else _("each in its own unit")
    chart = Chart(
        Axis(low, high, _("published ({unit})").format(unit=unit), log=True),
        Axis(low, high, _("predicted ({unit})").format(unit=unit), log=True),
        title,
        width=640,
        height=490,
    )
    chart.right = chart.width - ASIDE
    chips = _most_frequent([str(one.row.fields.get("chip")) for one in drawn], len(SERIES) - 1)
    names = _names(drawn, chips)
    chart.legend(list(zip(SHAPES, SERIES, names, strict=False)))
    chart.line([(low, low), (high, high)], INK, width=1.5)
    for factor in (1.3, 1 / 1.3):
        start, end = max(low, low / factor), min(high, high / factor)
        chart.line([(start, start * factor), (end, end * factor)], INK, "3 5", 1)
    chart.end_label(high, _("agreement"))
    for one in drawn:
        name = str(one.row.fields.get("chip"))
        at = chips.index(name) if name in chips else len(chips)
        x, y = (min(high, max(low, v)) for v in (one.row.published, one.predicted))
        if one.row.spread:  # what others measured of the same
            ends = (max(low, one.row.spread.low), min(high, one.row.spread.high))
            chart.line([(end, y) for end in ends], SERIES[at], width=3)
        chart.point(x, y, SERIES[at], SHAPES[at], 5 if one.row.scored else 3, _hover(one))
    marks = [f"{shape} {name}" for shape, name in zip(_shape_words(), names, strict=False)]
    return chart.picture(f"{_described(drawn)} {', '.join(marks)}".strip())


def _span(drawn: Sequence[Scored]) -> tuple[float, float]:
    """A decade at least around all values, for an axis."""
    ends = [v for one in drawn if one.row.spread for v in (one.row.spread.low, one.row.spread.high)]
    values = [v for one in drawn for v in (one.row.published, one.predicted) if v and v > 0] + ends
    if not values:
        return 0.1, 10.0
    low, high = min(values) / 1.6, max(values) * 1.6
    if log10(high / low) < 1:
        middle = (low * high) ** 0.5
        low, high = middle / 10**0.5, middle * 10**0.5
    return low, high


def _most_frequent(names: Sequence[str], most: int) -> list[str]:
    return sorted(set(names), key=lambda name: (-names.count(name), name))[:most]


def _names(drawn: Sequence[Scored], chips: Sequence[str]) -> list[str]:
    """The chips with a mark of their own, and what the last mark stands for, if anything has it."""
    others = any(str(one.row.fields.get("chip")) not in chips for one in drawn)
    return [*chips, *([_("all others")] if others else [])]


def _hover(one: Scored) -> str:
    fields = one.row.fields
    return (
        f"{one.row.id}: {fields.get('chip')}, {fields.get('model')}, {fields.get('software')}: "
        f"{number(one.row.published)} → {number(one.predicted)} ({_signed(one.error)})"
    )


def _signed(error: float) -> str:
    return f"{'+' if error >= 0 else '−'}{number(round(100 * abs(error), 1))} %"


def _described(drawn: Sequence[Scored]) -> str:
    """How far the predictions are off, and what the lines mean."""
    errors = [abs(one.error) for one in drawn if one.counts]
    if not errors:
        return _("No published row with these conditions.")
    return _(
        "{count} published values. Half of the predictions are within {median}, nine of ten within "
        "{p90}. The line marks agreement, the dots 30 % more and less; a bar is what several parties "
        "measured of the same."
    ).format(
        count=number(len(errors)),
        median=percent(percentile(errors, 0.5)),
        p90=percent(percentile(errors, 0.9)),
    )


def _shape_words() -> list[str]:
    return [_("circle:"), _("triangle:"), _("square:"), _("diamond:")]


def reality_figure(kind: str, chip: str = EVERYTHING, model: str = EVERYTHING) -> Figure:
    """Picture and table of one kind of measurement, for one chip or model or for all.

    Raises ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind {kind!r}; there are {', '.join(KINDS)}")
    rows = [
        one
        for one in scored_rows()
        if one.kind == kind
        and chip in (EVERYTHING, one.row.fields["chip"])
        and model in (EVERYTHING, one.row.fields["model"])
    ]
    shown = scatter(rows, _(KIND_WORDS[kind]))
    sources = list(dict.fromkeys(one.row.fields["source"] for one in rows))
    head = [
        _("row"), _("chip"), _("chips"), _("model"), _("bits per weight"), _("batch or rate"),
        _("prompt"), _("output"), _("software"), _("published"), _("predicted"), _("error"),
        _("why"), _("source"),
    ]  # fmt: skip
    body = [[*_cells(one), f"[{sources.index(one.row.fields['source']) + 1}]"] for one in rows]
    caption = _described([one for one in rows if one.error is not None])
    notes = [f"[{n}] {title}" for n, title in enumerate(sources, 1)]
    return figure(shown, head, body, caption, notes)


def _cells(one: Scored) -> list[str]:
    f = one.row.fields

    def text(name: str) -> str:
        value = f.get(name)
        if isinstance(value, float):
            return number(value)
        return "–" if value in (None, "") else str(value)

    unit = _(text("unit"))
    return [
        one.row.id, text("chip"), text("n_chips"), text("model"), text("w_bits"),
        text("batch_or_qps"), text("input_tokens"), text("output_tokens"), text("software"),
        f"{number(one.row.published)} {unit}",
        _("none") if one.predicted is None else f"{number(one.predicted)} {unit}",
        "–" if one.error is None else _signed(one.error),
        _(one.why) if one.row.scored else _("shown, not scored"),
    ]  # fmt: skip


class Reality(Live):
    """Pick what was measured, a chip and a model; each point is a published value and names its source."""

    def __init__(self, kind: str = "TPOT"):
        super().__init__(lambda: self.figure)
        kinds = [(_(words), name) for name, words in KIND_WORDS.items()]
        self.kind = choice(_("Measured"), kinds, kind)
        self.chip = choice(_("Chip"), [(_("all"), EVERYTHING)])
        self.model = choice(_("Model"), [(_("all"), EVERYTHING)])
        self._filling = False
        self._offer()
        self.place(main=[self.kind, self.chip, self.model])
        self.kind.observe(self._offer, "value")
        for control in (self.chip, self.model):
            control.observe(self._draw, "value")

    @property
    def figure(self) -> Figure:
        """What is shown now."""
        return reality_figure(self.kind.value, self.chip.value, self.model.value)

    def _offer(self, _change=None) -> None:
        """Offer the chips and models of this kind only, so that no choice is empty of rows at first."""
        rows = [one for one in scored_rows() if one.kind == self.kind.value]
        self._filling = True  # one drawing for both controls, at the end
        with self.together():
            for control, field in ((self.chip, "chip"), (self.model, "model")):
                names = sorted({str(one.row.fields[field]) for one in rows})
                control.value = EVERYTHING
                control.options = [(_("all"), EVERYTHING), *((name, name) for name in names)]
        self._filling = False
        self._draw()

    def _draw(self, _change=None) -> None:
        if not self._filling:
            shown = self.figure
            drawn = shown.picture.markup()
            below = shown.html.removeprefix(drawn)  # the table has many columns
            self.show(
                f'<div class="wide">{drawn}</div><div class="below">{below}</div>', shown.words
            )


def reality(kind: str = "TPOT") -> Reality:
    """Show the formulas against published measurements; `kind` is a key of validation.score.KINDS."""
    return Reality(kind)
