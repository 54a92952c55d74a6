"""A decoder-only transformer: embedding, blocks of attention and SwiGLU, norm, tied head.

    h = h + Wo attention(RMSNorm(h))          h = h + W_down (silu(W_gate g) * W_up g),  g = RMSNorm(h)

One call of `forward` is one engine step: every sequence brings its new tokens (a whole prompt, a chunk
of one, or the single token of a decode), all of them share each product, and attention runs sequence
by sequence over that sequence's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from anuman.lm.attention import attention, rotate
from anuman.lm.cache import Cache, PagedCache
from anuman.lm.config import Config, shapes
from anuman.lm.errors import LmError, OutOfMemory
from anuman.lm.products import matmul
from anuman.lm.quantization import Quantized
from anuman.lm.tokenizer import Tokenizer

Matrix = np.ndarray | Quantized
ALIGN = 16  # fp32 numbers in a cache line


@dataclass
class Layer:
    """One block; matrices [out, in]. wqkv is wq, wk, wv one below the other, w_gate_up likewise."""

    attn_norm: np.ndarray
    wqkv: Matrix
    wo: Matrix
    mlp_norm: np.ndarray
    w_gate_up: Matrix
    w_down: Matrix


@dataclass
class Model:
    """Weights and tokenizer. embed [vocab, dim] is the head too. about: what the file says of itself."""

    config: Config
    embed: Matrix
    layers: list[Layer]
    norm: np.ndarray
    tokenizer: Tokenizer | None = None
    about: dict = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in memory."""
        total = self.embed.nbytes + self.norm.nbytes
        for layer in self.layers:
            total += sum(weight.nbytes for weight in vars(layer).values())
        return total


def build(
    config: Config,
    fill: Callable[[str, np.ndarray], None],
    tokenizer: Tokenizer | None = None,
    about: dict | None = None,
) -> Model:
    """Make a model; `fill(name, out)` writes each tensor of `shapes(config)` to its place.

    All weights lie in one buffer in the order in which a step reads them: the system can use large
    pages for it, and tensors that are neighbours can be multiplied as one matrix.
    """
    try:
        buffer = np.empty(config.params + ALIGN, np.float32)
    except MemoryError:
        raise OutOfMemory(
            f"the model's weights need {4 * config.params / 1e9:.3g} GB of memory, more than this "
            "computer gives; close other programs or use a smaller model"
        ) from None
    at = -(buffer.ctypes.data // 4) % ALIGN
    tensors = {}
    for name, shape in shapes(config).items():
        size = int(np.prod(shape))
        tensors[name] = buffer[at : at + size].reshape(shape)
        fill(name, tensors[name])
        at += size
    return Model(config, *_assemble(config, buffer, tensors), tokenizer, about or {})


def _assemble(config: Config, buffer: np.ndarray, tensors: dict[str, np.ndarray]):
    def together(n: int, *names: str) -> np.ndarray:
        parts = [tensors[f"layers.{n}.{name}"] for name in names]
        start = (parts[0].ctypes.data - buffer.ctypes.data) // 4
        return buffer[start : start + sum(p.size for p in parts)].reshape(-1, config.dim)

    layers = [
        Layer(
            tensors[f"layers.{n}.attn_norm"],
            together(n, "wq", "wk", "wv"),
            tensors[f"layers.{n}.wo"],
            tensors[f"layers.{n}.mlp_norm"],
            together(n, "w_gate", "w_up"),
            tensors[f"layers.{n}.w_down"],
        )
        for n in range(config.layers)
    ]
    return tensors["embed"], layers, tensors["norm"]


def rms_norm(x: np.ndarray, weight: np.ndarray, eps: float) -> np.ndarray:
    """x / sqrt(mean(x²) + eps) * weight, row by row."""
    mean = np.vecdot(x, x)[..., None] / x.shape[-1]
    return x / np.sqrt(mean + eps) * weight


def swiglu(x: np.ndarray, w_gate_up: Matrix, w_down: Matrix) -> np.ndarray:
    """W_down (silu(W_gate x) * W_up x) with silu(g) = g / (1 + exp(-g))."""
    gate, up = np.split(matmul(x, w_gate_up), 2, axis=-1)
    return matmul(gate / (1 + np.exp(-gate)) * up, w_down)


def forward(
    model: Model,
    tokens: Sequence[Sequence[int]],
    caches: Sequence[Cache | PagedCache],
    every: bool = False,
) -> np.ndarray:
    """Advance each sequence by its new tokens, at least one; their caches grow by as many.

    Gives the logits that follow each sequence's last token [sequences, vocab], or with `every` those
    that follow each token [all new tokens, vocab]. Raises ContextFull, and changes no cache, when a
    sequence does not fit; LmError for a token that does not exist.
    """
    counts = _check(model.config, tokens, caches)
    ends = np.cumsum(counts)
    spans = [slice(end - n, end) for n, end in zip(counts, ends, strict=True)]
    positions = np.concatenate(
        [c.length + np.arange(n) for c, n in zip(caches, counts, strict=True)]
    )
    flat = np.concatenate([np.asarray(t) for t in tokens])
    with np.errstate(
        over="ignore"
    ):  # exp of a very negative gate: silu is 0 there, as it should be
        h = _embedded(model, flat)
        for n, layer in enumerate(model.layers):
            h = h + _attend(model.config, layer, n, h, positions, spans, caches)
            x = rms_norm(h, layer.mlp_norm, model.config.norm_eps)
            h = h + swiglu(x, layer.w_gate_up, layer.w_down)
        for cache, n in zip(caches, counts, strict=True):
            cache.advance(n)
        h = h if every else h[ends - 1]
        return matmul(rms_norm(h, model.norm, model.config.norm_eps), model.embed)


def _attend(config, layer, n, h, positions, spans, caches) -> np.ndarray:
    """Grouped-query attention of all sequences in one layer: [tokens, dim]."""
    qkv = matmul(rms_norm(h, layer.attn_norm, config.norm_eps), layer.wqkv)
    qkv = qkv.reshape(len(h), -1, config.head_dim)
    turned = config.heads + config.kv_heads  # queries and keys are rotated, values are not
    qk, v = rotate(qkv[:, :turned], positions, config.rope_theta), qkv[:, turned:]
    q, k = qk[:, : config.heads], qk[:, config.heads :]
    out = [
        attention(q[span], *cache.put(n, k[span], v[span]))
        for span, cache in zip(spans, caches, strict=True)
    ]
    return matmul(out[0] if len(out) == 1 else np.concatenate(out), layer.wo)


def _embedded(model: Model, tokens: np.ndarray) -> np.ndarray:
    embed = model.embed
    return embed.dequantized(tokens) if isinstance(embed, Quantized) else embed[tokens]


def _check(config: Config, tokens, caches) -> list[int]:
    """Tokens that each sequence brings; every cache has room for them when this returns."""
    if not tokens or len(tokens) != len(caches):
        raise LmError(f"{len(tokens)} sequences and {len(caches)} caches; one cache each is needed")
    for sequence, cache in zip(tokens, caches, strict=True):
        if len(sequence) == 0:
            raise LmError("a sequence brings no token")
        if not all(0 <= token < config.vocab for token in sequence):
            raise LmError(f"a token lies outside 0 to {config.vocab - 1}")
        cache.check_room(len(sequence))
    return [len(sequence) for sequence in tokens]
