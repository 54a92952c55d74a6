"""Bytes that a model needs: weights, training state, KV cache, and the chips that hold them."""

from math import ceil

from ..catalog import Model
from .arguments import not_negative, positive
from .layers import kv_elements_per_token


def weight_bytes(n: float, bytes_per_weight: float) -> float:
    """Bytes of all weights; n counts every parameter, active or not."""
    positive(n=n, bytes_per_weight=bytes_per_weight)
    return n * bytes_per_weight


def training_state_bytes(
    n: float, weight: float = 2, grad: float = 2, master: float = 4, moments: float = 8
) -> float:
    """Bytes of weights, gradients, fp32 master copy and Adam's two moments.

    The defaults (16 bytes per parameter) are mixed-precision Adam: Rajbhandari et al., "ZeRO", 2020,
    section 3.1. Activations come on top.
    """
    positive(n=n, weight=weight)
    not_negative(grad=grad, master=master, moments=moments)
    return n * (weight + grad + master + moments)


def kv_bytes_per_token(
    layers: int, kv_heads: int, head_dim: int, bytes_per_element: float
) -> float:
    """Bytes that one token adds to the KV cache: a key and a value in every layer, 2·L·g·e·k.

    Source: Shazeer, "Fast Transformer Decoding", 2019; Ainslie et al., "GQA", 2023.
    """
    positive(
        layers=layers, kv_heads=kv_heads, head_dim=head_dim, bytes_per_element=bytes_per_element
    )
    return 2 * layers * kv_heads * head_dim * bytes_per_element


def kv_cache_bytes_per_token(model: Model, bytes_per_element: float = 2) -> float:
    """Bytes that one token adds to this model's KV cache, whatever its attention (MHA, GQA, MQA or MLA)."""
    positive(bytes_per_element=bytes_per_element)
    return kv_elements_per_token(model) * bytes_per_element


def chips_needed(nbytes: float, capacity: float) -> int:
    """Fewest chips whose memories (capacity bytes each) hold nbytes."""
    positive(nbytes=nbytes, capacity=capacity)
    return ceil(nbytes / capacity)
