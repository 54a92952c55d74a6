"""Predict one published value from its conditions: the same columns as catalog/data/measurements.csv."""

import re
from collections.abc import Callable, Mapping
from math import sqrt

from ..catalog import Measurement, chip, efficiency, model
from .communication import all_reduce
from .conditions import BadRow, Conditions, read
from .deployment import Deployment
from .energy import server_watts, wall_joules_per_token
from .layers import attention_flops_per_pair
from .layouts import arithmetic, deployment, layout, layouts, made, power_share
from .load import (
    Saturated,
    continuous_throughput,
    max_batch,
    offline_throughput,
    rate_at_tpot,
    static_throughput,
    steady_step,
    tpot_at_rate,
)
from .mlp import mlp_layer
from .placement import DoesNotFit, arithmetic_bits
from .rates import dense_peak
from .speculating import drafting
from .training_rows import gpu_hours, training_mfu, training_tokens_per_s

MS, US = 1e3, 1e6
NODE = 8  # chips, where the row does not say
PROMPTS_A_NODE = 32  # assumed to be read together, enough that the weights' bytes no longer matter
P99 = 2.33  # standard deviations that 99 of 100 draws of a normal variable stay below


class NotPredicted(ValueError):
    """No formula here gives this metric; the message lists those that there are."""


def predict(row: Mapping | Measurement) -> float:
    """The value of row["metric"] in the row's unit, predicted from the row's conditions.

    row: a mapping with the columns of measurements.csv (text or numbers), or a Measurement; its own
    value is never read. Raises BadRow naming a column, NotPredicted, UnknownName, MissingValue, or
    DoesNotFit.
    """
    c = row if isinstance(row, Conditions) else read(row)
    try:
        formula = FORMULAS[c.metric]
    except KeyError:
        raise NotPredicted(
            f"no formula for metric {c.metric!r}; there are {', '.join(FORMULAS)}"
        ) from None
    return formula(c)


def _batch(c: Conditions) -> float:
    if not c.load:
        raise BadRow("batch_or_qps", "empty or zero; this metric needs a batch or a rate")
    return c.load


def _prompt(c: Conditions) -> float:
    if not c.prompt:
        raise BadRow("input_tokens", "empty or zero; this metric reads a prompt")
    return c.prompt


def _tpot_ms(c: Conditions) -> float:
    d, drafted = deployment(c), drafting(c)
    if drafted:
        return MS * drafted.tpot(d, _batch(c), c.prompt + c.output / 2)
    return MS * d.tpot(_batch(c), c.prompt, c.output)


def _ttft_ms(c: Conditions) -> float:
    return MS * deployment(c).ttft(_prompt(c), _batch(c))


def _e2e_ms(c: Conditions) -> float:
    return MS * deployment(c).end_to_end(_batch(c), _prompt(c), c.output)


def _out_tok_s(c: Conditions) -> float:
    if c.load_kind == "max_concurrency":  # few sequences are best served by all chips together
        return max(_tokens_per_s(c, *one) for one in layouts(c))
    return _tokens_per_s(c, *layout(c))


def _tokens_per_s(c: Conditions, d: Deployment, replicas: int) -> float:
    """Output tokens a second of all replicas; under requests at a rate as many as they ask for, if those can be served."""
    if c.load_kind in ("offline_max", "poisson_qps") or c.load is None:
        most = replicas * offline_throughput(d, c.prompt, c.output)
        return min(_batch(c) * c.output, most) if c.load_kind == "poisson_qps" else most
    if c.load_kind == "max_concurrency":
        batch = min(c.load / replicas, max_batch(d, c.prompt, c.output))
        return replicas * continuous_throughput(d, batch, c.prompt, c.output)
    return replicas * static_throughput(d, c.load / replicas, c.prompt, c.output)


def _node(c: Conditions) -> tuple[Deployment, int]:
    """(what serves a share of a node's sequences, such shares in a node).

    Experts are shared out over the chips that the software names ("EP32"), else over the fewest whole nodes that
    hold the model, and each chip serves its own sequences. The chips of a node share a dense model's layers.
    """
    chips = c.chips or NODE
    numbers = (c.weight_bits, arithmetic(c.chip, c.activation), c.kv_bits, c.software, 1.0)
    experts = model(c.model).experts
    if experts is None:
        return made(c.chip, c.model, chips, 1, *numbers), 1
    named = re.search(r"\bEP(\d+)", c.software)
    groups = [int(named[1])] if named else range(chips, max(chips, experts) + 1, chips)
    for ep in groups:
        d = made(c.chip, c.model, 1, 1, *numbers, ep)
        if d.fits:
            return d, chips
    raise DoesNotFit(f"{c.model} does not fit on {groups[-1]} {c.chip}, one expert a layer on each")


def _in_tok_s_node(c: Conditions) -> float:
    d, shares = _node(c)
    cached = (c.noted(r"([\d.]+) ?% cache hits") or 0.0) / 100
    if cached >= 1:
        raise BadRow("note", "every token from the cache leaves none to read")
    prompts = PROMPTS_A_NODE / shares
    return shares * prompts * c.prompt / d.prefill(_prompt(c), prompts) / (1 - cached)


def _out_tok_s_node(c: Conditions) -> float:
    d, shares = _node(c)
    per_chip = c.noted(r"batch per GPU ~?(\d+)")
    batch = per_chip * d.tp if per_chip else max_batch(d, c.prompt, c.output)
    return shares * batch / d.decode_step(batch, c.prompt + c.output / 2)


