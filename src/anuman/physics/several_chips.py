"""Several chips hold one model: do they work at the same time, or do they take turns?

The least time in which one user's token is written: reading the weights, and passing from chip to chip.
Tensor parallel (Shoeybi et al., "Megatron-LM", 2019): every chip has a part of every layer, all read at the
same time, and twice in each layer they exchange what they have found. Pipeline (Huang et al., "GPipe",
2019): every chip has some of the layers, and the token visits one after the other.
"""

from .arguments import not_negative, positive

TENSOR, PIPELINE = "tensor", "pipeline"
EXCHANGES_PER_LAYER = 2  # after attention and after the MLP


def reading_time(split: str, chips: int, weight_bytes: float, bandwidth: float) -> float:
    """Seconds in which all weights are read once for one user; bandwidth of one chip in bytes/s.

    "tensor": the bandwidths add up. "pipeline": the chips take turns, so their number cancels.
    """
    positive(chips=chips, weight_bytes=weight_bytes, bandwidth=bandwidth)
    at_once = {TENSOR: chips, PIPELINE: 1}
    if split not in at_once:
        raise ValueError(f"split is {split!r}: it must be {TENSOR!r} or {PIPELINE!r}")
    return weight_bytes / (at_once[split] * bandwidth)


def hops(split: str, chips: int, layers: int) -> int:
    """How often one token waits for something to pass from chip to chip."""
    positive(chips=chips, layers=layers)
    if chips == 1:
        return 0
    return EXCHANGES_PER_LAYER * layers if split == TENSOR else chips - 1


def token_time(
    split: str, chips: int, weight_bytes: float, bandwidth: float, layers: int, hop_s: float
) -> float:
    """Least seconds for one user's token: reading the weights plus the hops of hop_s seconds each."""
    not_negative(hop_s=hop_s)
    reading = reading_time(split, chips, weight_bytes, bandwidth)
    return reading + hops(split, chips, layers) * hop_s
