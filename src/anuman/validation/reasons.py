"""Why a prediction misses: the first known cause that fits the row's conditions."""

from collections.abc import Mapping

from ..catalog import efficiency, model
from ..catalog.errors import MissingValue, UnknownName

SMALL = 0.15  # errors up to here need no reason


def reason(fields: Mapping, error: float) -> str:
    """A sentence for an error beyond SMALL, "" below it; "not explained" where no known cause fits."""
    if abs(error) <= SMALL:
        return ""
    return next((text for holds, text in CAUSES if holds(fields, error)), "not explained")


def _field(fields: Mapping, name: str) -> str:
    return str(fields.get(name) or "")


def _assumed_kernels(fields: Mapping, error: float) -> bool:
    try:
        return efficiency(_field(fields, "chip"), "gemm", 16).known in ("assumed", "memory")
    except MissingValue:
        return True


def _experts(fields: Mapping, error: float) -> bool:
    try:
        return model(_field(fields, "model")).experts is not None
    except UnknownName:
        return False


def _metric(*names: str):
    return lambda fields, error: _field(fields, "metric") in names


CAUSES = (
    (
        lambda fields, error: "power-capped" in _field(fields, "note"),
        "the power cap's own watts are not published; the clock is estimated from the wall power",
    ),
    (
        _metric("gpu_hours"),
        "a card's hours also count restarts, evaluation, long-context stages and distillation",
    ),
    (
        _metric("tpot_mean_ms", "tpot_p99_ms", "ttft_p50_ms", "ttft_p99_ms"),
        "near saturation a small error of the capacity is a large one of the latency; see the load",
    ),
    (
        lambda fields, error: (
            _field(fields, "model") in ("Llama-3.1-70B", "Llama-3.1-405B")
            and _field(fields, "software").startswith("gpt-fast")
            and error < 0
        ),
        "slower than the same program on a model of nearly the same size; the source does not say why",
    ),
    (
        _metric("j_per_out_token"),
        "the server's draw is taken as 1.4 times its chips' rated power; measured servers draw less",
    ),
    (
        lambda fields, error: _field(fields, "chip") in ("Groq-LPU1", "WSE-3"),
        "what a hop and a synchronization cost on these chips is not published",
    ),
    (
        lambda fields, error: _field(fields, "chip") == "L40S" and error > 0,
        "the card's clock falls at its 350 W under long load; kernels were timed one by one",
    ),
    (
        _assumed_kernels,
        "nobody has timed this chip's single kernels in public: assumed shares stand in",
    ),
    (
        lambda fields, error: (
            _experts(fields, error) and _field(fields, "metric") in ("tok_s_chip", "mfu")
        ),
        "experts train at a lower share of the peak than dense models; no rule for it is included",
    ),
    (
        _experts,
        "kernels of mixtures of experts differ between engines by more than a factor of two",
    ),
    (
        lambda fields, error: _field(fields, "software").startswith("FasterTransformer"),
        "attention over the prompt was not fused in 2022: more kernels and more memory traffic",
    ),
    (
        _metric("allreduce_us"),
        "the table of collectives comes from another library version than this timing",
    ),
    (
        lambda fields, error: _field(fields, "metric") == "tok_s_chip" and _number(fields) > 16384,
        "attention dominates at this length and reaches a lower share of the peak than the rest",
    ),
    (
        lambda fields, error: _field(fields, "software").startswith("vLLM") and error > 0,
        "the processor's own work between steps (scheduling, text) is not in the formula",
    ),
)


def _number(fields: Mapping) -> float:
    try:
        return float(fields.get("input_tokens") or 0)
    except ValueError:
        return 0.0
