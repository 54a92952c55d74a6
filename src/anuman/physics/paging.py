"""Room for KV caches: how many texts a memory holds, and how much of what is reserved stays empty.

Source: Kwon et al., "Efficient Memory Management for Large Language Model Serving with
PagedAttention", SOSP 2023, sections 3 and 4. Lengths are in tokens; a slot holds one token.
"""

from collections.abc import Sequence
from math import ceil

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

    memory, weights, kv_per_token: bytes. Not rounded: whole texts are its floor.
    """
    positive(memory=memory, kv_per_token=kv_per_token, context=context)
    not_negative(weights=weights)
    return max(0.0, memory - weights) / (kv_per_token * context)


def contiguous_waste(lengths: Sequence[float], max_len: float) -> float:
    """Share of the slots that stays empty when each text gets max_len of them: 1 − Σlength/(n·max_len)."""
    _check(lengths, max_len=max_len)
    if max(lengths) > max_len:
        raise ValueError(f"a text of {max(lengths)} tokens is longer than max_len, {max_len}")
    return 1 - sum(lengths) / (len(lengths) * max_len)


def paged_waste(lengths: Sequence[float], page: int) -> float:
    """Share of the slots that stays empty when each text gets whole pages of `page` slots.

    1 − Σlength / Σ(⌈length/page⌉·page): only the last page of a text is partly empty.
    """
    _check(lengths, page=page)
    return 1 - sum(lengths) / sum(ceil(length / page) * page for length in lengths)


def _check(lengths: Sequence[float], **size: float) -> None:
    positive(**size)
    if not lengths:
        raise ValueError("lengths is empty: name at least one text")
    for length in lengths:
        positive(length=length)
