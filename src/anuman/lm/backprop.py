"""Forward and backward pass of the transformer over whole sequences, in NumPy.

Every layer is a pair: `layer(x, weights) -> (y, saved)` and `layer_back(dy, saved) -> gradients`,
where d-something is the derivative of the loss with respect to it. Read a pair side by side: the
backward function is the chain rule applied to the forward one, line by line from the last to the first.

Shapes: B sequences of T tokens, N = B * T rows; weights are [out, in]. The product y = x Wᵀ costs
2 N in out FLOPs; its backward pass has two products of the same cost, dW = dyᵀ x and dx = dy W, and
so forward and backward together cost three times the forward pass, exactly.
"""

import numpy as np

from anuman.lm.config import Config
from anuman.lm.counting import count

Weights = dict[str, np.ndarray]


def loss_and_gradients(
    weights: Weights, config: Config, tokens: np.ndarray, gradients: Weights
) -> float:
    """Mean cross entropy in nats of every next token in `tokens` [B, T + 1]; fills `gradients`.

    Arithmetic is done in the weights' own type; gradients has the names and shapes of weights.
    """
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    logits, saved = forward(weights, config, inputs)
    loss, dlogits = cross_entropy(logits, targets.reshape(-1))
    backward(dlogits, saved, weights, config, gradients)
    return loss


def loss_only(weights: Weights, config: Config, tokens: np.ndarray) -> float:
    """Mean cross entropy in nats of every next token in `tokens` [B, T + 1]."""
    logits, _saved = forward(weights, config, tokens[:, :-1])
    return cross_entropy(logits, tokens[:, 1:].reshape(-1))[0]


def forward(weights: Weights, config: Config, inputs: np.ndarray) -> tuple[np.ndarray, list]:
    """Logits [N, vocab] of token ids [B, T], and all that the backward pass needs."""
    x = weights["embed"][inputs.reshape(-1)]
    turn = rotations(config, inputs.shape[1], x.dtype)
    saved: list = [inputs, turn]
    for n in range(config.layers):
        layer = f"layers.{n}."
        h, saved_norm = rms_norm(x, weights[layer + "attn_norm"], config.norm_eps)
        y, saved_attention = attention(h, weights, layer, config, turn)
        x = x + y
        h, saved_norm_2 = rms_norm(x, weights[layer + "mlp_norm"], config.norm_eps)
        y, saved_mlp = swiglu(h, weights, layer)
        x = x + y
        saved.append((saved_norm, saved_attention, saved_norm_2, saved_mlp))
    h, saved_norm = rms_norm(x, weights["norm"], config.norm_eps)
    saved.append((saved_norm, h))
    return linear(h, weights["embed"]), saved


def backward(
    dlogits: np.ndarray, saved: list, weights: Weights, config: Config, gradients: Weights
) -> None:
    """Fill `gradients` from the derivative of the loss with respect to the logits."""
    inputs, turn = saved[0], saved[1]
    saved_norm, h = saved[-1]
    dh, dembed = linear_back(dlogits, h, weights["embed"])
    dx, gradients["norm"][...] = rms_norm_back(dh, saved_norm)
    for n in reversed(range(config.layers)):
        layer = f"layers.{n}."
        saved_norm, saved_attention, saved_norm_2, saved_mlp = saved[2 + n]
        dh = swiglu_back(dx, saved_mlp, weights, layer, gradients)
        dh, gradients[layer + "mlp_norm"][...] = rms_norm_back(dh, saved_norm_2)
        dx = dx + dh  # x went two ways: past the MLP and through it
        dh = attention_back(dx, saved_attention, weights, layer, config, turn, gradients)
        dh, gradients[layer + "attn_norm"][...] = rms_norm_back(dh, saved_norm)
        dx = dx + dh
    np.add.at(dembed, inputs.reshape(-1), dx)  # the embedding is the head too: both add up
    gradients["embed"][...] = dembed


