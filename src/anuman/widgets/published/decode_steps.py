"""Published times of a decode step against the tokens it reads from the KV caches."""

from dataclasses import dataclass

from anuman import catalog, physics
from anuman.language import _, number, si
from anuman.scenes.jar import kv_per_token

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import COMPUTE, INK, MEMORY, OTHER
from ..kit.words import percent

SOURCE = "vllm-fp8-kv-2026"
MILLI = 1e-3
MOST_TOKENS, MOST_MS = 190_000, 22.0


@dataclass(frozen=True)
class Timed:
    """A published step: tokens read from all caches, seconds, and the least that memory allows."""

    row: catalog.Measurement
    tokens: float
    seconds: float
    bound: float


def least_seconds(row: catalog.Measurement, tokens: float, kept: int | None = None) -> float:
    """(w·N + kv·tokens) / W: weights once and the caches once, at peak bandwidth. kept: KV heads."""
    model, chip = catalog.model(row.model), catalog.chip(row.chip)
    weights = physics.weight_bytes(model.params, row.w_bits / 8)
    kv = kv_per_token(model, model.kv_heads if kept is None else kept, row.kv_bits / 8)
    return (weights + kv * tokens) / chip.bandwidth


def timed_steps() -> list[Timed]:
    """The published values with a known context; throughput of B users is B tokens a step."""
    found = []
    for row in catalog.measurements():
        if row.source.id != SOURCE:
            continue
        if row.metric == "tpot_ms":
            tokens, seconds = row.batch * row.input_tokens, row.value * MILLI
        else:  # tokens/s of all users; on average half of the answer is written
            tokens = row.batch * (row.input_tokens + row.output_tokens / 2)
            seconds = row.batch / row.value
        found.append(Timed(row, tokens, seconds, least_seconds(row, tokens)))
    return found


def published_kv() -> Figure:
    """Predicted lines for two sizes of cached numbers, published points, and the line of a wrong count."""
    steps = timed_steps()
    first = steps[0].row
    model, chip = catalog.model(first.model), catalog.chip(first.chip)
    chart = Chart(
        Axis(0, MOST_TOKENS, _("tokens read from the caches in one step (users × tokens of each)"),
             format=lambda x: number(int(x))),
        Axis(0, MOST_MS, _("time of one decode step, ms")),
        _("{model} on one {chip}: longer texts, slower steps").format(
            model=model.name, chip=chip.name
        ),
        width=540, height=400,
    )  # fmt: skip
    lines = {
        bits: next(s.row for s in steps if s.row.kv_bits == bits)
        for bits in sorted({s.row.kv_bits for s in steps}, reverse=True)
    }
    for (bits, row), colour, dash in zip(
        lines.items(), (COMPUTE, MEMORY), ("", "9 5"), strict=True
    ):
        _line(chart, row, None, colour, dash)
        label = _("{heads} KV heads, {bits} bits").format(
            heads=number(model.kv_heads), bits=number(int(bits))
        )
        end = 0.93 * MOST_TOKENS
        chart.label(end, least_seconds(row, end) / MILLI, label, "below", kind="strong")
    wrong = lines[max(lines)]
    _line(chart, wrong, model.heads, OTHER, "2 4")
    label = _("if {heads} heads were kept, {bits} bits").format(
        heads=number(model.heads), bits=number(int(wrong.kv_bits))
    )
    chart.label(60_000, least_seconds(wrong, 60_000, model.heads) / MILLI, label, "right", 18)
    for s in steps:
        wide, many = s.row.kv_bits == max(lines), s.row.batch > 1
        colour, shape = (COMPUTE, "circle") if wide else (MEMORY, "triangle")
        hover = f"{s.row.id}: {si(s.seconds, 's')}"
        chart.point(s.tokens, s.seconds / MILLI, colour, shape, 6, hover)
        name = _("{users} users, {bits} bits") if many else _("1 user, {bits} bits")
        name = name.format(users=number(int(s.row.batch)), bits=number(int(s.row.kv_bits)))
        side = "left" if many else "above" if wide else "below"
        chart.label(s.tokens, s.seconds / MILLI, name, side, kind="small")
    chart.label(0, least_seconds(first, 0) / MILLI, _("weights alone"), "below", kind="small")
    said = "; ".join(
        _("{tokens} tokens, {bits} bits: {measured} measured, at least {bound}").format(
            tokens=number(int(s.tokens)), bits=number(int(s.row.kv_bits)),
            measured=si(s.seconds, "s"), bound=si(s.bound, "s"),
        )
        for s in steps
    )  # fmt: skip
    head = [
        _("row"), _("users"), _("tokens read in the step"), _("bits of a kept number"),
        _("time measured"), _("least by the law"), _("share of the law"),
    ]  # fmt: skip
    rows = [
        [
            s.row.id, number(int(s.row.batch)), number(int(s.tokens)), number(int(s.row.kv_bits)),
            si(s.seconds, "s"), si(s.bound, "s"), percent(s.bound / s.seconds),
        ]
        for s in steps
    ]  # fmt: skip
    caption = _(
        "Lines: the least time that the memory's peak bandwidth allows. Circles: 16 bits, triangles: "
        "8 bits. One user: from the publisher's fitted lines. Several users: from the published "
        "tokens per second, which include the reading of new prompts."
    )
    source = first.source
    note = f"{source.title}, {source.publisher}, {_(source.date)}, {source.url}"
    return figure(chart.picture(said), head, rows, caption, [note])


def _line(chart: Chart, row: catalog.Measurement, kept: int | None, colour: str, dash: str) -> None:
    """One straight line, cut where it leaves the picture."""
    base = least_seconds(row, 0, kept) / MILLI
    slope = (least_seconds(row, MOST_TOKENS, kept) / MILLI - base) / MOST_TOKENS
    end = min(MOST_TOKENS, (MOST_MS - base) / slope)
    chart.line([(0, base), (end, base + slope * end)], colour or INK, dash)
