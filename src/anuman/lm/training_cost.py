"""What a training step costs beside a forward pass of the same model on the same tokens, measured.

FLOPs are counted at every product, bytes by Python's own record of allocations, times as the least of
several rounds in turn with one BLAS thread.
"""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anuman.lm import backprop
from anuman.lm.cache import Cache
from anuman.lm.config import Config
from anuman.lm.counting import counted
from anuman.lm.model import forward
from anuman.lm.training import CONFIG, Recipe, Training, one_thread

ROUNDS = 5


@dataclass(frozen=True)
class Cost:
    """FLOPs, s and bytes for `batch` sequences of `context` tokens.

    forward_flops, step_flops: counted.  forward_s, step_s, adam_s: the step is forward, backward and
    Adam.  serving_state, training_state: bytes of weights; of weights, gradients and two moments.
    serving_peak: most bytes at a time while the model reads the sequences one by one and decodes one
    token of all, its weights and KV caches among them.  training_peak: the same in a training step.
    """

    params: int
    batch: int
    context: int
    forward_flops: int
    step_flops: int
    forward_s: float
    step_s: float
    adam_s: float
    serving_state: int
    training_state: int
    serving_peak: int
    training_peak: int


def measure(
    config: Config = CONFIG,
    batch: int = 8,
    rounds: int = ROUNDS,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[float], object] = lambda _part: None,
) -> Cost | None:
    """Measure one shape of model; None when `cancelled()` was true between two parts of it.

    progress: told the part that is done, 0 to 1.
    """
    recipe = Recipe(batch=batch)
    training = Training.start(recipe, config)
    tokens = training.batch(0)
    works = (
        lambda: backprop.loss_only(training.named_weights, training.config, tokens),
        lambda: training.update(tokens),
        training.adam,
    )
    parts = len(works) * rounds + 4  # the counts and the peaks take about as long as a work each
    done = 0

    def go_on() -> bool:
        nonlocal done
        progress(done / parts)
        done += 1
        return not cancelled()

    if not go_on():
        return None
    with counted() as forward_work:
        works[0]()
    if not go_on():
        return None
    with counted() as step_work:
        works[1]()
    seconds = [float("inf")] * len(works)
    with one_thread():
        for _round in range(rounds):
            for i, work in enumerate(works):
                if not go_on():
                    return None
                start = time.perf_counter()
                work()
                seconds[i] = min(seconds[i], time.perf_counter() - start)
    if not go_on():
        return None
    serving_peak = peak_bytes(lambda: serve(training, tokens))
    if not go_on():
        return None
    training_peak = peak_bytes(lambda: Training.start(recipe, config).update(tokens))
    vectors = (training.weights, training.gradients, training.mean, training.square)
    return Cost(
        training.config.params, batch, config.context,
        forward_work.flops, step_work.flops, *seconds,
        training.weights.nbytes, sum(vector.nbytes for vector in vectors),
        serving_peak, training_peak,
    )  # fmt: skip


def serve(training: Training, tokens: np.ndarray) -> None:
    """Read all sequences but their last token, one after the other; decode one token of them all."""
    model = training.model()
    caches = [Cache(model.config, model.config.context) for _sequence in tokens]
    for row, cache in zip(tokens, caches, strict=True):
        forward(model, [row[:-2].tolist()], [cache])
    forward(model, tokens[:, -2:-1].tolist(), caches)


def peak_bytes(work: Callable[[], object]) -> int:
    """Most bytes that Python and NumPy had allocated at a time during `work()`, beyond those before."""
    tracemalloc.start()
    try:
        before, _peak = tracemalloc.get_traced_memory()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
