"""One attention layer writes one more token: with a KV cache, and with everything computed again.

fp32, random weights. FLOPs are counted at each matrix product (anuman.lm.counting).
Sizes: d numbers a token, h query heads, g KV heads, e = d / h numbers a head; n tokens so far.
"""

import math
import time
from dataclasses import dataclass

import numpy as np

from anuman.lm.attention import attention
from anuman.lm.counting import counted
from anuman.lm.products import matmul
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
    """Projections to queries, keys, values and back, and the model's own causal grouped-query attention."""

    def __init__(self, random: np.random.Generator):
        kept = KV_HEADS * HEAD_DIM
        self.weights = {
            name: random.standard_normal((out, WIDTH), np.float32) / np.float32(math.sqrt(WIDTH))
            for name, out in {"q": WIDTH, "k": kept, "v": kept, "o": WIDTH}.items()
        }

    def recompute(self, x: np.ndarray) -> np.ndarray:
        """Outputs of all tokens x (n, d) from nothing: (n, d)."""
        return self._attend(x, *self.keys_and_values(x))

    def append(self, x: np.ndarray, keys: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
        """Output (1, d) of one new token x (1, d), whose key and value go to place n of the cache.

        keys, values: (room, g, e).
        """
        keys[n : n + 1], values[n : n + 1] = self.keys_and_values(x)
        return self._attend(x, keys[: n + 1], values[: n + 1])

    def keys_and_values(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keys and values of tokens x (t, d), each (t, g, e)."""
        keys, values = (
            matmul(x, self.weights[name]).reshape(len(x), KV_HEADS, HEAD_DIM) for name in "kv"
        )
        return keys, values

    def _attend(self, x: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Outputs (t, d) of the last tokens x (t, d), which attend to all of keys and values (n, g, e)."""
        queries = matmul(x, self.weights["q"]).reshape(len(x), HEADS, HEAD_DIM)
        return matmul(attention(queries, keys, values), self.weights["o"])


def measure_cache(seconds: float = 4.0) -> list[CachePoint]:
    """Time and count both ways at each of LENGTHS, in turn, for about `seconds` s; one BLAS thread."""
    if not 0 < seconds <= 600:
        raise ValueError(f"seconds is {seconds!r}: give a number above 0 and at most 600")
    random = np.random.default_rng(4)
    layer = Layer(random)
    text = random.standard_normal((LENGTHS[-1] + 1, WIDTH), np.float32)
    kept = layer.keys_and_values(text)
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
    return [_point(work, best, n) for n in LENGTHS]


def _point(work: dict, best: dict, n: int) -> CachePoint:
    outputs, flops = {}, {}
    for way in ("cached", "recomputed"):
        with counted() as products:
            outputs[way] = work[way, n]()[-1]
        flops[way] = products.flops
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
