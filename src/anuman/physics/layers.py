"""What one decoder layer holds and moves: weights, activations, KV cache, from a model's shape.

A mixture of experts has two kinds of layers: dense ones, and ones in which a router sends each token
to k of E experts. Source of the counts: Vaswani et al., "Attention Is All You Need", 2017; Shazeer,
"GLU Variants Improve Transformer", 2020 (three matrices); DeepSeek-AI, "DeepSeek-V2", 2024 (MLA).
"""

from dataclasses import dataclass

from ..catalog import Model

WIDE = 2  # bytes of an activation in 16-bit arithmetic


@dataclass(frozen=True)
class Layers:
    """A group of equal layers. Counts of weights are for one layer."""

    count: int
    shared_weights: float  # read for every token: attention, dense MLP, shared experts, router
    products: int  # matrix products of the shared weights
    expert_weights: float = 0.0  # of one expert
    experts: int = 0
    experts_per_token: int = 0
    # For one token. What is as wide as the model passes every chip of a tensor-parallel group in full
    # (norms, the products' outer sides); the rest is shared out over them.
    norm_bytes: float = 0.0
    elementwise_bytes: float = 0.0  # rotation and activation
    wide_inputs: float = 0.0  # numbers that enter the products
    inputs: float = 0.0
    wide_outputs: float = 0.0  # numbers that leave the products
    outputs: float = 0.0


def attention_weights(model: Model) -> float:
    """Weights of one layer's attention: d·(h+2g)·e + h·e·d, or MLA's low-rank factors."""
    d, h, g, e = model.width, model.heads, model.kv_heads, model.head_dim
    if model.attention == "MLA":
        key = h * (e + model.rope_head_dim)
        query = d * key if model.q_lora_rank is None else model.q_lora_rank * (d + key)
        down = d * (model.kv_lora_rank + model.rope_head_dim)
        up = model.kv_lora_rank * h * (e + model.v_head_dim)
        return query + down + up + h * model.v_head_dim * d
    return d * (h + 2 * g) * e + h * e * d


def layer_groups(model: Model) -> tuple[Layers, ...]:
    """The model's layers in groups of equal ones, dense first."""
    d, h, g, e = model.width, model.heads, model.kv_heads, model.head_dim
    attention = attention_weights(model)
    norms = WIDE * 2 * 4 * d  # two, each adds the residual: read 2, write 2
    rotation = WIDE * 2 * (h + g) * e  # of queries and keys, in place
    shared_experts = model.shared_experts or 0

    def group(count: int, feed_forward: float, products: int, width: float, **routed) -> Layers:
        """Layers whose every token passes `feed_forward` weights of inner width `width`, 0 for none."""
        matrices, has_mlp = model.ffn_matrices, min(1, width)
        return Layers(
            count=count,
            shared_weights=attention + feed_forward,
            products=products,
            norm_bytes=norms,
            elementwise_bytes=rotation + WIDE * matrices * width,
            wide_inputs=d * (1 + has_mlp),
            inputs=h * e + width,
            wide_outputs=d * (1 + has_mlp),
            outputs=(h + 2 * g) * e + (matrices - 1) * width,
            **routed,
        )

    def dense(count: int) -> Layers:
        return group(count, model.ffn_matrices * d * model.ffn_width, 4, model.ffn_width)

    if model.experts is None:
        return (dense(model.layers),)
    dense_count = model.dense_layers or 0
    if model.moe_every and model.moe_every > 1:
        dense_count = model.layers - model.layers // model.moe_every
    expert_width = model.expert_ffn_width or model.ffn_width
    expert = model.ffn_matrices * d * expert_width
    routed = group(
        model.layers - dense_count,
        d * model.experts + shared_experts * expert,
        3 + 2 * min(1, shared_experts),
        shared_experts * expert_width,
        expert_weights=expert,
        experts=model.experts,
        experts_per_token=model.experts_per_token,
    )
    return (dense(dense_count), routed) if dense_count else (routed,)


def expert_parameters(model: Model) -> float:
    """Weights of all experts of all layers, shared ones left out; 0 in a dense model."""
    return sum(g.count * g.experts * g.expert_weights for g in layer_groups(model))


def kv_elements_per_token(model: Model) -> float:
    """Numbers that one token adds to the KV cache: 2·L·g·e, or MLA's L·(latent + rotated key)."""
    if model.attention == "MLA":
        return model.layers * (model.kv_lora_rank + model.rope_head_dim)
    return 2 * model.layers * model.kv_heads * model.head_dim


def attention_flops_per_pair(model: Model, absorbed: bool = False) -> float:
    """FLOPs of one query attending to one key, all layers: 4·L·h·e.

    absorbed: MLA in decode, where each head works on the latent itself: 2·L·h·(2·latent + rotated).
    """
    if model.attention == "MLA" and absorbed:
        latent, rotated = model.kv_lora_rank, model.rope_head_dim
        return 2 * model.layers * model.heads * (2 * latent + rotated)
    if model.attention == "MLA":
        e = model.head_dim + model.rope_head_dim + model.v_head_dim
        return 2 * model.layers * model.heads * e
    return 4 * model.layers * model.heads * model.head_dim


def experts_touched(tokens: float, experts: int, experts_per_token: int) -> float:
    """Distinct experts that a step of `tokens` tokens reads, uniform routing: E·(1-(1-k/E)^T)."""
    return experts * (1 - (1 - experts_per_token / experts) ** tokens)
