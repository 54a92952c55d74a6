"""Formulas of inference and training as pure functions of plain floats, SI units throughout."""

from anuman import lazy

# Module -> its public names; each module is loaded when one of them is first asked for.
__all__ = lazy.public(
    __name__,
    {
        "batching": (
            "Chained chain continuous_steps harmonic "
            "longest_over_mean static_steps wasted_slot_fraction"
        ),
        "cluster": (
            "COOLANTS checkpoint_interval coolant_flow effective_speedup goodput goodput_at mtbf racks "
            "site_watts"
        ),
        "communication": "all_reduce pipeline_bubble",
        "conditions": "BadRow",
        "context": "kv_cache_bytes",
        "crossover": "chip_hours crossover_tokens mixed_share",
        "deployment": "Deployment",
        "energy": "bottom_up_joules clock_under_cap server_watts wall_joules_per_token",
        "failing_run": "failure_times kept_share",
        "flops": "forward_flops training_flops",
        "layers": "attention_flops_per_pair experts_touched kv_elements_per_token",
        "load": (
            "Saturated continuous_throughput max_batch offline_throughput rate_at_tpot "
            "static_throughput steady_step tpot_at_rate"
        ),
        "memory": (
            "chips_needed kv_bytes_per_token kv_cache_bytes_per_token training_state_bytes "
            "weight_bytes"
        ),
        "mlp": "mlp_layer",
        "money": "CRORE HOUR LAKH MILLION YEAR breakeven_tokens rupees tco_per_mtok usd_per_mtok",
        "paging": "contiguous_waste paged_waste",
        "pipelined": "pipelined_prefill",
        "placement": "DoesNotFit",
        "predict": "NotPredicted predict",
        "roofline": "Step attainable_flops critical_batch decode_step intensity ridge",
        "room": "room_for",
        "several_chips": "hops reading_time token_time",
        "speculation": "expected_tokens speculative_speedup",
        "training": ("activation_bytes flops_per_token tokens_trainable training_days"),
    },
)
