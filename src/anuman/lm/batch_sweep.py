"""Decode steps of one model at batch 1 to 32, timed in two forms of the same products.

"blocks" is how the engine multiplies (see products); "plain" is x @ Wᵀ, for which BLAS rearranges the
whole of W as soon as there are two rows. With one row both are the same product. All points are
visited in turn, round after round, and each keeps its least time.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.config import Config
from anuman.lm.generating import timed_forward
from anuman.lm.model import Model
from anuman.lm.products import plain

BATCHES = (1, 2, 4, 8, 16, 32)
FORMS = ("blocks", "plain")
MOST_ROUNDS = 50
# 35 million weights, 140 MB: larger than most caches, small enough for any laptop. What the numbers
# are does not change the time, so they are random and need no download.
SPEED_CONFIG = Config(vocab=8192, dim=512, layers=10, heads=8, kv_heads=2, hidden=1536, context=256)


@dataclass(frozen=True)
class BatchStep:
    """The least time in s of a decode step at one batch, its FLOPs, the bytes of weights and KV read."""

    batch: int
    seconds: float
    flops: int
    nbytes: int


@dataclass(frozen=True)
class Sweep:
    """Steps by form and batch; weight_bytes of the model, context in tokens of every sequence.

    spread: how far the minima of odd and even rounds lie apart, relative, in the median of the points.
    """

    params: int
    weight_bytes: int
    context: int
    rounds: int
    spread: float
    steps: dict[str, tuple[BatchStep, ...]]


def measure(
    model: Model,
    context: int = 64,
    rounds: int = 4,
    seconds_wanted: float = 4.0,
    progress: Callable[[float], object] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Sweep | None:
    """Time all batches in both forms; None when `cancelled()` was true between two steps.

    At least `rounds` rounds, and for a small model more, up to `seconds_wanted` s.
    Raises OutOfMemory when the caches do not fit, ValueError for fewer than 2 rounds.
    """
    if rounds < 2:
        raise ValueError(f"{rounds} rounds: at least 2 are needed to see how well they repeat")
    draw = np.random.default_rng(0)
    caches = [_filled(model.config, context, draw) for _sequence in range(BATCHES[-1])]
    tokens = draw.integers(0, model.config.vocab, (BATCHES[-1], 1)).tolist()
    points = [(form, batch) for batch in BATCHES for form in FORMS]
    seconds: dict[tuple[str, int], list[float]] = {point: [] for point in points}
    works = {}
    done, start = 0, time.monotonic()
    deadline = start + seconds_wanted
    while done < rounds or (done < MOST_ROUNDS and time.monotonic() < deadline):
        for at, (form, batch) in enumerate(points):
            if cancelled():
                return None
            used = caches[:batch]
            if form == "plain":
                with plain():
                    _logits, taken, work = timed_forward(model, tokens[:batch], used)
            else:
                _logits, taken, work = timed_forward(model, tokens[:batch], used)
            for cache in used:
                cache.truncate(context)
            seconds[form, batch].append(taken)
            works[batch] = work
            by_time = (time.monotonic() - start) / max(seconds_wanted, 1e-9)
            progress(min(by_time, (done + (at + 1) / len(points)) / rounds, 1.0))
        done += 1
    progress(1.0)
    alone = min(min(seconds[form, 1]) for form in FORMS)
    apart = [abs(math.log(min(s[::2]) / min(s[1::2]))) for s in seconds.values()]
    return Sweep(
        model.config.params, model.nbytes, context, done, float(np.expm1(np.median(apart))),
        {
            form: tuple(
                BatchStep(
                    b, alone if b == 1 else min(seconds[form, b]), works[b].flops, works[b].bytes
                )
                for b in BATCHES
            )
            for form in FORMS
        },
    )  # fmt: skip


def _filled(config: Config, context: int, draw: np.random.Generator) -> Cache:
    """A cache of `context` tokens with random keys and values."""
    cache = Cache(config, context + 1)
    for layer in range(config.layers):
        keys, values = draw.standard_normal(
            (2, context, config.kv_heads, config.head_dim), np.float32
        )
        cache.put(layer, keys, values)
    cache.advance(context)
    return cache
