"""A model placed on chips: how many, in which formats, and what then lies in their memory."""

from dataclasses import dataclass
from functools import cached_property

from ..catalog import Chip, Model, chip, model
from .arguments import positive, share
from .context import LONG_WINDOW, index_bytes_per_token, kv_cache_bytes, windowed_share
from .engines import Engine, engine
from .layers import expert_parameters, kv_elements_per_token

# The widest kernels that are timed are of 16 bits.
ARITHMETIC_BITS = {"fp32": 16, "bf16": 16, "fp16": 16, "fp8": 8, "int8": 8, "fp4": 4}


def arithmetic_bits(activation: str) -> int:
    """Bits of the numbers that are multiplied. Raises ValueError for an unknown format."""
    if activation not in ARITHMETIC_BITS:
        raise ValueError(f"activation is {activation!r}: it is one of {', '.join(ARITHMETIC_BITS)}")
    return ARITHMETIC_BITS[activation]


class DoesNotFit(ValueError):
    """The weights, or the asked-for KV cache, exceed the memory of the chips."""


@dataclass(frozen=True)
class Placement:
    """A model on `tp` chips that share every layer, in `pp` stages of consecutive layers.

    weight_bits and kv_bits may be fractions (4-bit weights with their scales have 4.5).
    clock: share of the full clock, below 1 on a machine whose power is capped (energy.clock_under_cap).
    ep: chips over which the experts are shared out. Each chip of the group serves sequences of its own (a replica
    is one chip) with all other weights, and exchanges tokens with the rest before and after the experts.
    The cache is shared out over tp chips by heads; where there are fewer, GPUs keep copies, others share out sequences.
    activation: number format of the arithmetic, a key of ARITHMETIC_BITS. Names are the catalogue's; a
    Model may stand for its own.
    Raises UnknownName, MissingValue, or ValueError naming a bad argument.
    """

    chip_name: str
    model_name: str | Model
    tp: int = 1
    pp: int = 1
    weight_bits: float = 16
    activation: str = "bf16"
    kv_bits: float = 16
    software: str = "generic"
    clock: float = 1.0
    ep: int = 1

    def __post_init__(self):
        positive(
            tp=self.tp, pp=self.pp, ep=self.ep, weight_bits=self.weight_bits, kv_bits=self.kv_bits
        )  # fmt: skip
        if self.ep > 1:
            self._check_experts()
        share(clock=self.clock)
        arithmetic_bits(self.activation)
        if max(self.weight_bits, self.kv_bits) > 32:
            raise ValueError("a weight or KV element has at most 32 bits (bits, not bytes)")

    def _check_experts(self) -> None:
        experts = self.model.experts
        if experts is None:
            raise ValueError(f"ep is {self.ep}: {self.model.name} has no experts to share out")
        if self.ep > experts:
            raise ValueError(
                f"ep is {self.ep}: {self.model.name} has only {experts} experts a layer"
            )
        if self.tp > 1:
            raise ValueError(
                f"ep is {self.ep}: each chip of such a group has its own sequences, so tp is 1"
            )

    @cached_property
    def chip(self) -> Chip:
        return chip(self.chip_name)

    @cached_property
    def model(self) -> Model:
        return self.model_name if isinstance(self.model_name, Model) else model(self.model_name)

    @cached_property
    def engine(self) -> Engine:
        return engine(self.software)

    @cached_property
    def weight_bytes(self) -> float:
        """Bytes of the weights on the tp·pp chips: all of them, but of the experts a part in ep."""
        bits, experts = self.weight_bits, expert_parameters(self.model)
        beside = 16 if self.wide_beside_experts else bits
        return (experts / self.ep * bits + (self.model.params - experts) * beside) / 8

    @property
    def wide_beside_experts(self) -> bool:
        """True when only the experts have the narrow weights, all other products stay at 16 bits."""
        return self.model.narrow_experts and self.weight_bits < 8

    @cached_property
    def kv_bytes_per_token(self) -> float:
        """Bytes that one token of one sequence adds to the KV cache, over all chips.

        Layers with a short window add nothing once it is full; what they keep is left out here, kv_bytes counts it.
        """
        window = self.model.window
        full = windowed_share(self.model) if window and window < LONG_WINDOW else 0.0
        elements = kv_elements_per_token(self.model) * (1 - full)
        return self.kv_copies * (elements * self.kv_bits / 8 + index_bytes_per_token(self.model))

    @cached_property
    def kv_shares(self) -> int:
        """Chips over which one sequence's cache is shared out: GPUs split it by heads, of which a latent counts as one."""
        if self.chip.kind != "GPU":
            return self.tp
        return min(self.tp, 1 if self.model.attention == "MLA" else self.model.kv_heads)

    @property
    def kv_copies(self) -> float:
        """How often the tp chips hold the same keys and values."""
        return self.tp / self.kv_shares

    def kv_bytes(self, context: float) -> float:
        """Bytes of one sequence's KV cache at `context` tokens, over all chips, copies included."""
        return self.kv_copies * kv_cache_bytes(self.model, context, self.kv_bits / 8)

    @cached_property
    def kv_room(self) -> float:
        """Bytes left for KV caches beside the weights. Raises DoesNotFit when there are none."""
        memory = self.engine.memory_share * self.chip.capacity * self.tp * self.pp
        free = memory - self.weight_bytes
        if free <= 0:
            raise DoesNotFit(
                f"{self.model.name} does not fit: needs {self.weight_bytes / 1e9:.4g} GB for its "
                f"weights, {self.tp * self.pp} {self.chip_name} have "
                f"{self.chip.capacity * self.tp * self.pp / 1e9:.4g} GB, of which "
                f"{self.engine.memory_share:.0%} can be used"
            )
        return free

    @cached_property
    def kv_capacity(self) -> float:
        """Tokens that the KV cache can hold beside the weights. Raises DoesNotFit when none can."""
        return self.kv_room / self.kv_bytes_per_token

    @property
    def fits(self) -> bool:
        """True when the weights leave room for a KV cache."""
        return self.weight_bytes < self.engine.memory_share * self.chip.capacity * self.tp * self.pp
