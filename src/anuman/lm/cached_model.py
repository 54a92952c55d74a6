"""A whole model writes one more token: with its KV cache, and with the text read again from the start."""

from collections.abc import Sequence

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.cached_layer import CachePoint
from anuman.lm.generating import timed_forward
from anuman.lm.model import Model

LENGTHS = (16, 32, 64, 120)  # tokens before; the bundled model's context holds 128


def measure_cache(
    model: Model, lengths: Sequence[int] = LENGTHS, rounds: int = 12
) -> list[CachePoint]:
    """Least time and FLOPs of both ways at each length, visited in turn, round after round."""
    text = np.random.default_rng(4).integers(0, model.config.vocab, max(lengths) + 1).tolist()
    best: dict[int, tuple[float, float]] = {}
    points = []
    for turn in range(rounds):
        for n in lengths:
            cache, fresh = Cache(model.config), Cache(model.config)
            timed_forward(model, [text[:n]], [cache])
            kept = cache.used_bytes
            cached, cached_s, work = timed_forward(model, [[text[n]]], [cache])
            again, again_s, more = timed_forward(model, [text[: n + 1]], [fresh])
            before = best.get(n, (cached_s, again_s))
            best[n] = min(before[0], cached_s), min(before[1], again_s)
            if turn == rounds - 1:
                apart = np.max(np.abs(cached - again)) / np.max(np.abs(again))
                points.append(CachePoint(n, work.flops, more.flops, *best[n], kept, float(apart)))
    return points
