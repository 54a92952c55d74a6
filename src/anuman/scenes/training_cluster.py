"""A training on many GPUs that fail: days, the share of the time that is lost, racks, megawatts, cooling."""

from dataclasses import dataclass, field
from functools import cache, cached_property

from anuman import catalog, physics

CHIP = "H100-SXM"
FEWEST, MOST = 1000, 1_000_000  # GPUs
GPUS = tuple(sorted({round(float(f"{10 ** (stop / 20):.2g}")) for stop in range(60, 121)}))
WARMING_K = 10.0  # of the coolant on its way through
HOUR, DAY, YEAR = 3600.0, 86400.0, 365.25 * 86400.0


@cache
def _figure(claim: str, name: str) -> float:
    return catalog.claim(claim).figures[name].value


def told_gpus() -> tuple[int, int]:
    """GPUs that the article names: for Grok 2, for Grok 3."""
    return round(_figure("S4.1", "gpus_grok2")), round(_figure("S4.12", "gpus_grok3"))


def years_to_failure() -> float:
    """Years until one GPU stops the run, from the failures that Meta counted in the training of Llama 3."""
    failures, days, gpus = (
        catalog.statement(f"llama-3-failure{end}").value for end in ("s", "-days", "-gpus")
    )
    return gpus * days * DAY / failures / YEAR


@dataclass(frozen=True, kw_only=True)
class Shares:
    """What becomes of a cluster's time; of all of it together 1, and useful is 0 where the losses reach 1."""

    useful: float
    saving: float
    repeated: float
    restarting: float


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A training of `params` weights per token on `tokens` tokens; the defaults are Llama 3.1 405B's.

    mfu_low, mfu_high: what large published trainings reach of the dense peak. years: until one GPU stops
    the run. checkpoint_s, restart_s: seconds of a checkpoint, and from a failure to the next step.
    """

    gpus: int = field(default_factory=lambda: told_gpus()[0])
    params: float = field(default_factory=lambda: catalog.model("Llama-3.1-405B").params_active)
    tokens: float = field(default_factory=lambda: _figure("S4.2", "tokens"))
    mfu_low: float = field(default_factory=lambda: _figure("S4.1", "mfu_low"))
    mfu_high: float = field(default_factory=lambda: _figure("S4.1", "mfu_high"))
    years: float = field(default_factory=years_to_failure)
    checkpoint_s: float = 60.0
    restart_s: float = 0.0

    @property
    def flops(self) -> float:
        """FLOPs of the whole training."""
        return physics.training_flops(self.params, self.tokens)

    def mtbf(self, gpus: int) -> float:
        """Seconds between two failures of so many GPUs."""
        return physics.mtbf(gpus, self.years * YEAR, 1)

    def interval(self, gpus: int) -> float:
        """Seconds of work between two checkpoints, by Young."""
        return physics.checkpoint_interval(self.checkpoint_s, self.mtbf(gpus))

    def goodput(self, gpus: int) -> float:
        """Share of the time that advances the run; 0: it stands still."""
        return physics.goodput(self.checkpoint_s, self.mtbf(gpus), self.restart_s)

    def days(self, gpus: int, mfu: float, goodput: float | None = None) -> float | None:
        """Days of the training; goodput 1 leaves failures out. None: it never ends."""
        share = self.goodput(gpus) if goodput is None else goodput
        if share == 0:
            return None
        peak = catalog.chip(CHIP).peak("bf16")
        return physics.training_days(self.params, self.tokens, gpus, peak, mfu, share)

    @property
    def range_days(self) -> tuple[float, float] | None:
        """(fewest, most) days at this number of GPUs; None: it never ends."""
        least, most = self.days(self.gpus, self.mfu_high), self.days(self.gpus, self.mfu_low)
        return (least, most) if least and most else None

    def line(self, mfu: float, goodput: float | None = None) -> list[tuple[int, float]]:
        """(GPUs, days), as far as the cluster advances."""
        every = ((gpus, self.days(gpus, mfu, goodput)) for gpus in GPUS)
        return [(gpus, days) for gpus, days in every if days]

    @cached_property
    def fastest(self) -> int | None:
        """GPUs beyond which more of them take longer; None if no number advances."""
        best = max(GPUS, key=lambda gpus: gpus * self.goodput(gpus))
        return best if self.goodput(best) else None

    @property
    def stands_from(self) -> int | None:
        """Fewest GPUs that do not advance at all."""
        return next((gpus for gpus in GPUS if not self.goodput(gpus)), None)

    @property
    def shares(self) -> Shares:
        """What becomes of this cluster's time."""
        mtbf, interval = self.mtbf(self.gpus), self.interval(self.gpus)
        lost = [self.checkpoint_s / interval, interval / 2 / mtbf, self.restart_s / mtbf]
        scale = max(1.0, sum(lost))  # more cannot be lost than there is
        saving, repeated, restarting = (share / scale for share in lost)
        return Shares(
            useful=self.goodput(self.gpus), saving=saving, repeated=repeated, restarting=restarting
        )

    @property
    def failures(self) -> tuple[float, float] | None:
        """(fewest, most) failures during the training."""
        if self.range_days is None:
            return None
        low, high = (days * DAY / self.mtbf(self.gpus) for days in self.range_days)
        return low, high

    @property
    def server_watts(self) -> tuple[float, float]:
        """(least, most) W that the servers draw: the lowest and the highest published factor over the cards."""
        cards = self.gpus * catalog.chip(CHIP).power
        return cards * _figure("S4.9", "server_low"), cards * _figure("S4.9", "server_high")

    @property
    def site_watts(self) -> tuple[float, float]:
        """(least, most) W of the whole site."""
        power = catalog.chip(CHIP).power
        low, high = (
            physics.site_watts(
                self.gpus, power, _figure("S4.9", f"server_{end}"), _figure("S4.9", f"site_{end}_factor")
            )
            for end in ("low", "high")
        )  # fmt: skip
        return low, high

    @property
    def racks(self) -> int:
        """Racks, with as many GPUs in each as the makers of this machine put there."""
        return physics.racks(self.gpus, round(_figure("S4.13", "gpus_rack")))

    @property
    def water_m3_s(self) -> tuple[float, float]:
        """(least, most) m3 of water a second that carry off what the servers draw."""
        low, high = (physics.coolant_flow(watts, WARMING_K) for watts in self.server_watts)
        return low, high
