"""Formulas of inference and training as pure functions of plain floats, SI units throughout."""

from .batching import (
    Chained,
    batch_at_tpot,
    batched_step,
    chain,
    continuous_steps,
    harmonic,
    longest_over_mean,
    static_steps,
    wasted_slot_fraction,
)
from .cluster import (
    checkpoint_interval,
    coolant_flow,
    effective_speedup,
    goodput,
    mtbf,
    racks,
    site_watts,
)
from .communication import all_reduce, all_to_all, expert_exchange, pipeline_bubble
from .conditions import BadRow
from .context import kv_cache_bytes
from .crossover import chip_hours, crossover_tokens, mixed_share
from .deployment import Deployment
from .energy import bottom_up_joules, clock_under_cap, server_watts, wall_joules_per_token
from .flops import forward_flops, training_flops
from .layers import attention_flops_per_pair, experts_touched, kv_elements_per_token
from .load import (
    Saturated,
    continuous_throughput,
    max_batch,
    offline_throughput,
    rate_at_tpot,
    static_throughput,
    steady_step,
    tpot_at_rate,
)
from .memory import (
    chips_needed,
    kv_bytes_per_token,
    kv_cache_bytes_per_token,
    training_state_bytes,
    weight_bytes,
)
from .mlp import mlp_layer
from .money import breakeven_tokens, rupees, tco_per_mtok, usd_per_mtok
from .paging import contiguous_waste, paged_waste
from .pipelined import pipelined_prefill
from .placement import DoesNotFit
from .predict import NotPredicted, predict
from .roofline import (
    Step,
    attainable_flops,
    critical_batch,
    decode_step,
    intensity,
    ridge,
)
from .room import room_for
from .speculation import expected_tokens, speculative_speedup
from .training import (
    activation_bytes,
    flops_per_token,
    mfu,
    state_bytes_per_chip,
    tokens_trainable,
    training_days,
)

__all__ = [
    "BadRow",
    "Chained",
    "Deployment",
    "DoesNotFit",
    "NotPredicted",
    "Saturated",
    "Step",
    "activation_bytes",
    "all_reduce",
    "all_to_all",
    "attainable_flops",
    "attention_flops_per_pair",
    "batch_at_tpot",
    "batched_step",
    "bottom_up_joules",
    "breakeven_tokens",
    "chain",
    "checkpoint_interval",
    "chip_hours",
    "chips_needed",
    "clock_under_cap",
    "contiguous_waste",
    "continuous_steps",
    "continuous_throughput",
    "coolant_flow",
    "critical_batch",
    "crossover_tokens",
    "decode_step",
    "effective_speedup",
    "expected_tokens",
    "expert_exchange",
    "experts_touched",
    "flops_per_token",
    "forward_flops",
    "goodput",
    "harmonic",
    "intensity",
    "kv_bytes_per_token",
    "kv_cache_bytes",
    "kv_cache_bytes_per_token",
    "kv_elements_per_token",
    "longest_over_mean",
    "max_batch",
    "mfu",
    "mixed_share",
    "mlp_layer",
    "mtbf",
    "offline_throughput",
    "paged_waste",
    "pipeline_bubble",
    "pipelined_prefill",
    "predict",
    "racks",
    "rate_at_tpot",
    "ridge",
    "room_for",
    "rupees",
    "server_watts",
    "site_watts",
    "speculative_speedup",
    "state_bytes_per_chip",
    "static_steps",
    "static_throughput",
    "steady_step",
    "tco_per_mtok",
    "tokens_trainable",
    "tpot_at_rate",
    "training_days",
    "training_flops",
    "training_state_bytes",
    "usd_per_mtok",
    "wall_joules_per_token",
    "wasted_slot_fraction",
    "weight_bytes",
]
