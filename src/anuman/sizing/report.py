"""The answer in words and numbers, each formula spelled out with what enters it."""

import json
import sys
from pathlib import Path

from ..catalog import Model, UnknownName, chips
from ..catalog.hf_config import Config, ConfigError, read_config_file
from ..physics import Deployment, kv_cache_bytes
from ..physics.context import index_bytes_per_token, windowed_share
from ..physics.layers import expert_parameters, kv_elements_per_token
from .answer import Sized, SizeError, bits, size

USUAL_CONTEXT = 8192


def run(
    config: Path, context: int | None = None, batch: int = 1, weight_bits: str | None = None,
    kv_bits: float = 16, chip: str | None = None, chip_count: int | None = None,
    json_file: Path | None = None,
) -> int:  # fmt: skip
    """Print the answer. 0 done, 1 a named state (beyond the context, does not fit), 2 bad input."""
    try:
        read = read_config_file(config)
        asked = min(read.context or USUAL_CONTEXT, USUAL_CONTEXT) if context is None else context
        _check(asked, batch, kv_bits, chip_count)
        stored = bits(weight_bits) if weight_bits else read.weight_bits
        names = [chip] if chip else chips()
        sizes = [
            size(read.model, name, asked, batch, stored, kv_bits, chip_count) for name in names
        ]
    except (ConfigError, SizeError, UnknownName) as error:
        print(f"anuman size: {error}", file=sys.stderr)
        return 2
    answer = as_json(read, sizes, asked, batch, stored, kv_bits, one=chip is not None)
    text = json.dumps(answer, indent=1)
    if json_file == Path("-"):
        print(text)
    else:
        print("\n".join(lines(read, sizes, asked, batch, stored, kv_bits)))
        if json_file:
            try:
                json_file.write_text(text + "\n", encoding="utf-8")
            except OSError as error:
                print(f"anuman size: {error.filename}: {error.strerror}", file=sys.stderr)
                return 2
    return 1 if answer["state"] else 0


def _check(context: int, batch: int, kv_bits: float, chip_count: int | None) -> None:
    for option, value, most in (
        ("--context", context, 10**9), ("--batch", batch, 10**7), ("--chips", 1 if chip_count is None else chip_count, 10**5),
    ):  # fmt: skip
        if not 1 <= value <= most:
            raise SizeError(option, f"{value} is not between 1 and {most}")
    if not 1 <= kv_bits <= 32:
        raise SizeError("--kv-bits", f"{kv_bits:g} is not between 1 and 32 (bits, not bytes)")


def weight_bytes(model: Model, weight_bits: float) -> float:
    """Bytes of all weights, those beside 4-bit experts at the 16 bits that they keep."""
    return Deployment("H100-SXM", model, weight_bits=weight_bits).weight_bytes


def state_of(read: Config, sizes: list[Sized], context: int) -> str:
    """What keeps the answer from being whole, "" when nothing does."""
    if read.context is not None and context > read.context:
        return f"beyond the context: the model reads at most {read.context:,} tokens"
    return sizes[0].state if len(sizes) == 1 else ""


def as_json(
    read: Config, sizes: list[Sized], context: int, batch: int, weight_bits: float, kv_bits: float, one: bool
) -> dict:  # fmt: skip
    """The answer; for one chip its numbers, for all of them a table of numbers by chip."""

    def by_chip(field: str):
        return getattr(sizes[0], field) if one else {s.chip: getattr(s, field) for s in sizes}

    one_request = kv_cache_bytes(read.model, context, kv_bits / 8)
    return {
        "model": read.model.name,
        "family": read.family.title,
        "params": read.model.params,
        "params_active": read.model.params_active,
        "weight_bits": weight_bits,
        "weight_bytes": round(weight_bytes(read.model, weight_bits)),
        "kv_bytes_per_token": one_request / context,
        "kv_bytes_per_request": round(one_request),
        "context": context,
        "batch": batch,
        "chips": by_chip("chips"),
        "requests": by_chip("requests"),
        "tpot_s": by_chip("tpot_s"),
        "ttft_s": by_chip("ttft_s"),
        "assumed": list(read.assumed),
        "state": state_of(read, sizes, context),
    }


def lines(
    read: Config, sizes: list[Sized], context: int, batch: int, weight_bits: float, kv_bits: float
) -> list[str]:
    """The answer for the screen."""
    model = read.model
    every = weight_bytes(model, weight_bits)
    out = [f"{model.name} ({read.family.title})"]
    out += [f"  assumed: {line}" for line in read.assumed]
    active = "" if model.experts is None else f", of which a token uses {model.params_active:,.0f}"
    out += [
        f"parameters    {model.params:,.0f}{active}",
        f"weights       {_weights(model, weight_bits)} = {every / 1e9:,.4g} GB",
        f"KV cache      {_cache(model, kv_bits)}",
        f"one request   {_request(model, context, kv_bits)}",
        "requests      (0.90 · chips · memory − weights) / cache of one request",
        f"TPOT          one step of {batch} request{'s' * (batch > 1)} of {context:,} tokens: weights and caches read, the",
        "              products computed, kernels started, chips' sums exchanged; see anuman validate",
        f"TTFT          reading one prompt of {context:,} tokens on an idle machine",
    ]
    if state := state_of(read, sizes, context):
        out.append(f"STATE         {state}")
    out += ["", f"{'chip':<14}{'chips':>6}{'requests':>10}{'TPOT':>12}{'TTFT':>12}  arithmetic"]
    return out + [_row(one) for one in sizes]


def _weights(model: Model, weight_bits: float) -> str:
    if not (model.narrow_experts and weight_bits < 8):
        return f"{model.params:,.0f} · {weight_bits:g}/8 bytes"
    experts = expert_parameters(model)
    return f"experts {experts:,.0f} · {weight_bits:g}/8 + the rest {model.params - experts:,.0f} · 2 bytes"


def _cache(model: Model, kv_bits: float) -> str:
    each = kv_bits / 8
    token = kv_elements_per_token(model) * each
    if model.attention == "MLA":
        width = f"({model.kv_lora_rank} latent + {model.rope_head_dim} rotated)"
        text = f"{model.layers} layers · {width} · {each:g} bytes = {token:,.0f} bytes a token"
    else:
        text = (
            f"2 · {model.layers} layers · {model.kv_heads} KV heads · {model.head_dim} · {each:g} bytes "
            f"= {token:,.0f} bytes a token"
        )
    if model.index_topk:
        text += f", and {index_bytes_per_token(model):,.0f} of the index"
    return text


def _request(model: Model, context: int, kv_bits: float) -> str:
    total = kv_cache_bytes(model, context, kv_bits / 8)
    share = windowed_share(model)
    if not share:
        return f"{context:,} tokens = {total / 1e9:,.4g} GB"
    return (
        f"{context:,} tokens in {model.layers - model.window_layers} layers, at most {model.window:,} in "
        f"{model.window_layers} = {total / 1e9:,.4g} GB"
    )


def _row(one: Sized) -> str:
    def seconds(value: float | None) -> str:
        return "-" if value is None else f"{value * 1e3:,.4g} ms"

    count = "-" if one.requests is None else f"{one.requests:,}"
    return (
        f"{one.chip:<14}{one.chips or '-':>6}{count:>10}{seconds(one.tpot_s):>12}{seconds(one.ttft_s):>12}  "
        f"{one.arithmetic}{'  ' + one.state if one.state else ''}"
    )
