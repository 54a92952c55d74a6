"""One copy of a model on many chips: what it holds, how long a token takes, what it draws and fills."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from anuman import catalog, physics
from anuman.physics.several_chips import PIPELINE, TENSOR

CHIPS = (
    "H100-SXM", "B200", "Rubin", "MI300X", "MI355X", "TPUv6e", "TPUv7", "TPU8i", "Groq-LPU1",
    "Groq-LP30", "WSE-3",
)  # fmt: skip
MODELS = ("Llama-3.1-8B", "Llama-3.1-70B", "Llama-3.1-405B")
SPLITS = (TENSOR, PIPELINE)
MOST_CHIPS, MOST_USERS = 4096, 1024
KV_BYTES = 2  # of a kept number
EIGHT_BITS = ("fp8", "int8")


def known(quantity: str, chip: str) -> float | None:
    """A value of a chip ("power", "rack.chips" …), None where nobody has published it."""
    try:
        return catalog.chip(chip).quantity(quantity).value
    except catalog.MissingValue:
        return None


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A model on `chips` chips for `users` users with `context` tokens each; the least times physics allows.

    tensor: every chip has a share of every layer; all read at once, and exchange results twice a layer.
    pipeline: every chip has some of the layers; the users go round in as many groups as there are
    chips. weight_bytes: of one weight, 1 or 2. hop_s: seconds until an exchange starts, None for the
    catalogue's.
    """

    chip: str = CHIPS[0]
    model: str = MODELS[1]
    chips: int = 8
    split: str = TENSOR
    users: int = 1
    context: int = 4096
    weight_bytes: int = 1
    hop_s: float | None = None

    @cached_property
    def weights(self) -> float:
        """Bytes of all weights."""
        return physics.weight_bytes(catalog.model(self.model).params, self.weight_bytes)

    @cached_property
    def cache(self) -> float:
        """Bytes of one user's keys and values."""
        model = catalog.model(self.model)
        return physics.kv_cache_bytes_per_token(model, KV_BYTES) * self.context

    @property
    def fewest(self) -> int:
        """Chips that hold the weights and all caches."""
        held = self.weights + self.users * self.cache
        return physics.chips_needed(held, catalog.chip(self.chip).capacity)

    @property
    def fits(self) -> bool:
        return self.chips >= self.fewest

    @property
    def room(self) -> int:
        """Users whose caches fit beside the weights; 0 when not even those fit."""
        memory = self.chips * catalog.chip(self.chip).capacity
        return int(max(0.0, memory - self.weights) / self.cache)

    @property
    def joined(self) -> int:
        """Chips that fast links join."""
        return int(known("scaleup", self.chip) or 1)

    # A token's time, part by part

    @property
    def group(self) -> float:
        """Users in a step of one chip."""
        return self.users if self.split == TENSOR else max(1.0, self.users / self.chips)

    @property
    def read_bytes(self) -> float:
        """Bytes that one token of every user in the group waits for."""
        return self.weights + self.group * self.cache

    @property
    def reading_s(self) -> float:
        bandwidth = catalog.chip(self.chip).bandwidth
        return physics.reading_time(self.split, self.chips, self.read_bytes, bandwidth)

    @property
    def arithmetic_s(self) -> float | None:
        """Seconds of the products at the dense peak of that width; None where none is published."""
        peaks = (known(f"peak.{name}", self.chip) for name in self._formats)
        peak = next((peak for peak in peaks if peak), None)
        if peak is None:
            return None
        at_once = self.chips if self.split == TENSOR else 1
        n = catalog.model(self.model).params
        return physics.forward_flops(n, self.group) / (at_once * peak)

    @property
    def _formats(self) -> tuple[str, ...]:
        return EIGHT_BITS if self.weight_bytes == 1 else ("bf16", "fp16")

    @property
    def hops(self) -> int:
        return physics.hops(self.split, self.chips, catalog.model(self.model).layers)

    @property
    def start(self) -> tuple[float, str]:
        """Seconds until one exchange starts, and how they are known: "yours" or a word of the catalogue."""
        if self.hop_s is not None:
            return self.hop_s, "yours"
        kind = "all_reduce" if self.split == TENSOR else "pipeline"
        row = catalog.efficiency(self.chip, kind)
        return (row.custom[-1] if self.split == TENSOR else row.hop_s), row.known

    @property
    def hop(self) -> float:
        """Seconds of one hop: its start, and the group's activations of 16 bits over the link."""
        sent = self.group * catalog.model(self.model).width * KV_BYTES
        return self.start[0] + sent / catalog.chip(self.chip).quantity("link").value

    @property
    def hops_s(self) -> float:
        return self.hops * self.hop

    @property
    def token_s(self) -> float:
        """Seconds a token of each user: the longer of reading and arithmetic, then the hops."""
        return max(self.reading_s, self.arithmetic_s or 0.0) + self.hops_s

    @property
    def tokens_per_s(self) -> float:
        return 1 / self.token_s

    # What it takes

    @property
    def watts(self) -> float | None:
        """Rated power of all chips, servers not counted; None where none is published."""
        power = known("power", self.chip)
        return None if power is None else self.chips * power

    @property
    def joules(self) -> float | None:
        """Joules of a token, of all chips' rated power."""
        return None if self.watts is None else self.watts * self.token_s / self.users

    @property
    def racks(self) -> int | None:
        """Racks that the chips fill; None where nobody says how many stand in one."""
        held = known("rack.chips", self.chip)
        return ceil(self.chips / held) if held else None

    @property
    def floor(self) -> float | None:
        """Square metres of those racks, aisles not counted."""
        area = known("rack.area", self.chip)
        return None if area is None or self.racks is None else self.racks * area

    # Beside others

    def on(self, chips: int) -> "Copy":
        """The same on another number of chips."""
        return replace(self, chips=chips)

    def line(self) -> list["Copy"]:
        """The same on growing numbers of chips, from the fewest that hold it."""
        if self.fewest > MOST_CHIPS:
            return []
        counts = {round(10 ** (stop / 16)) for stop in range(60)} | {self.fewest, MOST_CHIPS}
        return [self.on(n) for n in sorted(counts) if self.fewest <= n <= MOST_CHIPS]


def beside(c: Copy) -> list[Copy]:
    """The same users on every chip, on as few chips as hold them; of GPUs and TPUs at least one server of eight."""
    copies = []
    for chip in CHIPS:
        other = replace(c, chip=chip)
        least = 8 if catalog.chip(chip).kind in ("GPU", "TPU") else 1
        copies.append(other.on(max(other.fewest, least)))
    return copies
