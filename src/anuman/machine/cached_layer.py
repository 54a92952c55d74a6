"""One attention layer writes one more token: with a KV cache, and with everything computed again.

fp32, random weights. FLOPs are counted at each matrix product: 2·m·k·n for (m, k) times (k, n).
Sizes: d numbers a token, h query heads, g KV heads, e = d / h numbers a head; n tokens so far.
"""

import math
import time
from dataclasses import dataclass

import numpy as np

from anuman.machine.rounds import Point, run
from anuman.machine.threads import one_thread

WIDTH, HEADS, KV_HEADS = 512, 8, 2
HEAD_DIM = WIDTH // HEADS
LENGTHS = (16, 32, 64, 128, 256, 512, 1024)
BYTES = 4  # of an fp32 number


@dataclass(frozen=True)
class CachePoint:
    """One more token when `tokens` are there already: FLOPs and time (s) both ways.

    cache_bytes: keys and values kept, of this one layer. difference: largest absolute difference
    between both outputs, over the largest output.
    """

    tokens: int
    cached_flops: int
    recomputed_flops: int
    cached_s: float
    recomputed_s: float
    cache_bytes: int
    difference: float


class Layer:
    """Projections to queries, keys, values and back, and causal grouped-query attention."""

    def __init__(self, random: np.random.Generator):
        kept = KV_HEADS * HEAD_DIM
        shape = {"q": (WIDTH, WIDTH), "k": (WIDTH, kept), "v": (WIDTH, kept), "o": (WIDTH, WIDTH)}
        self.weights = {
            name: random.standard_normal(size, np.float32) / np.float32(math.sqrt(WIDTH))
            for name, size in shape.items()
        }
        self.flops = 0

    def product(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """a @ b, counted."""
        self.flops += 2 * math.prod(a.shape) * b.shape[-1]
        return a @ b

    def recompute(self, x: np.ndarray) -> np.ndarray:
        """Outputs of all tokens x (n, d) from nothing: (n, d)."""
        keys, values = self.keys_and_values(x)
        return self._attend(x, keys, values)

    def append(self, x: np.ndarray, keys: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
        """Output (1, d) of one new token x (1, d), whose key and value go to place n of the cache.

        keys, values: (g, room, e).
        """
        key, value = self.keys_and_values(x)
        keys[:, n : n + 1], values[:, n : n + 1] = key, value
        return self._attend(x, keys[:, : n + 1], values[:, : n + 1])

    def keys_and_values(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keys and values of tokens x (t, d), each (g, t, e)."""
        both = (self.product(x, self.weights[name]) for name in "kv")
        keys, values = (b.reshape(len(x), KV_HEADS, HEAD_DIM).transpose(1, 0, 2) for b in both)
        return keys, values

    def _attend(self, x: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Causal attention of the last len(x) tokens to all of keys and values (g, n, e)."""
        new, total = len(x), keys.shape[1]
        group = HEADS // KV_HEADS
        q = self.product(x, self.weights["q"]) / np.float32(math.sqrt(HEAD_DIM))
        q = q.reshape(new, KV_HEADS, group, HEAD_DIM).transpose(1, 2, 0, 3)
        q = q.reshape(KV_HEADS, group * new, HEAD_DIM)
        scores = self.product(q, keys.transpose(0, 2, 1)).reshape(KV_HEADS, group, new, total)
        if new > 1:
            scores += np.triu(np.full((new, total), -1e9, np.float32), total - new + 1)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        out = self.product(weights.reshape(KV_HEADS, group * new, total), values)
        out = out.reshape(KV_HEADS, group, new, HEAD_DIM).transpose(2, 0, 1, 3)
        return self.product(out.reshape(new, WIDTH), self.weights["o"])


def measure_cache(seconds: float = 4.0) -> list[CachePoint]:
    """Time and count both ways at each of LENGTHS, in turn, for about `seconds` s; one BLAS thread."""
    if not 0 < seconds <= 600:
        raise ValueError(f"seconds is {seconds!r}: give a number above 0 and at most 600")
    random = np.random.default_rng(4)
    layer = Layer(random)
    text = random.standard_normal((LENGTHS[-1] + 1, WIDTH), np.float32)
    kept = [np.ascontiguousarray(part) for part in layer.keys_and_values(text)]
    work = {}
    for n in LENGTHS:
        # Default arguments bind this n; the cache holds the right n rows, so each call repeats alike.
        work["cached", n] = lambda n=n: layer.append(text[n : n + 1], *kept, n)
        work["recomputed", n] = lambda n=n: layer.recompute(text[: n + 1])
    with one_thread():
        points = [
            Point(key, job, calls=20 if key[0] == "cached" else 1, warm=True)
            for key, job in work.items()
        ]
        run(points, time.perf_counter() + seconds, lambda fraction: None, lambda: False)
    best = {point.key: point.best for point in points}
    return [_point(layer, work, best, n) for n in LENGTHS]


def _point(layer: Layer, work: dict, best: dict, n: int) -> CachePoint:
    outputs, flops = {}, {}
    for way in ("cached", "recomputed"):
        layer.flops = 0
        outputs[way] = work[way, n]()[-1]
        flops[way] = layer.flops
    apart = np.max(np.abs(outputs["cached"] - outputs["recomputed"]))
    return CachePoint(
        tokens=n,
        cached_flops=flops["cached"],
        recomputed_flops=flops["recomputed"],
        cached_s=best["cached", n],
        recomputed_s=best["recomputed", n],
        cache_bytes=2 * n * KV_HEADS * HEAD_DIM * BYTES,
        difference=float(apart / np.max(np.abs(outputs["recomputed"]))),
    )
