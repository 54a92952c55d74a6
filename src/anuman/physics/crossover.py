"""When serving a model has cost as much as training it: in arithmetic, and in time of the chips.

A served token is read or written once, 2·N_a FLOPs; a training token costs 6·N_a. N_a cancels.
"""

from .arguments import positive, share
from .flops import forward_flops, training_flops


def crossover_tokens(
    train_tokens: float, train_share: float = 1.0, serve_share: float = 1.0
) -> float:
    """Served tokens that cost as much as training on train_tokens: 3·D·serve_share/train_share.

    train_share, serve_share: shares of the chips' peak FLOP/s in use. Equal ones (the default) count
    arithmetic; measured ones count chip time, and so money at one price an hour.
    """
    positive(train_tokens=train_tokens)
    share(train_share=train_share, serve_share=serve_share)
    return training_flops(1, train_tokens) / train_share / (forward_flops(1, 1) / serve_share)


def mixed_share(input_part: float, input_share: float, output_share: float) -> float:
    """Share of the peak over tokens of two kinds: the harmonic mean, because their times add.

    input_part: part of the served tokens that are read rather than written, 0 to 1.
    """
    share(input_share=input_share, output_share=output_share)
    if not 0 <= input_part <= 1:
        raise ValueError(f"input_part is {input_part!r}: it must lie between 0 and 1")
    return 1 / (input_part / input_share + (1 - input_part) / output_share)


def chip_hours(flops: float, peak: float, peak_share: float) -> float:
    """Hours of one chip (peak in FLOP/s, peak_share of it in use) that `flops` FLOPs take."""
    positive(flops=flops, peak=peak)
    share(peak_share=peak_share)
    return flops / (peak * peak_share) / 3600
