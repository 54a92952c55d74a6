"""One model on chips of one kind: the time of a step, of a prompt, of an answer.

A step advances B sequences by one token each and may read T prompt tokens beside them. Its time is the
sum over layers of four parts, each a formula of its own module: products of weights (kernels), small
element-by-element kernels, attention over the KV cache, and the all-reduces of tensor parallelism.
"""

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

from ..catalog import Chip, Model, chip, model
from .arguments import positive, share
from .context import LONG_WINDOW, index_bytes_per_token, kv_cache_bytes, windowed_share
from .engines import Engine, engine
from .layers import expert_parameters, kv_elements_per_token
from .rates import Rates, arithmetic_bits


class DoesNotFit(ValueError):
    """The weights, or the asked-for KV cache, exceed the memory of the chips."""


@dataclass(frozen=True)
class Deployment:
    """A model on `tp` chips that share every layer, in `pp` stages of consecutive layers.

    weight_bits and kv_bits may be fractions (4-bit weights with their scales have 4.5).
    clock: share of the full clock, below 1 on a machine whose power is capped (energy.clock_under_cap).
    ep: chips over which the experts are shared out. Each chip of the group serves sequences of its own (a replica
    is one chip) with all other weights, and exchanges tokens with the rest before and after the experts.
    The cache is shared out over tp chips by heads; where there are fewer, GPUs keep copies, and others share out sequences.
    activation: number format of the arithmetic, a key of ARITHMETIC_BITS. Names are the catalogue's; a Model may stand for its own.
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

    # --- bytes -----------------------------------------------------------------------------------

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
        return self.kv_copies * kv_cache_bytes(self.model, context, self.kv_bits)

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

    # --- seconds ---------------------------------------------------------------------------------

    @cached_property
    def _rates(self) -> Rates:
        return Rates(self)

    def linear_s(self, tokens: float, sampled: float) -> float:
        """Seconds of everything but attention over the cache: `tokens` pass the layers, `sampled` the head."""
        return self._rates.linear_s(tokens, sampled)

    def affine(
        self,
        decodes: float,
        prefill_tokens: float = 0,
        prefill_pairs: float = 0.0,
        context: float | None = None,
    ) -> tuple[float, float]:
        """(fixed seconds, seconds per token of context) of one step.

        The step takes fixed + slope · (sum of the decoding sequences' context lengths). context: the mean
        of these, which says whether windows are full; unknown, short ones are taken to be.
        prefill_pairs: query-key pairs of the prompt tokens' causal attention, S²/2 for a whole prompt.
        """  # fmt: skip
        k = self._rates
        fixed = self.engine.step_s + k.linear_s(decodes + prefill_tokens, decodes or 1)
        if self.ep > 1:
            fixed += k.exchange_s(decodes, prefill_tokens)
        if prefill_tokens:
            fixed += k.prefill_start_s + k.pairs_s(prefill_tokens, prefill_pairs)
        if not decodes:
            return fixed, 0.0
        windows, slope = k.context_s(decodes, context)
        return fixed + k.attention_start_s + windows, slope

    def uneven_prompts_s(self, arrivals: float, prompt: float) -> float:
        """Seconds a step waits for the chip of an expert-parallel group that most prompts came to, `arrivals` on average.

        The largest of n Poisson counts: mean + Blom's score of n times the standard deviation, at most all n.
        Source: Blom, "Statistical Estimates and Transformed Beta-Variables", 1958.
        """
        if self.ep == 1:
            return 0.0
        score = NormalDist().inv_cdf((self.ep - 0.375) / (self.ep + 0.25))
        more = min((self.ep - 1) * arrivals, score * arrivals**0.5)
        return more * self._rates.own_prompt_s(prompt, prompt**2 / 2)

    def decode_step(self, batch: float, context: float) -> float:
        """Seconds in which `batch` sequences of mean length `context` tokens get one token each."""
        fixed, slope = self.affine(batch, context=context)
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

    # A batch on pp stages is cut into as many groups, so that all stages work: GPipe's m micro-batches, m = min(pp, B).

    def ttft(self, prompt: float, batch: float = 1) -> float:
        """Seconds to the batch's first tokens on an idle machine: reading its prompts, (m + p - 1)/p passes of a group."""
        groups = max(1.0, min(self.pp, batch))
        return (groups + self.pp - 1) / self.pp * self.prefill(prompt, batch / groups)

    def tpot(self, batch: float, prompt: float, output: float) -> float:
        """Seconds per output token after the first, at the mean context prompt + output/2."""
        group = max(batch / self.pp, min(batch, 1.0))
        return self.decode_step(group, prompt + output / 2)

    def end_to_end(self, batch: float, prompt: float, output: float) -> float:
        """Seconds from request to last token of a batch that starts and ends together."""
        return self.ttft(prompt, batch) + (output - 1) * self.tpot(batch, prompt, output)
