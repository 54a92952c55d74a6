"""Rotary positions and grouped-query attention for the tokens of one sequence."""

from functools import lru_cache

import numpy as np

from anuman.lm.counting import count


@lru_cache(maxsize=8)
def _turns(theta: float, head_dim: int, positions: int) -> np.ndarray:
    """exp(i m theta^(-2j / head_dim)) for position m and pair j: complex64 [positions, head_dim / 2]."""
    angle = theta ** (-np.arange(0, head_dim, 2) / head_dim)
    return np.exp(1j * np.outer(np.arange(positions), angle)).astype(np.complex64)


def rotate(x: np.ndarray, positions: np.ndarray, theta: float) -> np.ndarray:
    """Rotary positions (RoPE): turn pair j of each head at position m by the angle m theta^(-2j / head_dim).

    x: fp32 [tokens, heads, head_dim]; a pair is two neighbours, read as one complex number.
    """
    enough = 1 << int(positions.max()).bit_length()
    turn = _turns(theta, x.shape[-1], enough)[positions]
    pairs = np.ascontiguousarray(x).view(np.complex64)
    return (pairs * turn[:, None]).view(np.float32)


def softmax(x: np.ndarray) -> np.ndarray:
    """exp(x) / sum(exp(x)) along the last axis; the largest is subtracted first, so nothing overflows."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """softmax(q kᵀ / sqrt(head_dim)) v for the newest tokens of a sequence, causal: [new, heads * head_dim].

    q: [new, heads, head_dim].  k, v: [all, kv_heads, head_dim], the newest last. Query heads that share
    a KV head are multiplied with it together, so keys and values are read once a group.
    """
    new, heads, width = q.shape
    total, kv_heads, _ = k.shape
    group = heads // kv_heads
    q = q.reshape(new, kv_heads, group, width).transpose(1, 2, 0, 3)
    q = q.reshape(kv_heads, group * new, width)
    scores = q @ k.transpose(1, 2, 0) * np.float32(width**-0.5)  # [kv_heads, group * new, all]
    if new > 1:
        later = np.arange(total) > np.arange(total - new, total)[:, None]
        scores.reshape(kv_heads, group, new, total)[:, :, later] = -np.inf
    out = softmax(scores) @ v.transpose(1, 0, 2)
    count(4 * new * heads * total * width, kv_bytes=k.nbytes + v.nbytes)
    return out.reshape(kv_heads, group, new, width).transpose(2, 0, 1, 3).reshape(new, -1)
