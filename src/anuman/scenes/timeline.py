"""One request on several machines: when its first and its last token come. Physics and catalogue compute."""

from dataclasses import dataclass
from functools import cached_property

from anuman import catalog, physics

MODELS = ("Llama-3.1-70B", "Llama-3.1-8B", "Qwen3-32B", "Llama-2-70B", "Llama-3.1-405B")
WHOLE = 0.0  # seconds that the picture shows: all of them
CHOSEN = 1  # the site whose cards are shown at first
# How an efficiency is known that no published timing stands behind.
NOBODY_TIMED = ("assumed", "memory")


@dataclass(frozen=True)
class Site:
    """`tp` chips of a kind that share every layer, or `pp` in series."""

    chip: str
    tp: int = 1
    pp: int = 1

    @property
    def chips(self) -> int:
        """All chips of the site."""
        return self.tp * self.pp

    @property
    def name(self) -> str:
        """As in "8 × H100-SXM"."""
        return f"{self.chips} × {self.chip}"

    @property
    def listed(self) -> str:
        """The same for a table, where a leading number would be taken for a value."""
        return f"{self.chip} × {self.chips}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of a user who has the machine alone: tokens of prompt and answer, seconds allowed."""

    model: str
    weight_size: float  # bytes of a weight
    prompt: int
    answer: int
    wanted_s: float


@dataclass(frozen=True)
class Ride:
    """A request on a site. Times in seconds; those of a site that cannot hold it are those it would have."""

    site: Site
    request: Request

    @cached_property
    def deployment(self) -> physics.Deployment:
        """The site with the model on it, at 16-bit arithmetic and 16-bit KV cache."""
        r, s = self.request, self.site
        return physics.Deployment(s.chip, r.model, s.tp, s.pp, weight_bits=8 * r.weight_size)

    @property
    def needed(self) -> float:
        """Bytes of the weights and of the request's KV cache."""
        d = self.deployment
        return d.weight_bytes + d.kv_bytes_per_token * (self.request.prompt + self.request.answer)

    @property
    def usable(self) -> float:
        """Bytes of memory that the software can use for both."""
        d = self.deployment
        return d.engine.memory_share * d.chip.capacity * self.site.chips

    @property
    def fits(self) -> bool:
        """Whether weights and cache fit."""
        return self.needed <= self.usable

    @property
    def peak_known(self) -> bool:
        """Whether anybody has published the chip's dense 16-bit FLOP/s; else ttft is a lower bound."""
        try:
            self.deployment.chip.peak(self.deployment.chip.peak16)
        except catalog.MissingValue:
            return False
        return True

    @property
    def timed(self) -> bool:
        """Whether published timings stand behind the efficiency of the chip's matrix products."""
        return catalog.efficiency(self.site.chip, "gemm", 16).known not in NOBODY_TIMED

    @cached_property
    def ttft(self) -> float:
        """Time to the first token."""
        return physics.pipelined_prefill(self.deployment, self.request.prompt)[0]

    @cached_property
    def tpot(self) -> float:
        """Time of each token after the first, at the mean context."""
        return self.deployment.tpot(1, self.request.prompt, self.request.answer)

    @property
    def total(self) -> float:
        """Time of the whole answer."""
        return self.ttft + (self.request.answer - 1) * self.tpot

    @property
    def in_time(self) -> bool:
        """Whether the last token comes within the seconds allowed."""
        return self.total <= self.request.wanted_s


def sites() -> tuple[Site, ...]:
    """The machines; as many LPUs as their public demonstration had."""
    lpus = int(catalog.chip("Groq-LPU1").quantity("scaleup").value)
    return (
        Site("H100-SXM"), Site("H100-SXM", tp=8), Site("TPUv6e", tp=8),
        Site("Groq-LPU1", pp=lpus), Site("WSE-3", pp=4),
    )  # fmt: skip


def first_request() -> Request:
    """The request that the widget opens with: the answer of claims S3.1 and S3.11."""
    figures = catalog.claim("S3.1").figures
    return Request(
        model=MODELS[0],
        weight_size=1.0,
        prompt=2**11,
        answer=int(figures["answer"].value),
        wanted_s=figures["allowed"].value,
    )


def rides(request: Request) -> tuple[Ride, ...]:
    """The request on every machine."""
    return tuple(Ride(site, request) for site in sites())
