"""Seconds that one chip spends on one token of training, from the run's recipe.

The sum of four parts, none hidden behind another: products of weights and attention at the share e of the peak that long
runs reach in hardware FLOPs; element-by-element kernels; exchanges within a layer; gathering of weights.

    t = (1 + r/3)·(FLOPs/(F·e) + 3·bytes/(W·share)) + exchanges + gathering

r: share of the forward pass that is computed a second time, because memory does not hold its results (8 FLOPs where 6
count if all of it is). Source: Korthikanti et al., "Reducing Activation Recomputation", 2022: 54.2 % of the peak with
next to none, 42.1 % with all.
"""

from ..catalog import Chip, Model, efficiency, source
from ..catalog.recipes import Recipe
from .arguments import share
from .layers import WIDE, attention_flops_per_pair, attention_weights, layer_groups
from .rates import dense_peak

BOTH_PASSES = 3  # a forward pass, and a backward one of twice its work
REDUCES = 4  # of a layer's activations: two forward, two backward
SERVER = 8  # most chips that share out a layer
WIDTH_OVER_LAYERS = 128
STATE_BYTES = 16  # a parameter's, in mixed-precision Adam


def recomputed_share(model: Model, kept: tuple[str, ...]) -> float:
    """Share of a layer's products whose results are not kept, so that the backward pass computes them again."""
    qkv = (
        attention_weights(model) - model.heads * (model.v_head_dim or model.head_dim) * model.width
    )
    groups = layer_groups(model)
    mlp = sum(
        g.count * (g.shared_weights - attention_weights(model) + g.experts_per_token * g.expert_weights)
        for g in groups
    ) / model.layers  # fmt: skip
    out = attention_weights(model) - qkv
    down = mlp / model.ffn_matrices
    parts = {"qkv": qkv, "out": out, "gate_up": mlp - down, "down": down}
    return 1 - sum(parts[name] for name in kept) / sum(parts.values())


def usual_shape(params: float) -> Model:
    """A dense model of this size, 128 times as wide as it has layers, heads of 128, an MLP 4 times as wide.

    N = 12·L·d². Source of the ratio: Kaplan et al., "Scaling Laws for Neural Language Models", 2020, figure 5.
    """
    layers = max(1, round((params / 12 / WIDTH_OVER_LAYERS**2) ** (1 / 3)))
    width = WIDTH_OVER_LAYERS * layers
    return Model(
        name="usual shape", family="", params=params, params_active=params, layers=layers, width=width,
        heads=layers, kv_heads=layers, head_dim=WIDTH_OVER_LAYERS, ffn_width=4 * width, ffn_matrices=2,
        vocab=0, tied_embedding=True, attention="MHA", source=source("assumption-laptop"), known="assumed",
    )  # fmt: skip


def chips_per_layer(params: float, chip: Chip) -> int:
    """Fewest chips of a server, 1, 2, 4 or 8, that hold 16 bytes a parameter; 8 where none does."""
    chips = 1
    while chips < SERVER and STATE_BYTES * params > chips * chip.capacity:
        chips *= 2
    return chips


def training_token_s(
    chip: Chip,
    params_active: float,
    recipe: Recipe,
    model: Model | None = None,
    sequence: float = 0.0,
    activation: str = "bf16",
) -> float:
    """Seconds of one chip for one token; a model of unknown shape is taken to have the usual one.

    params_active: parameters that a token uses. activation: format of the products' arithmetic; attention stays at 16 bits.
    """
    reached = efficiency(chip.name, "training").compute
    share(reached=reached)
    wide = dense_peak(chip, "bf16") * reached
    model = model or usual_shape(params_active)
    pairs = (
        attention_flops_per_pair(model) * sequence
    )  # PaLM's count: the causal half not taken off
    attention = BOTH_PASSES * pairs / wide
    again = 1 + recomputed_share(model, recipe.kept) / BOTH_PASSES
    compute = _products_s(chip, params_active, recipe, model, activation) + attention
    total = again * (compute + _elementwise_s(chip, model))
    if recipe.sharding == "tensor":
        chips = recipe.chips_per_layer or chips_per_layer(params_active, chip)
        return total + _exchange_s(chip, model, chips)
    return total + _gathering_s(chip, model, recipe)


def _products_s(
    chip: Chip, params_active: float, recipe: Recipe, model: Model, activation: str
) -> float:
    """6·N_a over the peak; 8-bit products and experts reach less of it, by what their single kernels reach."""
    bits = 8 if activation in ("fp8", "int8") and f"peak.{activation}" in chip.quantities else 16
    peak = dense_peak(chip, activation if bits == 8 else "bf16")
    rate = peak * efficiency(chip.name, "training").compute
    wide = efficiency(chip.name, "gemm", 16).compute
    routed = sum(g.count * g.experts_per_token * g.expert_weights for g in layer_groups(model))
    routed = min(routed, params_active)
    spared = (params_active - routed) * wide / efficiency(chip.name, "gemm", bits).compute
    experts = 0.0
    if routed:
        # Grouped products of experts were timed on GPUs alone; nothing says that other chips lose as much.
        gpu = chip.kind == "GPU"
        slower = wide / efficiency(chip.name, "experts", bits).compute if gpu else 1.0
        experts = routed * slower * recipe.capacity_factor
    return 2 * BOTH_PASSES * (spared + experts) / rate


def _elementwise_s(chip: Chip, model: Model) -> float:
    """Norms, rotation and activation, forward and backward."""
    nbytes = sum(g.count * (g.norm_bytes + g.elementwise_bytes) for g in layer_groups(model))
    return BOTH_PASSES * nbytes / (chip.bandwidth * efficiency(chip.name, "elementwise").memory)


def _exchange_s(chip: Chip, model: Model, chips: int) -> float:
    """Four all-reduces a layer of a token's activations over `chips` chips, all of which wait: Shoeybi et al., 2019."""
    if chips == 1:
        return 0.0
    nbytes = model.layers * REDUCES * 2 * (chips - 1) / chips * WIDE * model.width
    link = chip.quantity("link").value * efficiency(chip.name, "all_reduce").memory
    return chips * nbytes / link


def _gathering_s(chip: Chip, model: Model, recipe: Recipe) -> float:
    """Weights gathered for both passes and gradients handed back, once a step: 3·2·N bytes over the link a chip.

    Source: Zhao et al., "PyTorch FSDP", 2023; Austin et al., "How to Scale Your Model", 2025.
    """
    if not (recipe.exposed and recipe.tokens_per_chip):
        return 0.0
    return BOTH_PASSES * WIDE * model.params / chip.quantity("link").value / recipe.tokens_per_chip
