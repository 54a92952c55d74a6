"""Score predictions: relative errors, their medians by kind, and what a fitted factor would change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from statistics import median

from ..catalog.errors import MissingValue, UnknownName
from ..physics import predict
from .reasons import reason
from .table import Row

# What is reported together, in this order; a metric belongs to the first kind that lists it.
KINDS = {
    "tokens/s": ("out_tok_s", "in_tok_s_node", "out_tok_s_node"),
    "TPOT": ("tpot_ms",),
    "TTFT, unloaded": ("ttft_ms",),
    "whole-batch latency": ("e2e_ms",),
    "prefill MFU": ("prefill_mfu",),
    "load at a given TPOT": ("qps_at_tpot",),
    "latency at a given load": ("tpot_mean_ms", "tpot_p99_ms", "ttft_p50_ms", "ttft_p99_ms"),
    "training benchmarks": ("tok_s_chip", "mfu"),
    "GPU-hours of model cards": ("gpu_hours",),
    "energy": ("j_per_out_token",),
    "single kernels": ("mlp_layer_us", "allreduce_us"),
}
INFERENCE = ("tokens/s", "TPOT", "TTFT, unloaded", "whole-batch latency", "prefill MFU")

# A model card's hours count restarts, evaluation and long-context stages beside the pass over the tokens:
# from 0.7 times to 3.5 times the hours that 6·N·D at a benchmark's MFU takes.
CARD_RANGE = (0.7, 3.5)


@dataclass(frozen=True)
class Scored:
    """A row with its prediction; error = predicted/published - 1, None where one of them is missing."""

    row: Row
    predicted: float | None
    error: float | None
    why: str

    @property
    def metric(self) -> str:
        return self.row.fields.get("metric") or ""

    @property
    def kind(self) -> str:
        return next((kind for kind, metrics in KINDS.items() if self.metric in metrics), "other")

    @property
    def beyond(self) -> float | None:
        """Distance to what others measured of the same, relative to the nearer end; 0 inside, None where one measured alone."""
        if self.row.spread is None or self.predicted is None:
            return None
        low, high = self.row.spread.low, self.row.spread.high
        return max(0.0, low / self.predicted - 1, self.predicted / high - 1)

    @property
    def counts(self) -> bool:
        """True when the row enters the summary."""
        return self.error is not None and self.row.scored


@dataclass(frozen=True)
class Summary:
    """Errors of one kind: how many, median, 90th percentile (nearest rank), and with groups left out."""

    kind: str
    rows: int
    scored: int
    median: float | None
    p90: float | None
    left_out_median: float | None
    within: str = ""


def score_row(row: Row) -> Scored:
    """Predict one row; what goes wrong is said in `why` and stops no other row."""
    if row.problem:
        return Scored(row, None, None, f"{row.where}: {row.problem}")
    try:
        predicted = predict(row.fields)
    except (ValueError, MissingValue, UnknownName) as error:
        return Scored(row, None, None, f"{row.where}: {error}")
    except ArithmeticError as error:
        return Scored(row, None, None, f"{row.where}: no machine has these conditions ({error})")
    if not isfinite(predicted):
        return Scored(row, None, None, f"{row.where}: the formula gives {predicted}")
    if row.published is None:
        return Scored(row, predicted, None, "no published value")
    error = predicted / row.published - 1
    return Scored(row, predicted, error, reason(row.fields, error))


def score(rows: Iterable[Row]) -> list[Scored]:
    """Every row, in order, with its prediction."""
    return [score_row(row) for row in rows]


def percentile(values: Sequence[float], share: float) -> float:
    """Smallest of the values that at least this share of them does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[ceil(share * len(ordered)) - 1]


def left_out_errors(scored: Sequence[Scored]) -> list[float]:
    """Absolute errors when each group's rows are corrected by the one factor that suits all other groups.

    The model has no parameter fitted to these rows. This shows what a fitted factor would bring: about the
    same error means that the rows have no common bias left to fit.
    """
    groups = defaultdict(list)
    for one in scored:
        groups[one.row.fields.get("group") or one.row.id].append(one)
    if len(groups) < 2:
        return []
    errors = []
    for name, members in groups.items():
        others = [
            one.row.published / one.predicted
            for key, rest in groups.items()
            if key != name
            for one in rest
        ]
        factor = median(others)
        errors += [abs(one.predicted * factor / one.row.published - 1) for one in members]
    return errors


def _summary(kind: str, scored: Sequence[Scored]) -> Summary:
    counted = [one for one in scored if one.counts]
    if not counted:
        return Summary(kind, len(scored), 0, None, None, None)
    errors = [abs(one.error) for one in counted]
    left_out = left_out_errors(counted)
    within = ""
    if kind == "GPU-hours of model cards":
        low, high = CARD_RANGE
        inside = sum(low <= one.row.published / one.predicted <= high for one in counted)
        within = f"{inside} of {len(counted)} between {low} and {high} times the prediction"
    several = [one.beyond for one in counted if one.beyond is not None]
    if several:
        inside, half = several.count(0.0), f"{median(several):.0%}"
        within = f"{inside} of {len(several)} measured by several lie inside their spread, half at most {half} outside"
    return Summary(
        kind,
        len(scored),
        len(counted),
        median(errors),
        percentile(errors, 0.9),
        median(left_out) if left_out else None,
        within,
    )


def summaries(scored: Sequence[Scored]) -> list[Summary]:
    """A summary a kind, then one over all inference rows."""
    rows = [
        _summary(kind, members)
        for kind in (*KINDS, "other")
        if (members := [one for one in scored if one.kind == kind])
    ]
    inference = [one for one in scored if one.kind in INFERENCE]
    if inference:
        rows.append(_summary("all inference", inference))
    return rows
