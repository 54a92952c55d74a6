"""Formulas of inference and training as pure functions of plain floats, SI units throughout."""

from .flops import forward_flops, training_flops
from .memory import chips_needed, kv_bytes_per_token, training_state_bytes, weight_bytes
from .mlp import mlp_layer
from .paging import contiguous_waste, paged_waste
from .roofline import (
    Step,
    attainable_flops,
    critical_batch,
    decode_step,
    intensity,
    ridge,
)
from .room import latent_kv_bytes_per_token, room_for

__all__ = [
    "Step",
    "attainable_flops",
    "chips_needed",
    "contiguous_waste",
    "critical_batch",
    "decode_step",
    "forward_flops",
    "intensity",
    "kv_bytes_per_token",
    "latent_kv_bytes_per_token",
    "mlp_layer",
    "paged_waste",
    "ridge",
    "room_for",
    "training_flops",
    "training_state_bytes",
    "weight_bytes",
]
