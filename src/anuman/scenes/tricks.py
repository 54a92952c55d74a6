"""Five ways to need fewer bytes a token, and what each gains at every batch."""

from dataclasses import dataclass
from functools import cached_property

from anuman import catalog, physics

CHIPS = ("H100-SXM", "H200", "B200", "A100-80", "MI300X", "TPUv6e", "RTX-4090")
MODELS = ("Llama-3.1-8B", "Qwen3-32B", "Llama-3.1-70B")
FULL_BITS, BITS8, BITS4 = 16, 8.5, 4.5  # a weight, with the scales of Q8_0 and Q4_0
EXPERTS, TOP_K = 128, 4
WEIGHTS8, WEIGHTS4, CACHE8, DRAFTS, MIXTURE = "weights8", "weights4", "cache8", "drafts", "mixture"
TRICKS = (WEIGHTS8, WEIGHTS4, CACHE8, DRAFTS, MIXTURE)
LARGEST_BATCH = 1024
HELPS = 1.1  # a gain below a tenth is none
BATCHES = tuple(
    dict.fromkeys([*(round(10 ** (stop / 20)) for stop in range(61)), LARGEST_BATCH])
)  # twenty a decade


@dataclass(frozen=True, kw_only=True)
class Tricks:
    """A decode step of `batch` users on one chip, with each trick alone; the least times that physics allows.

    context: tokens of each user. acceptance, drafted, draft_cost: of the drafts; draft_cost is a share of
    a step. The mixture has as many weights as the model, in EXPERTS experts of which a token uses TOP_K.
    """

    chip: str = CHIPS[0]
    model: str = MODELS[0]
    context: int = 512
    acceptance: float = 0.7
    drafted: int = 4
    draft_cost: float = 0.05
    trick: str = WEIGHTS4
    batch: int = 1

    @cached_property
    def _machine(self) -> tuple[float, float, float, float]:
        """FLOP/s, bytes/s, weights, and bytes of one user's 16-bit cache."""
        chip, model = catalog.chip(self.chip), catalog.model(self.model)
        cache = physics.kv_cache_bytes_per_token(model, FULL_BITS / 8) * self.context
        return chip.peak(chip.peak16), chip.bandwidth, model.params, cache

    def _step(
        self, batch: float, weight_bits: float = FULL_BITS, kv_bits: float = FULL_BITS,
        read: float = 1.0, used: float = 1.0, tokens: int = 1,
    ) -> physics.Step:  # fmt: skip
        """Both clocks. read, used: shares of the weights read and multiplied; tokens: of each user."""
        flops, bandwidth, n, cache = self._machine
        weights = read * weight_bits / 8 * n
        caches = batch * cache * kv_bits / FULL_BITS
        return physics.Step(
            compute_s=physics.forward_flops(used * n, batch * tokens) / flops,
            memory_s=(weights + caches) / bandwidth,
        )

    def plain(self, batch: float) -> float:
        """Seconds a token without any trick."""
        return self._step(batch).seconds

    def with_trick(self, trick: str, batch: float) -> float:
        """Seconds a token with one trick."""
        if trick == DRAFTS:
            tokens = physics.expected_tokens(self.acceptance, self.drafted)
            check = self._step(batch, tokens=self.drafted + 1).seconds
            return (self.drafted * self.draft_cost * self.plain(batch) + check) / tokens
        if trick == MIXTURE:
            touched = physics.experts_touched(batch, EXPERTS, TOP_K) / EXPERTS
            return self._step(batch, read=touched, used=TOP_K / EXPERTS).seconds
        bits = {
            WEIGHTS8: {"weight_bits": BITS8},
            WEIGHTS4: {"weight_bits": BITS4},
            CACHE8: {"kv_bits": 8},
        }
        return self._step(batch, **bits[trick]).seconds

    def speedup(self, trick: str, batch: float) -> float:
        """How many times as fast a token comes with the trick."""
        return self.plain(batch) / self.with_trick(trick, batch)

    def helps(self, trick: str) -> tuple[int, int] | None:
        """(smallest, largest) batch at which the trick gains a tenth at least; None if it nowhere does."""
        good = [batch for batch, gain in self.line(trick) if gain >= HELPS]
        return (good[0], good[-1]) if good else None

    def line(self, trick: str) -> list[tuple[int, float]]:
        """(batch, speed-up) over all batches."""
        return [(batch, self.speedup(trick, batch)) for batch in BATCHES]

    @property
    def room(self) -> int:
        """Users whose caches fit beside the 16-bit weights; 0 when not even those fit."""
        chip, model = catalog.chip(self.chip), catalog.model(self.model)
        weights = physics.weight_bytes(model.params, FULL_BITS / 8)
        kv = physics.kv_cache_bytes_per_token(model, FULL_BITS / 8)
        return int(physics.room_for(chip.capacity, weights, kv, self.context))

    @property
    def bound(self) -> str:
        """What a step without tricks waits for at this batch: "compute" or "memory"."""
        step = self._step(self.batch)
        return "compute" if step.compute_s > step.memory_s else "memory"
