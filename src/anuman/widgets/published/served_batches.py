"""Published servers under load: how many users were in a batch at once, and how long each waited for a token."""

from dataclasses import dataclass

from anuman import catalog, physics
from anuman.language import _, number, si

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import COMPUTE, INK, MEASURED

MODELS = ("Llama-2-70B", "Llama-3.1-8B")
CHIPS = ("H100-SXM", "H200", "MI300X", "B200", "L40S")  # chips whose 8-bit or 4-bit peak is known
MILLI = 1e-3


@dataclass(frozen=True)
class Served:
    """A published run: users at once on one copy of the model, s a token, the least by the law.

    rate: tokens/s of the whole system; offline: the same without any promise, None if not published.
    """

    row: catalog.Measurement
    users: float
    tpot_s: float
    least_s: float
    rate: float
    offline: float | None


def served() -> list[Served]:
    """MLPerf server runs of dense models, fewest users first. Users by Little's law: tokens/s times s a token."""
    offline = {
        (r.chip, r.n_chips, r.model, r.source.title.rpartition(",")[0]): r.value
        for r in catalog.measurements(metric="out_tok_s")
    }
    found = []
    for row in catalog.measurements(metric="tpot_mean_ms"):
        if "mlperf" not in row.group or row.model not in MODELS or row.chip not in CHIPS:
            continue
        chip, model, tpot = catalog.chip(row.chip), catalog.model(row.model), row.value * MILLI
        rate = float(row.batch_or_qps) * row.output_tokens
        users, chips = rate * tpot / row.replicas, row.n_chips / row.replicas
        cache = physics.kv_cache_bytes_per_token(model, row.kv_bits / 8)
        step = physics.decode_step(
            batch=users,
            n=model.params,
            kv_per_seq=cache * (row.input_tokens + row.output_tokens / 2),
            flops=chips * chip.peak(row.act_precision),
            bandwidth=chips * chip.bandwidth,
            bytes_per_weight=row.w_bits / 8,
        )
        key = (row.chip, row.n_chips, row.model, row.source.title.rpartition(",")[0])
        found.append(Served(row, users, tpot, step.seconds, rate, offline.get(key)))
    return sorted(found, key=lambda s: s.users)


def published_batching() -> Figure:
    """Measured time a token and the law's least, against the users at once."""
    runs = served()
    chart = Chart(
        Axis(runs[0].users / 1.6, runs[-1].users * 1.9,
             _("users at once, on one copy of the model"), log=True),
        Axis(0, 1.2 * max(s.tpot_s for s in runs) / MILLI, _("time per token, ms")),
        _("MLPerf servers: measured, and the least by the law"),
        width=540, height=390,
    )  # fmt: skip
    chart.legend(
        [("circle", MEASURED, _("measured")), ("triangle", COMPUTE, _("least by the law"))]
    )
    last = {(s.row.chip, s.row.model): s for s in runs}  # where its name stands
    for s in runs:
        measured, least = s.tpot_s / MILLI, s.least_s / MILLI
        chart.line([(s.users, least), (s.users, measured)], INK, "2 4", 1)
        name = f"{s.row.id}: {number(measured)} ms"
        chart.point(s.users, measured, MEASURED, "circle", 6, name)
        chart.point(s.users, least, COMPUTE, "triangle", 6, f"{s.row.id}: {number(least)} ms")
    for s in last.values():
        chart.label(s.users, s.tpot_s / MILLI, s.row.chip, "right", kind="small")
    factors = [s.tpot_s / s.least_s for s in runs]
    said = _("{count} runs: a token takes {low} to {high} times the least by the law.").format(
        count=len(runs), low=number(min(factors)), high=number(max(factors))
    )
    head = [
        _("row"), _("chip"), _("chips"), _("copies"), _("model"), _("users at once, one copy"),
        _("time per token"),
        _("least by the law"), _("factor"), _("tokens/s, with the promise"),
        _("tokens/s, without"), _("source"),
    ]  # fmt: skip
    sources = list(dict.fromkeys(s.row.source for s in runs))
    rows = [
        [
            s.row.id, s.row.chip, number(s.row.n_chips), number(s.row.replicas), s.row.model,
            number(s.users), si(s.tpot_s, "s"), si(s.least_s, "s"), number(s.tpot_s / s.least_s), number(s.rate),
            number(s.offline) if s.offline else "–", f"[{sources.index(s.row.source) + 1}]",
        ]
        for s in runs
    ]  # fmt: skip
    caption = _(
        "Users at once are computed: tokens per second times seconds per token, divided by the copies of "
        "the model that share the requests. The least counts "
        "weights, caches and the arithmetic of written tokens, at peak rates; prompts are not counted."
    )
    notes = [
        f"[{n}] {s.title}, {s.publisher}, {_(s.date)}, {s.url}" for n, s in enumerate(sources, 1)
    ]
    return figure(chart.picture(said), head, rows, caption, notes)
