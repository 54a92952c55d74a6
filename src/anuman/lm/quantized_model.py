"""A model in fewer bits, and what that does to its predictions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import timed_forward
from anuman.lm.model import Model
from anuman.lm.quantization import Quantized, quantize

MATRICES = ("wqkv", "wo", "w_gate_up", "w_down")


def quantize_model(model: Model, bits: int, keep: bool = True) -> Model:
    """The model with every matrix quantized to 8, 4 or 2 bits; the few norm weights stay fp32.

    keep: hold the bits themselves (small, slower in NumPy, which must turn them into fp32 for every
    product); without it the rounded weights are held in fp32 (large, fast, the same predictions).
    """

    def rounded(w: np.ndarray | Quantized) -> np.ndarray | Quantized:
        if isinstance(w, Quantized):
            raise LmError("the model is quantized already; start from the original")
        small = quantize(w, bits)
        return small if keep else small.dequantized()

    layers = [
        replace(layer, **{name: rounded(getattr(layer, name)) for name in MATRICES})
        for layer in model.layers
    ]
    return replace(model, embed=rounded(model.embed), layers=layers)


def loss(model: Model, tokens: Sequence[int]) -> float:
    """Mean of -ln p(next token) over a text, in nats a token: e^loss tokens are about equally likely.

    Raises LmError for a text of fewer than two tokens, and for one longer than the model's context.
    """
    if not 2 <= len(tokens) <= model.config.context + 1:
        raise LmError(f"{len(tokens)} tokens; 2 to {model.config.context + 1} are needed")
    cache = Cache(model.config, len(tokens) - 1)
    logits, _seconds, _work = timed_forward(model, [tokens[:-1]], [cache], every=True)
    top = logits.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(logits - top).sum(axis=-1)) + top[:, 0]
    return float(np.mean(log_sum - logits[np.arange(len(logits)), list(tokens[1:])]))
