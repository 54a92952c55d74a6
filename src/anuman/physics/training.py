"""Training: days, memory a chip, and the share of the peak that a run reaches."""

from .arguments import not_negative, positive, share
from .flops import training_flops

DAY = 86400.0


def training_days(
    n_active: float, tokens: float, chips: int, peak: float, mfu: float, goodput: float = 1.0
) -> float:
    """Days = 6·N_a·D / (chips · peak FLOP/s · MFU · goodput).

    goodput: share of the time that advances the run (restarts and lost work off). Source: Kaplan et al.,
    2020; Chowdhery et al., "PaLM", 2022 (MFU).
    """
    positive(chips=chips, peak=peak)
    share(mfu=mfu, goodput=goodput)
    return training_flops(n_active, tokens) / (chips * peak * mfu * goodput) / DAY


def tokens_trainable(
    chips: int, days: float, peak: float, mfu: tuple[float, float], n_active: tuple[float, float]
) -> tuple[float, float]:
    """(fewest, most) tokens that chips can train on in that time, for ranges (low, high) of MFU and size."""
    positive(chips=chips, days=days, peak=peak)
    share(mfu_low=mfu[0], mfu_high=mfu[1])
    positive(n_low=n_active[0], n_high=n_active[1])
    budget = chips * days * DAY * peak
    return budget * mfu[0] / (6 * n_active[1]), budget * mfu[1] / (6 * n_active[0])


def activation_bytes(
    layers: int, sequence: int, batch: int, width: int, heads: int, tp: int = 1,
    recompute: str = "none",
) -> float:  # fmt: skip
    """Bytes of activations kept for the backward pass, 16-bit: L·s·b·d·(34 + 5·h·s/d), shared by tp.

    recompute: "none", "selective" (attention's scores are computed again: 34·s·b·d) or "full" (only
    each layer's input is kept: 2·s·b·d, not shared). Source: Korthikanti et al., "Reducing Activation
    Recomputation in Large Transformer Models", 2022, with sequence parallelism.
    """
    positive(layers=layers, sequence=sequence, batch=batch, width=width, heads=heads, tp=tp)
    unit = layers * sequence * batch * width
    if recompute == "full":
        return 2 * unit
    if recompute == "selective":
        return 34 * unit / tp
    if recompute == "none":
        return unit * (34 + 5 * heads * sequence / width) / tp
    raise ValueError(f"recompute is {recompute!r}: it is none, selective or full")


def flops_per_token(
    n_active: float, layers: int = 0, attention_width: int = 0, sequence: float = 0
) -> float:
    """Training FLOPs of one token, 6·N_a + 12·L·(heads·head_dim)·s: PaLM's count, the causal half not taken off."""
    not_negative(sequence=sequence)
    return training_flops(n_active, 1, layers, attention_width, sequence)
