"""One model on chips of one kind: the time of a step, of a prompt, of an answer.

A step advances B sequences by one token each and may read T prompt tokens beside them. Its time is the
sum over layers of four parts, each a formula of its own module: products of weights (kernels), small
element-by-element kernels, attention over the KV cache, and the all-reduces of tensor parallelism.
"""

from dataclasses import dataclass
from functools import cached_property
from math import inf

from ..catalog import Chip, Model, chip, efficiency, model
from ..catalog.errors import MissingValue
from .arguments import not_negative, positive, share
from .engines import Engine, engine
from .layers import (
    WIDE,
    attention_flops_per_pair,
    experts_touched,
    kv_elements_per_token,
    layer_groups,
    windowed_share,
)

ARITHMETIC_BITS = {"fp32": 16, "bf16": 16, "fp16": 16, "fp8": 8, "int8": 8, "fp4": 4}
SMALL_KERNELS = 6  # two norms, rotation, cache write, activation, residual: fused as engines do


def arithmetic_bits(activation: str) -> int:
    """Bits of the numbers that are multiplied. Raises ValueError for an unknown format."""
    if activation not in ARITHMETIC_BITS:
        raise ValueError(f"activation is {activation!r}: it is one of {', '.join(ARITHMETIC_BITS)}")
    return ARITHMETIC_BITS[activation]


class DoesNotFit(ValueError):
    """The weights, or the asked-for KV cache, exceed the memory of the chips."""


