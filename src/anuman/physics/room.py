"""Room for KV caches beside the weights."""

from .arguments import not_negative, positive


def latent_kv_bytes_per_token(
    layers: int, latent: int, rope: int, bytes_per_element: float
) -> float:
    """Bytes that one token adds to an MLA cache: one latent vector and one rotated key, L·(c+r)·k.

    Source: DeepSeek-AI, "DeepSeek-V2", 2024, section 2.1.
    """
    positive(layers=layers, latent=latent, rope=rope, bytes_per_element=bytes_per_element)
    return layers * (latent + rope) * bytes_per_element


def room_for(memory: float, weights: float, kv_per_token: float, context: float) -> float:
    """Texts of `context` tokens whose caches fit beside the weights: (M − W) / (kv·S), zero or above.

    memory, weights, kv_per_token: bytes. Not rounded: whole texts are its floor. Source: Kwon et al.,
    "Efficient Memory Management for Large Language Model Serving with PagedAttention", 2023, section 3.
    """
    positive(memory=memory, kv_per_token=kv_per_token, context=context)
    not_negative(weights=weights)
    return max(0.0, memory - weights) / (kv_per_token * context)
