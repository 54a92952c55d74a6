"""The same model reads prompts of growing length: time and FLOPs of each, beside what this computer can do."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import one_blas_thread, timed_forward
from anuman.lm.model import Model

LENGTHS = (1, 2, 4, 8, 16, 32, 64, 120)  # tokens; the bundled model's context holds 128
ROWS = 256  # of the product whose speed stands for the computer's arithmetic


@dataclass(frozen=True)
class PrefillPoint:
    """A prompt of `tokens` read in one step: least time (s) and FLOPs counted."""

    tokens: int
    seconds: float
    flops: int


@dataclass(frozen=True)
class Prefills:
    """Prompts of growing length. step_s: a decode step after half the longest prompt, in s.

    flops_per_s: what one thread reaches in a large product of the model's own layers.
    """

    points: tuple[PrefillPoint, ...]
    step_s: float
    flops_per_s: float


def measure_prefill(model: Model, lengths: Sequence[int] = LENGTHS, rounds: int = 15) -> Prefills:
    """Least times at each length, visited in turn, round after round, with one BLAS thread.

    Raises LmError for a length that the model's context does not hold, or without rounds.
    """
    if rounds < 1:
        raise LmError(f"{rounds} rounds; at least 1 is needed")
    text = np.random.default_rng(3).integers(0, model.config.vocab, max(lengths)).tolist()
    best: dict[int, PrefillPoint] = {}
    steps, rates = [], []
    for _round in range(rounds):
        for n in lengths:
            _logits, seconds, work = timed_forward(model, [text[:n]], [Cache(model.config)])
            before = best.get(n)
            if before is None or seconds < before.seconds:
                best[n] = PrefillPoint(n, seconds, work.flops)
        steps.append(_decode_s(model, text[: max(1, max(lengths) // 2)]))
        rates.append(_product_rate(model))
    return Prefills(tuple(best[n] for n in lengths), min(steps), max(rates))


def _decode_s(model: Model, text: list[int]) -> float:
    cache = Cache(model.config)
    timed_forward(model, [text], [cache])
    return timed_forward(model, [text[:1]], [cache])[1]


def _product_rate(model: Model) -> float:
    """FLOP/s of a large product with weights of the model's own shape."""
    d, hidden = model.config.dim, model.config.hidden
    a, b = np.ones((ROWS, d), np.float32), np.ones((d, hidden), np.float32)
    with one_blas_thread():
        start = time.perf_counter()
        a @ b
        return 2 * ROWS * d * hidden / (time.perf_counter() - start)
