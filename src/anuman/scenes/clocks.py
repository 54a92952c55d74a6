"""One decode step of a model on a chip: both clocks, fit, shares. Physics and catalogue compute, this collects."""

from dataclasses import dataclass

from anuman import catalog, physics

CHIPS = (
    "H100-SXM", "H200", "B200", "A100-80", "MI300X", "TPUv5e", "TPUv6e", "TPUv7",
    "Groq-LPU1", "WSE-3", "RTX-4090", "M3-Ultra", "laptop-CPU", "RPi5",
)  # fmt: skip
MODELS = ("Llama-3.1-8B", "Qwen3-32B", "Llama-3.1-70B", "Llama-3.1-405B")


@dataclass(frozen=True)
class Clocks:
    """What the roofline widget shows about one setting; SI units.

    compute_s, peak, ridge and share are None for a chip whose dense 16-bit peak nobody publishes.
    chips: how many hold the weights; share: of the peak FLOP/s, while the weights are being read.
    """

    chip: str
    model: str
    params: float
    batch: int
    bytes_per_weight: float
    precision: str | None
    peak: float | None
    bandwidth: float
    capacity: float
    weight_bytes: float
    chips: int
    intensity: float
    ridge: float | None
    critical_batch: float | None
    compute_s: float | None
    memory_s: float
    bound: str | None

    @property
    def seconds(self) -> float:
        """Step time; the memory time alone (a lower bound) where the compute time is unknown."""
        return max(self.compute_s or 0.0, self.memory_s)

    @property
    def share(self) -> float | None:
        """Share of the peak FLOP/s in use during the step, 0 to 1."""
        return None if self.compute_s is None else self.compute_s / self.seconds

    @property
    def fits(self) -> bool:
        """Whether one chip's memory holds the weights."""
        return self.chips == 1


def clocks(chip_name: str, model_name: str, batch: int, bytes_per_weight: float) -> Clocks:
    """Both clocks of a dense model's decode step at the chip's dense 16-bit peak.

    Raises UnknownName, MissingValue (no bandwidth or capacity) or ValueError naming a bad argument.
    """
    chip, model = catalog.chip(chip_name), catalog.model(model_name)
    try:
        precision = chip.peak16
        peak = chip.peak(precision)
    except catalog.MissingValue:
        precision = peak = None
    # The memory time does not depend on the peak, so any peak will do where none is known.
    step = physics.decode_step(
        n=model.params,
        batch=batch,
        flops=peak or 1.0,
        bandwidth=chip.bandwidth,
        bytes_per_weight=bytes_per_weight,
    )
    nbytes = physics.weight_bytes(model.params, bytes_per_weight)
    return Clocks(
        chip=chip_name,
        model=model_name,
        params=model.params,
        batch=batch,
        bytes_per_weight=bytes_per_weight,
        precision=precision,
        peak=peak,
        bandwidth=chip.bandwidth,
        capacity=chip.capacity,
        weight_bytes=nbytes,
        chips=physics.chips_needed(nbytes, chip.capacity),
        intensity=physics.intensity(batch, bytes_per_weight),
        ridge=physics.ridge(peak, chip.bandwidth) if peak else None,
        critical_batch=physics.critical_batch(peak, chip.bandwidth, bytes_per_weight)
        if peak
        else None,
        compute_s=step.compute_s if peak else None,
        memory_s=step.memory_s,
        bound=step.bound if peak else None,
    )


def first_clocks() -> Clocks:
    """The step that the widget opens with: one user, 16-bit weights."""
    return clocks(CHIPS[0], MODELS[0], batch=1, bytes_per_weight=2.0)
