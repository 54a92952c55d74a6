"""How fast a model runs on this computer: one BLAS thread, medians of steps."""

import statistics

import numpy as np

from anuman.language import _, number
from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import timed_forward
from anuman.lm.model import Model

BATCHES = (1, 2, 4, 8)
PROMPT = 256  # tokens


def measure(model: Model, tokens: int = 64, batches: tuple[int, ...] = BATCHES) -> dict:
    """Times of a prefill and of decode steps at several batches; tokens drawn at random, seed 0.

    tokens: decode steps of batch 1; larger batches take a share of them. Keys name the unit.
    """
    if tokens < 2:
        raise LmError(f"{tokens} tokens to decode; at least 2 are needed")
    config, random = model.config, np.random.default_rng(0)
    length = min(PROMPT, config.context // 2)
    steps = min(tokens, config.context - length)
    prompt = random.integers(0, config.vocab, length)
    speeds = {
        "prompt_tokens": length,
        "weight_bytes": model.nbytes,
        "prefill_s": min(_prefill(model, prompt) for _ in range(3)),
        "decode": [],
    }
    for batch in batches:
        caches = [Cache(config, length + steps) for _ in range(batch)]
        for cache in caches:
            timed_forward(model, [prompt], [cache])
        taken = []
        for _round in range(max(2, steps // batch)):
            new = [[int(t)] for t in random.integers(0, config.vocab, batch)]
            _logits, seconds, work = timed_forward(model, new, caches)
            taken.append(seconds)
        seconds = statistics.median(taken)
        speeds["decode"].append(
            {"batch": batch, "step_s": seconds, "flops": work.flops, "bytes": work.bytes}
        )
    return speeds


def _prefill(model: Model, prompt: np.ndarray) -> float:
    return timed_forward(model, [prompt], [Cache(model.config, len(prompt))])[1]


def table(model: Model, speeds: dict) -> str:
    """The measurement as plain text."""
    prompt, seconds = speeds["prompt_tokens"], speeds["prefill_s"]
    lines = [
        _("{params} weights, {size:.4g} MB, one thread").format(
            params=number(model.config.params), size=speeds["weight_bytes"] / 1e6
        ),
        _("prefill  {prompt} tokens in {seconds:.3f} s: {rate} tokens/s").format(
            prompt=prompt, seconds=seconds, rate=number(prompt / seconds)
        ),
        _("decode   batch     ms a step   tokens/s   GB/s read   GFLOP/s"),
    ]
    for row in speeds["decode"]:
        step = row["step_s"]
        lines.append(
            f"         {row['batch']:5}  {1e3 * step:12.2f}  {number(row['batch'] / step):>9}  "
            f"{row['bytes'] / step / 1e9:10.1f}  {row['flops'] / step / 1e9:8.1f}"
        )
    return "\n".join(lines)
