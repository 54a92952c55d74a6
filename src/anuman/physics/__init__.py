"""Formulas of inference and training as pure functions of plain floats, SI units throughout."""

from .crossover import chip_hours, crossover_tokens, mixed_share
from .flops import forward_flops, training_flops
from .memory import chips_needed, kv_bytes_per_token, training_state_bytes, weight_bytes
from .mlp import mlp_layer
from .roofline import (
    Step,
    attainable_flops,
    critical_batch,
    decode_step,
    intensity,
    ridge,
)

__all__ = [
    "Step",
    "attainable_flops",
    "chip_hours",
    "chips_needed",
    "critical_batch",
    "crossover_tokens",
    "decode_step",
    "forward_flops",
    "intensity",
    "kv_bytes_per_token",
    "mixed_share",
    "mlp_layer",
    "ridge",
    "training_flops",
    "training_state_bytes",
    "weight_bytes",
]