@dataclass(frozen=True)
class Deployment:
    """A model on `tp` chips that share every layer, in `pp` stages of consecutive layers.

    weight_bits and kv_bits may be fractions (4-bit weights with their scales have 4.5).
    clock: share of the full clock, below 1 on a machine whose power is capped (energy.clock_under_cap).
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

    def __post_init__(self):
        positive(tp=self.tp, pp=self.pp, weight_bits=self.weight_bits, kv_bits=self.kv_bits)
        share(clock=self.clock)
        arithmetic_bits(self.activation)
        if max(self.weight_bits, self.kv_bits) > 32:
            raise ValueError("a weight or KV element has at most 32 bits (bits, not bytes)")

    @cached_property
    def chip(self) -> Chip:
        return chip(self.chip_name)

    @cached_property
    def model(self) -> Model:
        return model(self.model_name)

    @cached_property
    def engine(self) -> Engine:
        return engine(self.software)

    # --- bytes -----------------------------------------------------------------------------------

    @cached_property
    def weight_bytes(self) -> float:
        """Bytes of all weights over all chips."""
        return self.model.params * self.weight_bits / 8

    @cached_property
    def kv_bytes_per_token(self) -> float:
        """Bytes that one token of one sequence adds to the KV cache, over all chips.

        Layers with a short window add nothing once it is full; what they keep is left out here.
        """
        growing = 1 - windowed_share(self.model)
        return kv_elements_per_token(self.model) * growing * self.kv_bits / 8

    @cached_property
    def kv_capacity(self) -> float:
        """Tokens that the KV cache can hold beside the weights. Raises DoesNotFit when none can."""
        memory = self.engine.memory_share * self.chip.capacity * self.tp * self.pp
        free = memory - self.weight_bytes
        if free <= 0:
            raise DoesNotFit(
                f"{self.model_name} does not fit: needs {self.weight_bytes / 1e9:.4g} GB for its "
                f"weights, {self.tp * self.pp} {self.chip_name} have "
                f"{self.chip.capacity * self.tp * self.pp / 1e9:.4g} GB, of which "
                f"{self.engine.memory_share:.0%} can be used"
            )
        return free / self.kv_bytes_per_token

    # --- seconds ---------------------------------------------------------------------------------

    @cached_property
    def _constants(self):
        return _Constants(self)

    def linear_s(self, tokens: float, sampled: float) -> float:
        """Seconds of everything but attention over the cache: `tokens` pass the layers, `sampled` the head."""
        return self._constants.linear_s(tokens, sampled)

    def affine(
        self, decodes: float, prefill_tokens: float = 0, prefill_pairs: float = 0.0
    ) -> tuple[float, float]:
        """(fixed seconds, seconds per token of context) of one step.

        The step takes fixed + slope · (sum of the decoding sequences' context lengths). In layers with a
        short window (layers.windowed_share) every context is taken to fill it.
        prefill_pairs: query-key pairs of the prompt tokens' causal attention, S²/2 for a whole prompt.
        """
        k = self._constants
        fixed = self.engine.step_s + k.linear_s(decodes + prefill_tokens, decodes or 1)
        if decodes:
            fixed += k.attention_start_s + decodes * k.window_s
        if prefill_tokens:
            fixed += k.prefill_start_s + prefill_pairs * k.pair_s
        return fixed, (k.context_token_s if decodes else 0.0)

    def decode_step(self, batch: float, context: float) -> float:
        """Seconds in which `batch` sequences of mean length `context` tokens get one token each."""
        fixed, slope = self.affine(batch)
        return fixed + slope * batch * context

    def prefill(self, prompt: float, batch: float = 1, chunk: float | None = None) -> float:
        """Seconds to read `batch` prompts of `prompt` tokens, in pieces of `chunk` tokens if given.

        A later piece attends to all earlier ones, so the pairs add up to S²/2 however it is cut.
        """
        positive(prompt=prompt, batch=batch)
        pieces = max(1.0, batch * prompt / chunk) if chunk else 1.0
        tokens, pairs = batch * prompt / pieces, batch * prompt**2 / 2 / pieces
        return pieces * self.affine(0, tokens, pairs)[0]

    # --- what a user notices ---------------------------------------------------------------------

    def ttft(self, prompt: float, batch: float = 1) -> float:
        """Seconds to the first token on an idle machine: reading the prompt."""
        return self.prefill(prompt, batch)

    def tpot(self, batch: float, prompt: float, output: float) -> float:
        """Seconds per output token after the first, at the mean context prompt + output/2."""
        return self.decode_step(batch, prompt + output / 2)

    def end_to_end(self, batch: float, prompt: float, output: float) -> float:
        """Seconds from request to last token of a batch that starts and ends together."""
        return self.ttft(prompt, batch) + (output - 1) * self.tpot(batch, prompt, output)


class _Constants:
    """A deployment's rates, worked out once; every time below is for one of the tp chips."""

    def __init__(self, d: Deployment):
        m, c = d.model, d.chip
        bits = arithmetic_bits(d.activation)
        self.d, self.tp = d, d.tp
        peak = _peak(c, d.activation) * d.clock * d.tp
        wide_peak = _peak(c, "bf16") * d.clock * d.tp
        kernels = d.engine.kernels
        product = efficiency(d.chip_name, "gemm", bits, kernels)
        wide_product = efficiency(d.chip_name, "gemm", 16, kernels)
        small = efficiency(d.chip_name, "elementwise")
        decode = efficiency(d.chip_name, "decode_attention", int(min(16, d.kv_bits)), kernels)
        self.flops = peak * product.compute
        self.bandwidth = c.bandwidth * product.memory * d.tp
        self.kernel_s = product.kernel_s + d.engine.launch_s
        self.small_s = SMALL_KERNELS * (small.kernel_s + d.engine.launch_s)
        self.elementwise = c.bandwidth * small.memory
        self.weight_bytes = d.weight_bits / 8
        self.activation_bytes = bits / 8
        self.convert = self._convert_rate(d, bits)
        self.rounding_bytes = WIDE + bits / 8 if d.engine.rounds_apart and bits < 16 else 0.0
        self.groups = layer_groups(m)
        self.experts = efficiency(d.chip_name, "experts", bits, kernels) if m.experts else None
        self.expert_flops = peak * self.experts.compute if m.experts else 0.0
        self.expert_bandwidth = c.bandwidth * self.experts.memory * d.tp if m.experts else 0.0
        # Checkpoints with 8- and 4-bit arithmetic keep the head at 16 bits.
        self.head_weights = m.vocab * m.width
        self.head_bytes = max(self.weight_bytes, WIDE if bits < 16 else 0)
        self.head_flops = wide_peak * wide_product.compute
        self.attention_start_s = m.layers * decode.kernel_s
        prefill = efficiency(d.chip_name, "prefill_attention", None, kernels)
        self.prefill_start_s = m.layers * prefill.kernel_s
        self.pair_s = (
            attention_flops_per_pair(m) * (1 - windowed_share(m)) / (wide_peak * prefill.compute)
        )
        growing = 1 - windowed_share(m)
        rereads = 1 if d.engine.shares_kv_reads else m.heads / m.kv_heads
        cached = kv_elements_per_token(m) * d.kv_bits / 8 * rereads
        token_s = max(
            cached / (c.bandwidth * decode.memory * d.tp),
            attention_flops_per_pair(m, absorbed=True) / (wide_peak * wide_product.compute),
        )
        self.context_token_s = growing * token_s
        self.window_s = (1 - growing) * token_s * (m.window or 0)
        self._links(d)

    @staticmethod
    def _convert_rate(d: Deployment, bits: int) -> float:
        """Weights a second that `tp` chips turn into the arithmetic's format; 0: none need it, or unknown."""
        if d.weight_bits >= bits:
            return 0.0
        try:
            return efficiency(d.chip_name, "convert_per_s").value * d.tp
        except MissingValue:
            return 0.0

    def _links(self, d: Deployment):
        """Start and byte cost of the two all-reduces of a layer, and of the hops between stages."""
        self.reduce_start_s = self.reduce_byte_s = self.hops_s = 0.0
        if d.pp > 1:
            self.hops_s = (d.pp - 1) * efficiency(d.chip_name, "pipeline").hop_s
        if d.tp == 1:
            return
        share = efficiency(d.chip_name, "all_reduce")
        starts = getattr(share, d.engine.collective)
        if share.hop_s:  # a ring: every rank's part passes all others, twice
            self.reduce_start_s = 2 * (share.ranks_per_chip * d.tp - 1) * share.hop_s
        else:  # measured for 2, 4 and 8 chips; beyond, each doubling adds what the last one added
            doublings = max(0, (d.tp - 1).bit_length() - 1)
            last = len(starts) - 1
            beyond = max(0, doublings - last) * (starts[-1] - starts[-2])
            self.reduce_start_s = starts[min(doublings, last)] + beyond
        self.reduce_byte_s = 2 * (d.tp - 1) / d.tp / (d.chip.quantity("link").value * share.memory)

    def linear_s(self, tokens: float, sampled: float) -> float:
        not_negative(tokens=tokens, sampled=sampled)
        total = 0.0
        for group in self.groups:
            seconds = group.products * self.kernel_s + self._product_s(
                group.shared_weights,
                tokens,
                tokens * self._moved_bytes(group),
            )
            if group.experts:
                seconds += self._experts_s(group, tokens)
            in_full = group.norm_bytes + group.wide_inputs * self.rounding_bytes
            shared = group.elementwise_bytes + group.inputs * self.rounding_bytes
            seconds += self.small_s + tokens * (in_full + shared / self.tp) / self.elementwise
            if self.tp > 1:
                seconds += 2 * (
                    self.reduce_start_s + tokens * self.d.model.width * WIDE * self.reduce_byte_s
                )
            total += group.count * seconds
        return total + self.hops_s + self._head_s(sampled)

    def _moved_bytes(self, group) -> float:
        """Activations of one token that the products read and write, over all tp chips."""
        inputs = self.tp * group.wide_inputs + group.inputs
        outputs = self.tp * group.wide_outputs + group.outputs
        return inputs * self.activation_bytes + outputs * WIDE

    def _product_s(self, weights: float, tokens: float, moved: float) -> float:
        memory = (weights * self.weight_bytes + moved) / self.bandwidth
        compute = 2 * weights * tokens / self.flops
        convert = weights / self.convert if self.convert else 0.0
        return (memory * memory + compute * compute + convert * convert) ** 0.5

    def _experts_s(self, group, tokens: float) -> float:
        e, k, weights = group.experts, group.experts_per_token, group.expert_weights
        read = experts_touched(tokens, e, k) * weights
        moved = self.tp * tokens * k * 2 * self.d.model.width * self.activation_bytes
        memory = (read * self.weight_bytes + moved) / self.expert_bandwidth
        compute = 2 * k * weights * tokens / self.expert_flops
        convert = read / self.convert if self.convert else 0.0
        return (
            self.experts.kernel_s + (memory * memory + compute * compute + convert * convert) ** 0.5
        )

    def _head_s(self, sampled: float) -> float:
        memory = self.head_weights * self.head_bytes / self.bandwidth
        compute = 2 * self.head_weights * sampled / self.head_flops
        # Scores of 4 bytes for the vocabulary: each chip writes its part; all of them are read for the maximum
        # and for the choice.
        scores = (1 / self.tp + 2) * 4 * sampled * self.d.model.vocab / self.elementwise
        return self.kernel_s + scores + (memory * memory + compute * compute) ** 0.5


def _peak(c: Chip, activation: str) -> float:
    """Dense peak for this format; 16-bit figures stand for each other where only one is known.

    Infinite where nobody has published any: such a chip is never seen to wait for its arithmetic, which
    bounds the time from below.
    """
    if activation not in ("bf16", "fp16", "fp32"):
        return c.peak(activation)
    try:
        return c.peak(c.peak16)
    except MissingValue:
        return inf
