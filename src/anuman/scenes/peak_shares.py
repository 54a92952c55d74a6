"""How much of their 16-bit peak published systems used: in training, for many users, for one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from statistics import median

from anuman import catalog, physics
from anuman.language import N_

KINDS = {
    "training": N_("training"),
    "many": N_("serving, many users at once"),
    "one": N_("serving, one user at a time"),
}
SIXTEEN_BITS = ("bf16", "fp16")
MANY = 8  # users at once, at least
MS = 1e-3


@dataclass(frozen=True)
class PeakShare:
    """A published row and the share of the chips' dense 16-bit peak that its FLOPs make of it, 0 to 1."""

    row: catalog.Measurement
    kind: str
    share: float


def _training_tokens(row: catalog.Measurement) -> float | None:
    """Tokens that the row's training read, from its load ("tokens=…"); None where it names none."""
    name, _equals, value = row.batch_or_qps.partition("=")
    return float(value) if name == "tokens" and value[:1].isdigit() else None


def training_run(model_name: str) -> catalog.Measurement:
    """The row with the published GPU-hours of a model's training. Raises ValueError if there is none."""
    rows = catalog.measurements(metric="gpu_hours", model=model_name)
    if not rows:
        raise ValueError(f"nobody has published the GPU-hours of {model_name}'s training")
    return rows[0]


def training_tokens(model_name: str) -> float:
    """Tokens that a model was trained on, by the card that gives its GPU-hours."""
    tokens = _training_tokens(training_run(model_name))
    if tokens is None:
        raise ValueError(f"nobody has published on how many tokens {model_name} was trained")
    return tokens


def _rate(row: catalog.Measurement, n_active: float) -> tuple[str, float] | None:
    """Kind of the row and the FLOP/s that one of its chips reached; None where it does not say."""
    chips = row.n_chips or 1
    tokens = _training_tokens(row)
    if row.metric == "gpu_hours" and tokens:
        return "training", physics.training_flops(n_active, tokens) / (row.value * 3600)
    if row.metric == "tok_s_chip":
        return "training", physics.training_flops(n_active, row.value)
    users = _users(row)
    if users is None or not (users == 1 or users >= MANY):
        return None
    kind = "one" if users == 1 else "many"
    if row.metric == "tpot_ms":
        return kind, physics.forward_flops(n_active, users) / (row.value * MS) / chips
    if row.metric == "out_tok_s" and row.input_tokens and row.output_tokens:
        tokens = row.value * (row.input_tokens + row.output_tokens) / row.output_tokens
        return kind, physics.forward_flops(n_active, tokens) / chips
    return None


def _users(row: catalog.Measurement) -> float | None:
    """Users served at once; infinity for as many as fit; None for other kinds of load."""
    if row.load_kind not in ("static_batch", "max_concurrency", "offline_max", "single_user"):
        return None
    return 1.0 if row.load_kind == "single_user" else row.batch


def _peak(row: catalog.Measurement) -> float | None:
    chip = catalog.chip(row.chip) if row.chip in catalog.chips() else None
    peak = chip and chip.quantities.get(f"peak.{row.act_precision}")
    return peak.value if peak else None


def _all() -> Iterator[PeakShare]:
    known = set(catalog.models())
    for row in catalog.measurements():
        peak = _peak(row) if row.act_precision in SIXTEEN_BITS else None
        if peak is None or row.model not in known or row.value is None:
            continue
        if row.kind == "training" and row.metric == "mfu":
            yield PeakShare(row, "training", row.value)
        elif rate := _rate(row, catalog.model(row.model).params_active):
            yield PeakShare(row, rate[0], rate[1] / peak)


@cache
def peak_shares(kind: str) -> tuple[PeakShare, ...]:
    """All published rows of one of the KINDS that did 16-bit arithmetic, the lowest share first."""
    return tuple(sorted((p for p in _all() if p.kind == kind), key=lambda p: p.share))


def typical(kind: str) -> float:
    """The median share of a kind."""
    return median(p.share for p in peak_shares(kind))
