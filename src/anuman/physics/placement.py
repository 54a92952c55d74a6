"""A model placed on chips: how many, in which formats, and what then lies in their memory."""

from dataclasses import dataclass
from functools import cached_property

from ..catalog import Chip, Model, chip, model
from .arguments import positive, share
from .context import LONG_WINDOW, index_bytes_per_token, kv_cache_bytes, windowed_share
from .engines import Engine, engine
from .layers import kv_elements_per_token, layer_groups

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
    The cache is shared out over tp chips whole: by heads, or by sequences where there are fewer heads.
    activation: number format of the arithmetic, a key of ARITHMETIC_BITS. Names are the catalogue's.
    Raises UnknownName, MissingValue, or ValueError naming a bad argument.
    """

    chip_name: str
    model_name: str
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
            raise ValueError(f"ep is {self.ep}: {self.model_name} has no experts to share out")
        if self.ep > experts:
            raise ValueError(
                f"ep is {self.ep}: {self.model_name} has only {experts} experts a layer"
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
        return model(self.model_name)

    @cached_property
    def engine(self) -> Engine:
        return engine(self.software)

    @cached_property
    def weight_bytes(self) -> float:
        """Bytes of the weights on the tp·pp chips: all of them, but of the experts a part in ep."""
        elsewhere = 0.0
        if self.ep > 1:
            experts = sum(g.count * g.experts * g.expert_weights for g in layer_groups(self.model))
            elsewhere = experts * (1 - 1 / self.ep)
        return (self.model.params - elsewhere) * self.weight_bits / 8

    @cached_property
    def kv_bytes_per_token(self) -> float:
        """Bytes that one token of one sequence adds to the KV cache, over all chips.

        Layers with a short window add nothing once it is full; what they keep is left out here, kv_bytes counts it.
        """
        window = self.model.window
        full = windowed_share(self.model) if window and window < LONG_WINDOW else 0.0
        elements = kv_elements_per_token(self.model) * (1 - full)
        return elements * self.kv_bits / 8 + index_bytes_per_token(self.model)

    def kv_bytes(self, context: float) -> float:
        """Bytes of one sequence's KV cache at `context` tokens, over all chips."""
        return kv_cache_bytes(self.model, context, self.kv_bits)

    @cached_property
    def kv_room(self) -> float:
        """Bytes left for KV caches beside the weights. Raises DoesNotFit when there are none."""
        memory = self.engine.memory_share * self.chip.capacity * self.tp * self.pp
        free = memory - self.weight_bytes
        if free <= 0:
            raise DoesNotFit(
                f"{self.model_name} does not fit: needs {self.weight_bytes / 1e9:.4g} GB for its "
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