# The product


def linear(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """y = x Wᵀ: [N, in] and [out, in] give [N, out]."""
    return product(x, w.T)


def linear_back(dy: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dx = dy W and dW = dyᵀ x."""
    return product(dy, w), product(dy.T, x)


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Matrix product over the last two axes, counted: 2 FLOPs a multiply-add."""
    y = np.matmul(a, b)
    count(2 * y.size * a.shape[-1], weight_bytes=b.nbytes)
    return y


# RMSNorm: y = g x̂ with x̂ = x r and r = 1 / sqrt(mean(x²) + eps)


def rms_norm(x: np.ndarray, g: np.ndarray, eps: float) -> tuple[np.ndarray, tuple]:
    """Every row scaled to a mean square of 1, then by g."""
    r = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps)
    x_hat = x * r
    return x_hat * g, (x_hat, r, g)


def rms_norm_back(dy: np.ndarray, saved: tuple) -> tuple[np.ndarray, np.ndarray]:
    """dx = r (dx̂ - x̂ mean(dx̂ x̂)), where dx̂ = g dy; dg = sum over rows of dy x̂."""
    x_hat, r, g = saved
    dx_hat = dy * g
    dx = r * (dx_hat - x_hat * np.mean(dx_hat * x_hat, axis=-1, keepdims=True))
    return dx, np.sum(dy * x_hat, axis=0)


# SwiGLU: y = (silu(x Wgateᵀ) · (x Wupᵀ)) Wdownᵀ with silu(z) = z σ(z)


def swiglu(x: np.ndarray, weights: Weights, layer: str) -> tuple[np.ndarray, tuple]:
    """The MLP of one layer."""
    gate, up = linear(x, weights[layer + "w_gate"]), linear(x, weights[layer + "w_up"])
    sigma = 1 / (1 + np.exp(-gate))
    silu = gate * sigma
    mixed = silu * up
    return linear(mixed, weights[layer + "w_down"]), (x, gate, up, sigma, silu, mixed)


def swiglu_back(
    dy: np.ndarray, saved: tuple, weights: Weights, layer: str, gradients: Weights
) -> np.ndarray:
    """dsilu/dz = σ + z σ (1 - σ) = σ + silu (1 - σ)."""
    x, _gate, up, sigma, silu, mixed = saved
    dmixed, gradients[layer + "w_down"][...] = linear_back(dy, mixed, weights[layer + "w_down"])
    dup = dmixed * silu
    dgate = dmixed * up * (sigma + silu * (1 - sigma))
    dx_up, gradients[layer + "w_up"][...] = linear_back(dup, x, weights[layer + "w_up"])
    dx_gate, gradients[layer + "w_gate"][...] = linear_back(dgate, x, weights[layer + "w_gate"])
    return dx_up + dx_gate


# Attention: softmax(q kᵀ / sqrt(d) + mask) v; G query heads share a KV head


def attention(
    x: np.ndarray, weights: Weights, layer: str, config: Config, turn: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Causal grouped-query attention of one layer.

    q is [B, KV heads, G * T, d]: the queries of a group lie below one another, so that one product
    serves them all.
    """
    length, scale = len(turn), config.head_dim**-0.5
    q = split_heads(linear(x, weights[layer + "wq"]), config, length)
    k = split_heads(linear(x, weights[layer + "wk"]), config, length)
    v = split_heads(linear(x, weights[layer + "wv"]), config, length)
    q, k = rotate(q, turn), rotate(k, turn)
    scores = product(q, k.swapaxes(-1, -2))
    scores *= scale
    share = softmax(scores + causal_mask(length, q.shape[2] // length, x.dtype))
    mixed = join_heads(product(share, v), config, length)
    return linear(mixed, weights[layer + "wo"]), (x, q, k, v, share, mixed)


def attention_back(
    dy: np.ndarray,
    saved: tuple,
    weights: Weights,
    layer: str,
    config: Config,
    turn: np.ndarray,
    gradients: Weights,
) -> np.ndarray:
    """Of p = softmax(s): ds = p (dp - sum(p dp)), row by row; a rotation is undone by its conjugate."""
    x, q, k, v, share, mixed = saved
    length, scale = len(turn), config.head_dim**-0.5
    dmixed, gradients[layer + "wo"][...] = linear_back(dy, mixed, weights[layer + "wo"])
    dout = split_heads(dmixed, config, length)
    dv = product(share.swapaxes(-1, -2), dout)
    dshare = product(dout, v.swapaxes(-1, -2))
    dshare -= np.sum(dshare * share, axis=-1, keepdims=True)
    dscores = dshare * share
    dscores *= scale
    dq, dk = product(dscores, k), product(dscores.swapaxes(-1, -2), q)
    dq, dk = rotate(dq, turn.conj()), rotate(dk, turn.conj())
    dx = 0
    for name, dhead in (("wq", dq), ("wk", dk), ("wv", dv)):
        drows = join_heads(dhead, config, length)
        dpart, gradients[layer + name][...] = linear_back(drows, x, weights[layer + name])
        dx = dx + dpart
    return dx


def split_heads(rows: np.ndarray, config: Config, length: int) -> np.ndarray:
    """[B * T, KV heads * G * d] to [B, KV heads, G * T, d]; keys and values have G = 1."""
    kv, d = config.kv_heads, config.head_dim
    heads = rows.reshape(-1, length, kv, rows.shape[-1] // (kv * d), d)
    return heads.transpose(0, 2, 3, 1, 4).reshape(len(heads), kv, -1, d)


def join_heads(heads: np.ndarray, config: Config, length: int) -> np.ndarray:
    """The way back: [B, KV heads, G * T, d] to [B * T, KV heads * G * d]."""
    batch, kv, _rows, d = heads.shape
    parts = heads.reshape(batch, kv, -1, length, d).transpose(0, 3, 1, 2, 4)
    return np.ascontiguousarray(parts).reshape(batch * length, -1)


def rotations(config: Config, length: int, dtype: np.dtype) -> np.ndarray:
    """RoPE as complex numbers [T, d / 2]: position t turns pair i by t theta^(-2i / d)."""
    pair = np.arange(config.head_dim // 2)
    angle = np.outer(np.arange(length), config.rope_theta ** (-2 * pair / config.head_dim))
    return np.exp(1j * angle).astype(np.result_type(dtype, np.complex64))


def rotate(heads: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Turn the pairs (2i, 2i + 1) of [B, KV heads, G * T, d], seen as complex numbers."""
    batch, kv, rows, d = heads.shape
    pairs = heads.reshape(batch, kv, rows // len(turn), len(turn), d).view(turn.dtype)
    return (pairs * turn).view(heads.dtype).reshape(heads.shape)


def causal_mask(length: int, group: int, dtype: np.dtype) -> np.ndarray:
    """0 where a query may look (itself and before), minus infinity after; [G * T, T]."""
    mask = np.triu(np.full((length, length), -np.inf, dtype), 1)
    return np.tile(mask, (group, 1))


def softmax(scores: np.ndarray) -> np.ndarray:
    """exp of every row over its sum; the row's maximum is taken off, so that nothing overflows."""
    e = scores - scores.max(axis=-1, keepdims=True)
    np.exp(e, out=e)
    e /= e.sum(axis=-1, keepdims=True)
    return e


# The loss


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of -log softmax(logits)[target] in nats, and its derivative (softmax - one-hot) / N."""
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=-1, keepdims=True)
    loss = np.mean(np.log(total[:, 0]) - shifted[rows, targets], dtype=np.float64)
    dlogits = e / total
    dlogits[rows, targets] -= 1
    dlogits /= len(targets)
    return float(loss), dlogits