def _prefill_mfu(c: Conditions) -> float:
    d = deployment(c)
    batch = _batch(c)
    pairs = batch * _prompt(c) ** 2 / 2
    flops = 2 * d.model.params_active * batch * c.prompt + pairs * attention_flops_per_pair(d.model)
    peak = chip(c.chip).peak(chip(c.chip).peak16) * d.tp
    return flops / d.prefill(c.prompt, batch) / peak


# --- under Poisson load ------------------------------------------------------------------------------


def _step_under_load(c: Conditions) -> tuple[Deployment, float, float]:
    """(replica, seconds a step, sequences in it) at the row's rate; at the most it can do when saturated."""
    d, replicas = layout(c)
    rate = _batch(c) / replicas
    step = tpot_at_rate(d, rate, _prompt(c), c.output)
    if isinstance(step, Saturated):
        batch = max_batch(d, c.prompt, c.output)
        return d, steady_step(d, batch, c.prompt, c.output), batch
    return d, step, rate * c.output * step


def _tpot_mean_ms(c: Conditions) -> float:
    return MS * _step_under_load(c)[1]


def _tpot_p99_ms(c: Conditions) -> float:
    """The sequences in flight vary like a Poisson variable: sd sqrt(batch)."""
    d, step, batch = _step_under_load(c)
    high = min(batch + P99 * sqrt(batch), max_batch(d, c.prompt, c.output))
    return MS * max(step, steady_step(d, high, c.prompt, c.output))


def _step_with_prompts(d: Deployment, batch: float, prompts: float, prompt: float) -> float:
    fixed, slope = d.affine(batch, prompts * prompt, prompts * prompt**2 / 2, prompt)
    return fixed + slope * batch * prompt


def _ttft_p50_ms(c: Conditions) -> float:
    """A request waits half a running step on average, then the step that reads its prompt and its fellows'."""
    d, step, batch = _step_under_load(c)
    prompts = max(1.0, batch / c.output)
    return MS * (step / 2 + _step_with_prompts(d, batch, prompts, c.prompt))


def _ttft_p99_ms(c: Conditions) -> float:
    """It arrives as a crowded step begins, and shares its own with an unlucky number of other prompts."""
    d, _, batch = _step_under_load(c)
    prompts = batch / c.output
    unlucky = 1 + prompts + P99 * sqrt(prompts)
    return MS * 2 * _step_with_prompts(d, batch, unlucky, c.prompt)


def _qps_at_tpot(c: Conditions) -> float:
    try:
        tpot_s = c.given["tpot_mean_ms"] / MS
    except KeyError:
        raise BadRow("given", "qps_at_tpot needs tpot_mean_ms=...") from None
    d, replicas = layout(c)
    return replicas * rate_at_tpot(d, tpot_s, _prompt(c), c.output)


# --- single kernels -----------------------------------------------------------------------------------


def _mlp_layer_us(c: Conditions) -> float:
    m = model(c.model)
    flops, nbytes = mlp_layer(
        _batch(c), m.width, m.ffn_width, m.ffn_matrices, c.weight_bits / 8, c.tp
    )
    bits = arithmetic_bits(c.activation)
    share = efficiency(c.chip, "gemm", bits)
    memory = nbytes / (chip(c.chip).bandwidth * share.memory)
    compute = flops / (dense_peak(chip(c.chip), c.activation) * share.compute)
    return US * (2 * share.kernel_s + sqrt(memory**2 + compute**2))


def _allreduce_us(c: Conditions) -> float:
    share = efficiency(c.chip, "all_reduce")
    if share.hop_s:
        start = 2 * (share.ranks_per_chip * c.tp - 1) * share.hop_s
    else:
        start = share.eager[min(c.tp.bit_length() - 2, len(share.eager) - 1)]
    return US * all_reduce(
        _batch(c), c.tp, chip(c.chip).quantity("link").value * share.memory, start
    )


# --- energy -------------------------------------------------------------------------------------------


def _j_per_out_token(c: Conditions) -> float:
    chips = c.chips or c.tp * c.pp * c.replicas
    watts = server_watts(chips, power_share(c) * chip(c.chip).power)
    return wall_joules_per_token(watts, _out_tok_s(c))


FORMULAS: dict[str, Callable[[Conditions], float]] = {
    "tpot_ms": _tpot_ms,
    "ttft_ms": _ttft_ms,
    "e2e_ms": _e2e_ms,
    "out_tok_s": _out_tok_s,
    "in_tok_s_node": _in_tok_s_node,
    "out_tok_s_node": _out_tok_s_node,
    "prefill_mfu": _prefill_mfu,
    "qps_at_tpot": _qps_at_tpot,
    "tpot_mean_ms": _tpot_mean_ms,
    "tpot_p99_ms": _tpot_p99_ms,
    "ttft_p50_ms": _ttft_p50_ms,
    "ttft_p99_ms": _ttft_p99_ms,
    "mlp_layer_us": _mlp_layer_us,
    "allreduce_us": _allreduce_us,
    "mfu": training_mfu,
    "tok_s_chip": training_tokens_per_s,
    "gpu_hours": gpu_hours,
    "j_per_out_token": _j_per_out_token,
}
