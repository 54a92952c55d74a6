"""From logits to the next token: greedy, temperature, top-k, top-p; the same seed gives the same text."""

import numpy as np

from anuman.lm.attention import softmax
from anuman.lm.errors import LmError


def probabilities(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> np.ndarray:
    """softmax(logits / temperature) [vocab], float64, cut to likely tokens and made to add up to 1.

    top_k: only the k likeliest.  top_p: only the likeliest that together reach this probability.
    Temperature 0 puts everything on the likeliest token. Raises LmError for settings without a meaning.
    """
    if not temperature >= 0:
        raise LmError(f"temperature is {temperature!r}; it must be 0 (greedy) or more")
    if top_k is not None and top_k < 1:
        raise LmError(f"top_k is {top_k!r}; at least 1 token must remain")
    if not 0 < top_p <= 1:
        raise LmError(f"top_p is {top_p!r}; it must lie above 0 and be at most 1")
    logits = np.asarray(logits, np.float64)
    if temperature == 0 or top_k == 1:
        p = np.zeros_like(logits)
        p[logits.argmax()] = 1.0
        return p
    with np.errstate(over="ignore"):  # a tiny temperature: -inf, whose softmax is 0
        p = softmax((logits - logits.max()) / temperature)
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]  # probability of all likelier tokens
    keep = before < top_p
    keep[len(p) if top_k is None else top_k :] = False
    keep[0] = True
    p[order[~keep]] = 0.0
    return p / p.sum()


def draw(p: np.ndarray, random: np.random.Generator) -> int:
    """A token drawn with these probabilities."""
    up_to = np.cumsum(p)
    return int(np.searchsorted(up_to[:-1], random.random() * up_to[-1], side="right"))
