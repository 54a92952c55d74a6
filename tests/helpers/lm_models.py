"""Small random models for the tests of anuman.lm, and a transformer written out plainly."""

import json
from pathlib import Path

import numpy as np

from anuman import lm
from anuman.lm import safetensors

CONFIG = lm.Config(vocab=288, dim=48, layers=3, heads=6, kv_heads=2, hidden=64, context=64)
MERGES = [(b"t", b"h"), (b"th", b"e"), (b" ", b"the"), (b"a", b"n"), (b" ", b"a"), (b"n", b"u")]


def tokenizer(vocab: int = CONFIG.vocab) -> lm.Tokenizer:
    """Bytes, six merges, and special tokens up to the size wanted."""
    return lm.Tokenizer.from_merges(MERGES, [f"<|{i}|>" for i in range(vocab - 262)])


def tensors(config: lm.Config = CONFIG, seed: int = 1) -> dict[str, np.ndarray]:
    """Weights large enough for every part to matter."""
    random = np.random.default_rng(seed)
    return {
        name: (random.standard_normal(shape) * (0.5 if len(shape) == 2 else 0.1))
        .astype(np.float32)
        + np.float32(len(shape) == 1)
        for name, shape in lm.shapes(config).items()
    }  # fmt: skip


def model(config: lm.Config = CONFIG, seed: int = 1) -> lm.Model:
    return lm.from_tensors(config, tensors(config, seed), tokenizer(config.vocab))


def save(
    path: Path,
    weights: dict[str, np.ndarray],
    config: lm.Config,
    tokenizer: lm.Tokenizer,
    about: dict[str, str],
) -> None:
    """Write a model as lm.load reads it; `about` holds further texts for the header."""
    header = {"config": json.dumps(config.as_dict()), "tokenizer": json.dumps(tokenizer.as_dict())}
    safetensors.write(path, weights, {**about, **header})


def plain_logits(w: dict[str, np.ndarray], config: lm.Config, tokens: list[int]) -> np.ndarray:
    """Logits after every token, in float64, position by position and head by head, without a cache."""
    w = {name: tensor.astype(np.float64) for name, tensor in w.items()}
    width, group = config.head_dim, config.heads // config.kv_heads

    def norm(x, weight):
        return np.array([r / np.sqrt(np.mean(r**2) + config.norm_eps) * weight for r in x])

    def turned(head, position):
        out = np.empty_like(head)
        for i in range(0, width, 2):
            angle = position * config.rope_theta ** (-i / width)
            a, b = head[i], head[i + 1]
            out[i] = a * np.cos(angle) - b * np.sin(angle)
            out[i + 1] = a * np.sin(angle) + b * np.cos(angle)
        return out

    h = w["embed"][tokens]
    for n in range(config.layers):
        layer = {name: w[f"layers.{n}.{name}"] for name in ("wq", "wk", "wv", "wo")}
        x = norm(h, w[f"layers.{n}.attn_norm"])
        q, k, v = ((x @ layer[name].T).reshape(len(x), -1, width) for name in ("wq", "wk", "wv"))
        out = np.zeros((len(x), config.heads, width))
        for i in range(len(x)):
            for head in range(config.heads):
                kv = head // group
                query = turned(q[i, head], i)
                scores = np.array([query @ turned(k[j, kv], j) for j in range(i + 1)])
                weights = np.exp(scores / np.sqrt(width))
                out[i, head] = weights / weights.sum() @ v[: i + 1, kv]
        h = h + out.reshape(len(x), -1) @ layer["wo"].T
        x = norm(h, w[f"layers.{n}.mlp_norm"])
        gate, up = (x @ w[f"layers.{n}.{name}"].T for name in ("w_gate", "w_up"))
        h = h + (gate / (1 + np.exp(-gate)) * up) @ w[f"layers.{n}.w_down"].T
    return norm(h, w["norm"]) @ w["embed"].T
