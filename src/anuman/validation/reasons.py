"""Why a prediction misses: the first known cause that fits the row's conditions, tested where it can be.

A cause is listed only if it is a fact about the row, the table or the formula that works in the direction of
the error. That it is the only one is never claimed. Whatever fits none is "not explained".
"""

from collections.abc import Callable, Mapping

from ..catalog import chip, efficiency, model
from ..catalog.errors import MissingValue, UnknownName
from ..language import N_
from ..physics import predict
from ..physics.engines import engine

SMALL = 0.15  # errors up to here need no reason
CAPACITY = (
    0.50  # an error of the load up to here still says where the error of a latency comes from
)
NOT_EXPLAINED = N_("not explained")
LATENCIES = (
    "tpot_ms",
    "ttft_ms",
    "e2e_ms",
    "tpot_mean_ms",
    "tpot_p99_ms",
    "ttft_p50_ms",
    "ttft_p99_ms",
)
UNDER_LOAD = ("tpot_mean_ms", "tpot_p99_ms", "ttft_p50_ms", "ttft_p99_ms")

Cause = Callable[[Mapping, float], bool]


def reason(fields: Mapping, error: float) -> str:
    """A sentence for an error beyond SMALL, "" below it; NOT_EXPLAINED where no known cause fits."""
    if abs(error) <= SMALL:
        return ""
    return next((text for holds, text in CAUSES if holds(fields, error)), NOT_EXPLAINED)


def _text(fields: Mapping, name: str) -> str:
    return str(fields.get(name) or "")


def _metric(*names: str) -> Cause:
    return lambda fields, error: _text(fields, "metric") in names


def _software(name: str) -> Cause:
    return lambda fields, error: _text(fields, "software").startswith(name)


def _all(*causes: Cause) -> Cause:
    return lambda fields, error: all(holds(fields, error) for holds in causes)


def _too_fast(fields: Mapping, error: float) -> bool:
    """The prediction is faster than what was measured."""
    return (error < 0) == (_text(fields, "metric") in LATENCIES)


def _load_within(share: float) -> Cause:
    """A load that differs by no more than this share from the row's gives the published latency."""

    def holds(fields: Mapping, error: float) -> bool:
        try:
            load, published = float(fields["batch_or_qps"]), float(fields["value"])
            shifted = load * (1 + share) if error < 0 else load / (1 + share)
            predicted = predict({**fields, "batch_or_qps": shifted})
        except (KeyError, TypeError, ValueError):
            return False
        return (predicted >= published) if error < 0 else (predicted <= published)

    return holds


def _power_capped(fields: Mapping, error: float) -> bool:
    return "power-capped" in _text(fields, "note")


def _limit_unknown(fields: Mapping, error: float) -> bool:
    known = chip(_text(fields, "chip")).quantities
    return _power_capped(fields, error) and "capped_power" not in known


def _assumed_kernels(fields: Mapping, error: float) -> bool:
    try:
        kernels = efficiency(_text(fields, "chip"), "gemm", 16)
    except MissingValue:
        return True
    return kernels.known in ("assumed", "memory")


def _training_assumed(fields: Mapping, error: float) -> bool:
    return efficiency(_text(fields, "chip"), "training").known == "assumed"


def _experts(fields: Mapping, error: float) -> bool:
    try:
        return model(_text(fields, "model")).experts is not None
    except UnknownName:
        return False


def _others_kernels(fields: Mapping, error: float) -> bool:
    """No kernels of this row's software were timed: the median of others stands in."""
    return not engine(_text(fields, "software")).kernels


def _long(fields: Mapping, error: float) -> bool:
    return float(fields.get("input_tokens") or 0) > 16384


CAUSES: tuple[tuple[Cause, str], ...] = (
    (
        _all(_too_fast, lambda fields, error: _text(fields, "load_kind") == "production"),
        N_("an average over a day with quiet hours, where the formula takes a full machine"),
    ),
    (
        _metric("gpu_hours"),
        N_("a card's hours also count restarts, evaluation, long-context stages and distillation"),
    ),
    (
        _all(_metric(*UNDER_LOAD), _load_within(SMALL)),
        N_("near saturation: a load within 15 % of the row's gives this latency"),
    ),
    (
        _all(_metric(*UNDER_LOAD), _load_within(CAPACITY)),
        N_(
            "a load 15 to 50 % from the row's gives this latency: the capacity is off by so much, see the load"
        ),
    ),
    (_limit_unknown, N_("the power limit of this server is not known; full power is taken")),
    (
        _all(_power_capped, _too_fast),
        N_("the clock under a power limit is estimated as if the memory and leakage drew nothing"),
    ),
    (
        _all(_metric("mfu", "tok_s_chip"), _training_assumed),
        N_("no training run on this chip but the scored ones is known: a round share stands in"),
    ),
    (
        _all(_metric("tok_s_chip"), _too_fast, _long),
        N_(
            "attention dominates at this length and reaches a lower share of the peak than the rest"
        ),
    ),
    (
        _all(_metric("tok_s_chip", "mfu"), _too_fast, _experts),
        N_(
            "experts train at a lower share of the peak than dense models; on TPUs no kernel timings say by how much"
        ),
    ),
    (
        lambda fields, error: _text(fields, "chip") in ("Groq-LPU1", "WSE-3"),
        N_("what a hop and a synchronization cost on these chips is not published"),
    ),
    (
        _assumed_kernels,
        N_(
            "no timings of this chip's single kernels are known: assumed or another chip's shares stand in"
        ),
    ),
    (
        _all(_experts, _others_kernels),
        N_(
            "kernels of mixtures of experts differ by more than a factor of two between engines; "
            "this engine's were not timed"
        ),
    ),
    (
        _all(_software("FasterTransformer"), _too_fast),
        N_("attention over the prompt was not fused in 2022: more kernels and more memory traffic"),
    ),
    (
        _metric("allreduce_us"),
        N_("the table's collectives were timed with another version of the library"),
    ),
    (
        _all(_software("vLLM"), _too_fast, _metric("out_tok_s", "tpot_ms", "qps_at_tpot")),
        N_("the processor's own work between steps (scheduling, text) is not in the formula"),
    ),
)
