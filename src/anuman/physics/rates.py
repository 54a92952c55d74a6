"""Rates of a deployment, worked out once, and the time of a step's parts on one of its chips."""

from math import inf, log2

from ..catalog import Chip, Efficiency, efficiency
from ..catalog.errors import MissingValue
from .arguments import not_negative
from .context import LONG_WINDOW, capped, capped_pairs, index_bytes_per_token
from .layers import (
    WIDE,
    Layers,
    attention_flops_per_pair,
    experts_touched,
    kv_elements_per_token,
    layer_groups,
)
from .placement import Placement, arithmetic_bits

SMALL_KERNELS = 6  # two norms, rotation, cache write, activation, residual: fused as engines do


class Rates:
    """A deployment's rates, worked out once; every time below is for one of the tp chips."""

    def __init__(self, d: Placement):
        m, c = d.model, d.chip
        bits = arithmetic_bits(d.activation)
        self.d, self.tp = d, d.tp
        peak = dense_peak(c, d.activation) * d.clock * d.tp
        wide_peak = dense_peak(c, "bf16") * d.clock * d.tp
        kernels = d.engine.kernels
        product = efficiency(d.chip_name, "gemm", bits, kernels)
        wide_product = efficiency(d.chip_name, "gemm", 16, kernels)
        self.expert_weight_bytes, self.expert_activation_bytes = d.weight_bits / 8, bits / 8
        self._experts(d, peak, bits, product)
        if d.wide_beside_experts:
            bits, peak, product = 16, wide_peak, wide_product
        self.weight_bytes = WIDE if d.wide_beside_experts else d.weight_bits / 8
        small = efficiency(d.chip_name, "elementwise")
        decode = efficiency(d.chip_name, "decode_attention", int(min(16, d.kv_bits)), kernels)
        self.flops = peak * product.compute
        self.bandwidth = c.bandwidth * product.memory * d.tp
        self.kernel_s = product.kernel_s + d.engine.launch_s
        self.small_s = SMALL_KERNELS * (small.kernel_s + d.engine.launch_s)
        self.elementwise = c.bandwidth * small.memory
        self.activation_bytes = bits / 8
        self.convert = 0.0 if d.wide_beside_experts else self._convert_rate(d, bits)
        self.rounding_bytes = WIDE + bits / 8 if d.engine.rounds_apart and bits < 16 else 0.0
        self.groups = layer_groups(m)
        # Checkpoints with 8- and 4-bit arithmetic keep the head at 16 bits.
        self.head_weights = m.vocab * m.width * (1 if d.engine.shards_head else d.tp)
        self.head_bytes = max(self.weight_bytes, WIDE if bits < 16 else 0)
        self.head_flops = wide_peak * wide_product.compute
        self.attention_start_s = m.layers * decode.kernel_s
        prefill = efficiency(d.chip_name, "prefill_attention", None, kernels)
        self.prefill_start_s = m.layers * prefill.kernel_s
        self.pair_s = attention_flops_per_pair(m) / (wide_peak * prefill.compute)
        rereads = 1 if d.engine.shares_kv_reads else m.heads / m.kv_heads
        cached = kv_elements_per_token(m) * d.kv_bits / 8 * rereads
        read = c.bandwidth * decode.memory * d.kv_shares
        token_s = max(
            cached / read,
            attention_flops_per_pair(m, absorbed=True) / (wide_peak * wide_product.compute),
        )
        share, self.cap = capped(m)
        self.capped_token_s = share * token_s
        self.context_token_s = (1 - share) * token_s
        self.index_pair_s = 0.0
        if m.index_topk is not None:
            self.index_pair_s = self._index_pair_s(d)
            self.context_token_s += max(self.index_pair_s, index_bytes_per_token(m) / read)
            self.attention_start_s *= 2  # the index is an attention of its own
            self.prefill_start_s *= 2
        self._links(d)
        self.ep = d.ep
        self.exchange = _exchange(d, bits) if d.ep > 1 else (0.0, 0.0, 0.0)
        self.beyond_node = d.ep > 1 and d.ep > d.chip.quantity("scaleup").value
        self.own_token_s = sum(
            g.count
            * (
                2 * g.shared_weights / self.flops
                + (g.norm_bytes + g.elementwise_bytes) / self.elementwise
            )
            for g in self.groups
        )
        self.parts = [self._part(group) for group in self.groups]
        self.routed_layers = sum(group.count for group in self.groups if group.experts)

    @staticmethod
    def _index_pair_s(d: Placement) -> float:
        """Seconds in which the index scores one token for one query, all layers: 2·h·e FLOPs, 8 bits where there are any."""
        m, c = d.model, d.chip
        bits, format = (8, "fp8") if "peak.fp8" in c.quantities else (16, "bf16")
        flops = 2 * m.layers * m.index_heads * m.index_head_dim
        share = efficiency(d.chip_name, "gemm", bits, d.engine.kernels).compute
        return flops / (dense_peak(c, format) * d.clock * d.tp * share)

    def context_s(self, decodes: float, context: float | None) -> tuple[float, float]:
        """(seconds that `decodes` sequences read whatever their lengths, seconds a token of context).

        context: their mean length. Where it is not given a short window is taken to be full, a long one not to be.
        """
        full = self.cap < LONG_WINDOW if context is None else context >= self.cap
        if full:
            return decodes * self.cap * self.capped_token_s, self.context_token_s
        return 0.0, self.context_token_s + self.capped_token_s

    def pairs_s(self, tokens: float, pairs: float) -> float:
        """Seconds of a prompt's causal attention, its windows and its index included."""
        if self.cap == inf:
            return pairs * self.pair_s
        share = self.capped_token_s / (self.capped_token_s + self.context_token_s)
        if self.index_pair_s:
            share = 1.0
        seen = (1 - share) * pairs + share * capped_pairs(tokens, pairs, self.cap)
        return seen * self.pair_s + pairs * self.index_pair_s

    def _experts(self, d: Placement, peak: float, bits: int, product: Efficiency):
        """Rates of the experts' products: grouped in one kernel, which may convert 4-bit weights, or three plain ones."""
        self.plain_experts, self.expert_convert = d.engine.plain_experts, 0.0
        if d.model.experts is None:
            return
        found, kernels = product, d.model.ffn_matrices
        if not self.plain_experts:
            found, kernels = self._grouped(d, bits), 1
        self.expert_kernel_s = kernels * (found.kernel_s + d.engine.launch_s)
        fullest = 1 + efficiency(d.chip_name, "expert_imbalance").value * log2(d.ep)
        self.expert_flops = peak * found.compute / fullest
        self.expert_bandwidth = d.chip.bandwidth * found.memory * d.tp / fullest

    def _grouped(self, d: Placement, bits: int) -> Efficiency:
        if d.weight_bits < 5 < bits:
            try:
                return efficiency(d.chip_name, "mixed_experts", bits, d.engine.kernels)
            except MissingValue:
                pass
        self.expert_convert = self._convert_rate(d, bits)
        return efficiency(d.chip_name, "experts", bits, d.engine.kernels)

    @staticmethod
    def _convert_rate(d: Placement, bits: int) -> float:
        """Weights a second that `tp` chips turn into the arithmetic's format; 0: none need it, or unknown."""
        if d.weight_bits >= bits:
            return 0.0
        try:
            return efficiency(d.chip_name, "convert_per_s").value * d.tp
        except MissingValue:
            return 0.0

    def _links(self, d: Placement):
        """Start and byte cost of the two all-reduces of a layer, and of the hops between stages."""
        self.reduce_start_s = self.reduce_byte_s = self.hops_s = 0.0
        self.reduces = 1 if d.model.parallel_layers else 2
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
        if d.chip.kind == "TPU":  # layers cut both ways: see two_dimensional
            self.reduce_byte_s *= two_dimensional(d.tp)

    def passing_s(self, tokens: float) -> float:
        """Seconds in which chips wait for each other while so many tokens pass all layers."""
        each = self.reduce_start_s + tokens * self.d.model.width * WIDE * self.reduce_byte_s
        exchanges = self.reduces * self.d.model.layers if self.tp > 1 else 0
        return exchanges * each + self.hops_s

    def linear_s(self, tokens: float, sampled: float) -> float:
        if not (
            0 <= tokens < inf and 0 <= sampled < inf
        ):  # said by name only when it is wrong: a third of the cost
            not_negative(tokens=tokens, sampled=sampled)
        total = 0.0
        for count, each_s, token_s, read_s, moved_s, compute_s, convert_s, group in self.parts:
            memory, compute = read_s + tokens * moved_s, tokens * compute_s
            seconds = each_s + tokens * token_s
            seconds += (memory * memory + compute * compute + convert_s * convert_s) ** 0.5
            if group.experts:
                seconds += self._experts_s(group, tokens)
            total += count * seconds
        return total + self.hops_s + self._head_s(sampled)

    def _part(self, group: Layers) -> tuple:
        """What one of these layers takes: (how many, seconds, seconds a token); its products' seconds to read weights, to
        move a token's activations, to compute a token, to convert; the group itself."""
        in_full = group.norm_bytes + group.wide_inputs * self.rounding_bytes
        shared = group.elementwise_bytes + group.inputs * self.rounding_bytes
        each_s = group.products * self.kernel_s + self.small_s
        token_s = (in_full + shared / self.tp) / self.elementwise
        if self.tp > 1:
            each_s += self.reduces * self.reduce_start_s
            token_s += self.reduces * self.d.model.width * WIDE * self.reduce_byte_s
        weights = group.shared_weights
        return (
            group.count,
            each_s,
            token_s,
            weights * self.weight_bytes / self.bandwidth,
            self._moved_bytes(group) / self.bandwidth,
            2 * weights / self.flops,
            weights / self.convert if self.convert else 0.0,
            group,
        )

    def _moved_bytes(self, group: Layers) -> float:
        """Activations of one token that the products read and write, over all tp chips."""
        inputs = self.tp * group.wide_inputs + group.inputs
        outputs = self.tp * group.wide_outputs + group.outputs
        return inputs * self.activation_bytes + outputs * WIDE

    def _experts_s(self, group, tokens: float) -> float:
        e, k, weights = group.experts, group.experts_per_token, group.expert_weights
        read = experts_touched(tokens * self.ep, e, k) / self.ep * weights
        if self.plain_experts:
            read = tokens * k * weights
        moved = self.tp * tokens * k * 2 * self.d.model.width * self.expert_activation_bytes
        memory = (read * self.expert_weight_bytes + moved) / self.expert_bandwidth
        compute = 2 * k * weights * tokens / self.expert_flops
        convert = read / self.expert_convert if self.expert_convert else 0.0
        return (
            self.expert_kernel_s + (memory * memory + compute * compute + convert * convert) ** 0.5
        )

    def own_prompt_s(self, tokens: float, pairs: float) -> float:
        """Seconds that a chip of an expert-parallel group spends on a prompt by itself: all but experts and exchanges."""
        return tokens * self.own_token_s + self.pairs_s(tokens, pairs)

    def exchange_s(self, decodes: float, prefill_tokens: float) -> float:
        """Seconds that the chips of an expert-parallel group spend on each other, all layers."""
        start, direct_s, forwarded_s = self.exchange
        token_s = forwarded_s if prefill_tokens else direct_s
        return self.routed_layers * (start + (decodes + prefill_tokens) * token_s)

    def overlapped_s(self, computing_s: float, decodes: float, prefill_tokens: float) -> float:
        """Seconds of computing and exchanging in an expert-parallel group.

        Beyond one node two half batches take turns, so that the longer of the two counts; each half reads the weights.
        Source: DeepSeek-AI, "Day 6: One More Thing, DeepSeek-V3/R1 Inference System Overview", 2025; SGLang's two-batch overlap.
        """
        exchange_s = self.exchange_s(decodes, prefill_tokens)
        if not self.beyond_node:
            return computing_s + exchange_s
        halves = 2 * self.linear_s((decodes + prefill_tokens) / 2, decodes / 2 or 1)
        return max(halves, exchange_s)

    def _head_s(self, sampled: float) -> float:
        memory = self.head_weights * self.head_bytes / self.bandwidth
        compute = 2 * self.head_weights * sampled / self.head_flops
        # Scores of 4 bytes for the vocabulary: each chip writes its part; all of them are read for the maximum
        # and for the choice.
        scores = (1 / self.tp + 2) * 4 * sampled * self.d.model.vocab / self.elementwise
        return self.kernel_s + scores + (memory * memory + compute * compute) ** 0.5


