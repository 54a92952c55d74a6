"""KV memory that holds nothing: what reserving and paging waste.

Source: Kwon et al., "Efficient Memory Management for Large Language Model Serving with PagedAttention",
SOSP 2023.
"""

from collections.abc import Sequence
from math import ceil

from .arguments import positive


def contiguous_waste(lengths: Sequence[float], max_length: float) -> float:
    """Share of the memory unused when every sequence reserves max_length tokens: 1 - mean/max.

    Raises ValueError when a sequence is longer than its reservation, or there is none.
    """
    positive(max_length=max_length)
    _some(lengths)
    if max(lengths) > max_length:
        raise ValueError(f"a sequence of {max(lengths)} tokens exceeds its {max_length} reserved")
    return 1 - sum(lengths) / (len(lengths) * max_length)


def paged_waste(lengths: Sequence[float], page: int) -> float:
    """Share of the memory unused when sequences take whole pages of `page` tokens: half a page each on average."""
    positive(page=page)
    _some(lengths)
    taken = sum(ceil(length / page) * page for length in lengths)
    return 1 - sum(lengths) / taken


def _some(lengths: Sequence[float]) -> None:
    if not lengths:
        raise ValueError("no lengths: at least one sequence is needed")
    positive(**{f"lengths[{i}]": length for i, length in enumerate(lengths)})
