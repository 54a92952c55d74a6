"""Parameters of a model, counted from its shape: every matrix, bias and norm.

Source: the model classes of transformers 4.57.3, whose own sum over the tensors the tests compare.
"""

from .families import Family
from .fields import Fields


def parameters(f: Fields, family: Family, shape: dict, context: int | None) -> tuple[int, int]:
    """(all parameters, those that one token uses: embedding included, but k experts a layer only)."""
    d, layers, vocab = shape["width"], shape["layers"], shape["vocab"]
    norm = 1 + family.norm_bias
    total = vocab * d * (1 if shape["tied_embedding"] else 2) + norm * d
    total += vocab * family.head_bias
    if family.positions:
        total += (context or 0) * d
    attention = _latent(shape) if family.latent else _attention(f, family, shape)
    every_layer = attention + norm * family.norms * d
    if not shape.get("experts"):
        total += layers * (every_layer + _mlp(f, family, d, shape["ffn_width"]))
        return total, total
    dense = shape["dense_layers"]
    total += layers * every_layer + dense * _mlp(f, family, d, shape["ffn_width"])
    expert = _mlp(f, family, d, shape["expert_ffn_width"])
    beside = d * shape["experts"] + int(shape["shared_experts"] * expert)  # router and shared ones
    if family.experts == "gpt-oss":
        beside += shape["experts"]
        expert += 2 * shape["expert_ffn_width"] + d  # biases
    if family.experts == "qwen" and shape["shared_experts"]:
        beside += d  # a gate of its own
    routed = layers - dense
    return tuple(
        total + routed * (beside + used * expert)
        for used in (shape["experts"], shape["experts_per_token"])
    )


def _attention(f: Fields, family: Family, shape: dict) -> int:
    d, h, g, e = (shape[name] for name in ("width", "heads", "kv_heads", "head_dim"))
    biased = family.attention_bias and f.flag("attention_bias", False)
    total = d * (h + 2 * g) * e + h * e * d + family.head_norms * e
    total += (h + 2 * g) * e * (family.qkv_bias or biased)
    return total + d * (family.out_bias or biased) + h * family.sinks


def _latent(shape: dict) -> int:
    """Low-rank queries and keys with a norm in the middle; with an index, its three products and norm."""
    d, h, e = shape["width"], shape["heads"], shape["head_dim"]
    rope, value = shape["rope_head_dim"], shape["v_head_dim"]
    latent, query = shape["kv_lora_rank"], shape["q_lora_rank"]
    total = d * h * (e + rope) if query is None else query * (d + 1 + h * (e + rope))
    total += d * (latent + rope) + latent * (1 + h * (e + value)) + h * value * d
    if shape["index_topk"]:
        heads, size = shape["index_heads"], shape["index_head_dim"]
        total += (query or d) * heads * size + d * size + 2 * size + d * heads
    return total


def _mlp(f: Fields, family: Family, d: int, width: int) -> int:
    biased = family.mlp_bias or (family.title == "Llama" and f.flag("mlp_bias", False))
    return family.matrices * d * width + (((family.matrices - 1) * width + d) if biased else 0)
