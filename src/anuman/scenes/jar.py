"""What lies in a memory: weights, then one cache a request. Physics and catalogue compute, this collects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor

from anuman import catalog, physics

MODELS = (
    "Llama-3.1-70B", "Llama-3.1-8B", "Llama-3.1-405B", "Llama-2-7B", "Llama-2-70B",
    "Qwen3-32B", "Mixtral-8x7B", "DeepSeek-V3",
)  # fmt: skip
PAGE = 16  # tokens
# Made-up lengths of real texts as shares of the longest that is allowed; they repeat.
SHARES = (0.5, 0.2, 0.8, 0.35, 0.1, 0.65, 0.3, 0.9)
LATENT = 0  # in place of a number of KV heads: what an MLA model keeps
FULL, RESERVED, PAGED = "full", "reserved", "paged"


def kept_heads(model: catalog.Model) -> tuple[int, ...]:
    """KV heads to choose from, as built first; LATENT where the model keeps a latent vector."""
    own = LATENT if model.attention == "MLA" else model.kv_heads
    others = (h for h in (model.heads, 8, 1) if h == model.heads or model.heads % h == 0)
    return tuple(dict.fromkeys((own, *others)))


def kv_per_token(model: catalog.Model, kept: int, kv_size: float) -> float:
    """Bytes that one token adds to the cache, with `kept` KV heads or LATENT."""
    if kept != LATENT:
        model = replace(model, attention="GQA", kv_heads=kept)
    return physics.kv_cache_bytes_per_token(model, kv_size)


@dataclass(frozen=True, kw_only=True)
class Jar:
    """A memory of `chips` chips and what is put into it; bytes and tokens.

    kept: KV heads, or LATENT. policy: FULL (each text fills its context), RESERVED (shorter texts, the
    whole context reserved) or PAGED (shorter texts, pages of PAGE tokens).
    """

    chip: str
    chips: int
    model: catalog.Model
    weight_size: float
    kept: int
    kv_size: float
    context: int
    requests: int
    policy: str

    @property
    def capacity(self) -> float:
        """Memory of one chip."""
        return catalog.chip(self.chip).capacity

    @property
    def memory(self) -> float:
        """Memory of all chips together."""
        return self.chips * self.capacity

    @property
    def weights(self) -> float:
        """Bytes of the weights, kept once."""
        return physics.weight_bytes(self.model.params, self.weight_size)

    @property
    def token(self) -> float:
        """Bytes that one token adds to the cache."""
        return kv_per_token(self.model, self.kept, self.kv_size)

    def length(self, request: int) -> int:
        """Tokens of a request's text, the first being request 0."""
        if self.policy == FULL:
            return self.context
        return max(1, round(self.context * SHARES[request % len(SHARES)]))

    def slots(self, request: int) -> int:
        """Tokens that a request has room reserved for."""
        if self.policy == PAGED:
            return -(-self.length(request) // PAGE) * PAGE
        return self.context

    @property
    def mean_slots(self) -> float:
        """Mean of the slots reserved for a request."""
        return sum(self._cycle(self.slots)) / len(SHARES)

    @property
    def waste(self) -> float:
        """Share of the reserved slots that stays empty."""
        lengths = self._cycle(self.length)
        if self.policy == PAGED:
            return physics.paged_waste(lengths, PAGE)
        return physics.contiguous_waste(lengths, self.context)

    def _cycle(self, of) -> Sequence[int]:
        return [of(request) for request in range(len(SHARES))]

    @property
    def room(self) -> float:
        """Requests that fit beside the weights, by the mean of what each reserves; not rounded."""
        return physics.room_for(self.memory, self.weights, self.token, self.mean_slots)

    @property
    def held(self) -> int:
        """Whole requests that fit, filled in one after the other."""
        if self.policy != PAGED:
            return floor(self.room)
        count = floor(self.room) // len(SHARES) * len(SHARES)
        left = max(0.0, self.memory - self.weights) - self.reserved(count)
        while (need := self.slots(count) * self.token) <= left:
            left, count = left - need, count + 1
        return count

    def reserved(self, requests: int) -> float:
        """Bytes reserved for the first so many requests."""
        cycles, rest = divmod(requests, len(SHARES))
        slots = cycles * sum(self._cycle(self.slots)) + sum(self.slots(r) for r in range(rest))
        return slots * self.token

    @property
    def weights_fit(self) -> bool:
        """Whether the weights alone fit."""
        return self.weights <= self.memory

    @property
    def fits(self) -> bool:
        """Whether weights and all requests fit."""
        return self.weights_fit and self.requests <= self.held


def sites() -> list[tuple[str, int]]:
    """Chips to choose from: kind and how many; the LPUs as many as their public demonstration had."""
    lpus = int(catalog.chip("Groq-LPU1").quantity("scaleup").value)
    return [
        ("H100-SXM", 8), ("H100-SXM", 1), ("H200", 8), ("B200", 8), ("MI300X", 8),
        ("Groq-LPU1", lpus), ("WSE-3", 4), ("RTX-4090", 1), ("M3-Ultra", 1),
    ]  # fmt: skip


def first_jar() -> Jar:
    """The jar that the widget opens with."""
    model = catalog.model(MODELS[0])
    chip, chips = sites()[0]
    return Jar(
        chip=chip, chips=chips, model=model, weight_size=2.0, kept=kept_heads(model)[0], kv_size=2.0,
        context=2**17, requests=4, policy=FULL,
    )  # fmt: skip