def _exchange(d: Placement, bits: int) -> tuple[float, float, float]:
    """(start seconds, seconds a token sent directly, seconds a token forwarded) of a layer's two all-to-alls.

    Out in the arithmetic's width, back at 16 bits, uniform routing; nothing overlaps. Within a node (chip quantity
    "scaleup") a token goes over the links, once to each chip that holds one of its experts. Beyond one node only the
    network counts, the slower: steps of decodes send each expert's copy directly, steps with prompts send one to
    each node, which forwards it. Source: DeepSeek-AI, DeepEP, 2025: low-latency and normal kernels.
    """
    share = efficiency(d.chip_name, "all_reduce")
    node, k = d.chip.quantity("scaleup").value, d.model.experts_per_token
    token_bytes = d.model.width * (bits / 8 + WIDE)
    starts = getattr(share, d.engine.collective)
    start = 2 * (starts[-1] if starts else share.ranks_per_chip * d.ep * share.hop_s)
    elsewhere = (d.ep - 1) / d.ep
    if d.ep <= node:
        copies = experts_touched(k, d.ep, 1) * elsewhere  # distinct chips
        token_s = copies * token_bytes / (d.chip.quantity("link").value * share.memory)
        return start, token_s, token_s
    nodes, network = d.ep / node, d.chip.quantity("network").value
    distinct = experts_touched(k, nodes, 1) * (nodes - 1) / nodes
    return start, k * elsewhere * token_bytes / network, distinct * token_bytes / network


def two_dimensional(chips: int) -> float:
    """Bytes of a layer's exchanges when its matrices are cut both ways, over those when cut one way: 2/sqrt(n), at most 1.

    Source: Pope et al., "Efficiently Scaling Transformer Inference", 2022, section 3.2 (inner width 4 times the width).
    """
    return min(1.0, 2 / chips**0.5)


def dense_peak(c: Chip, activation: str) -> float:
    """Dense peak for this format; 16-bit figures stand for each other where only one is known, 32-bit ones for both.

    Infinite where nobody has published any: such a chip is never seen to wait for its arithmetic, which
    bounds the time from below. Raises MissingValue for a format that the chip, by its other peaks, lacks.
    """
    stand_in = ("bf16", "fp16", "fp32") if activation in ("bf16", "fp16") else (activation,)
    for precision in stand_in:
        if f"peak.{precision}" in c.quantities:
            return c.peak(precision)
    if any(name.startswith("peak.") for name in c.quantities):
        return c.peak(activation)
    return inf
