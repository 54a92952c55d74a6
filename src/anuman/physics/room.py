"""Room for KV caches beside the weights."""

from .arguments import not_negative, positive


def room_for(memory: float, weights: float, kv_per_token: float, context: float) -> float:
    """Texts of `context` tokens whose caches fit beside the weights: (M − W) / (kv·S), zero or above.

    memory, weights, kv_per_token: bytes. Not rounded: whole texts are its floor. Source: Kwon et al.,
    "Efficient Memory Management for Large Language Model Serving with PagedAttention", 2023, section 3.
    """
    positive(memory=memory, kv_per_token=kv_per_token, context=context)
    not_negative(weights=weights)
    return max(0.0, memory - weights) / (kv_per_token * context)
