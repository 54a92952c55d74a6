"""The roofline: one decode step waits for the slower of two clocks.

Source: Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009; for decoding, Pope et al.,
"Efficiently Scaling Transformer Inference", 2022. Symbols: N parameters, B sequences in the step,
w bytes per weight, F FLOP/s, W byte/s. Activations and the KV cache are left out here.
"""

from dataclasses import dataclass

from .arguments import not_negative, positive, share

FLOPS_PER_WEIGHT = 2  # one multiplication, one addition


@dataclass(frozen=True)
class Step:
    """One decode step: seconds that the arithmetic takes, seconds that reading the weights takes."""

    compute_s: float
    memory_s: float

    @property
    def seconds(self) -> float:
        """The larger of the two: reads and arithmetic overlap fully."""
        return max(self.compute_s, self.memory_s)

    @property
    def bound(self) -> str:
        """The clock one waits for: "memory", "compute", or "both" at the ridge (within 1e-9)."""
        if abs(self.compute_s - self.memory_s) <= 1e-9 * self.seconds:
            return "both"
        return "memory" if self.memory_s > self.compute_s else "compute"


def intensity(batch: float, bytes_per_weight: float) -> float:
    """Arithmetic intensity of a decode step, 2B/w, in FLOP per byte of weights read."""
    positive(batch=batch, bytes_per_weight=bytes_per_weight)
    return FLOPS_PER_WEIGHT * batch / bytes_per_weight


def ridge(flops: float, bandwidth: float) -> float:
    """Intensity at which both clocks agree, F/W, in FLOP per byte (flops in FLOP/s, bandwidth in byte/s)."""
    positive(flops=flops, bandwidth=bandwidth)
    return flops / bandwidth


def critical_batch(
    flops: float, bandwidth: float, bytes_per_weight: float, mfu: float = 1.0, mbu: float = 1.0
) -> float:
    """Batch at which a decode step reaches the ridge, (F·mfu·w)/(2·W·mbu), in sequences.

    mfu and mbu: shares of the peak FLOP/s and of the peak bandwidth that the kernels reach.
    """
    share(mfu=mfu, mbu=mbu)
    positive(bytes_per_weight=bytes_per_weight)
    return ridge(flops * mfu, bandwidth * mbu) * bytes_per_weight / FLOPS_PER_WEIGHT


def decode_step(
    *,
    n: float,
    batch: float,
    flops: float,
    bandwidth: float,
    bytes_per_weight: float,
    kv_per_seq: float = 0.0,
    mfu: float = 1.0,
    mbu: float = 1.0,
) -> Step:
    """Both clocks of one decode step: 2NB/(F·mfu) and (wN + kB)/(W·mbu), in seconds.

    The weights are read once for all, every sequence's KV cache once for itself. n: parameters; batch:
    sequences; flops: FLOP/s; bandwidth: bytes/s; kv_per_seq: bytes of one sequence's cache, 0 where it
    is small beside the weights. Raises ValueError naming a bad argument.
    """
    positive(n=n, batch=batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=bytes_per_weight)
    not_negative(kv_per_seq=kv_per_seq)
    share(mfu=mfu, mbu=mbu)
    return Step(
        compute_s=FLOPS_PER_WEIGHT * n * batch / (flops * mfu),
        memory_s=(bytes_per_weight * n + kv_per_seq * batch) / (bandwidth * mbu),
    )


def attainable_flops(intensity: float, flops: float, bandwidth: float) -> float:
    """FLOP/s that a chip can reach at this intensity (FLOP per byte): min(F, intensity·W)."""
    positive(intensity=intensity, flops=flops, bandwidth=bandwidth)
    return min(flops, intensity * bandwidth)
