"""The matrices of one transformer layer's MLP: where most of a decode step's bytes are."""

from .arguments import positive


def mlp_layer(
    tokens: float, width: int, ffn_width: int, matrices: int, bytes_per_weight: float, tp: int = 1
) -> tuple[float, float]:
    """FLOPs and bytes of weights that one chip of `tp` handles for one layer's MLP.

    FLOPs = 2·tokens·matrices·width·ffn_width/tp; bytes = matrices·width·ffn_width·w/tp (activations
    left out, as in roofline.intensity).
    """
    positive(
        tokens=tokens, width=width, ffn_width=ffn_width, matrices=matrices,
        bytes_per_weight=bytes_per_weight, tp=tp,
    )  # fmt: skip
    weights = matrices * width * ffn_width / tp
    return 2 * tokens * weights, weights * bytes_per_weight
