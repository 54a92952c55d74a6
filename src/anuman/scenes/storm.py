"""What a storm of failures leaves of a run, against the interval between checkpoints: the law, and the scatter."""

from dataclasses import dataclass

from anuman import physics

STORMS = 200
LOW, HIGH = 0.1, 0.9  # quantiles of the storms
INTERVALS = 33


@dataclass(frozen=True, kw_only=True)
class Storm:
    """Failures mtbf_s apart on average; a checkpoint takes cost_s, a restart restart_s, a run `seconds`."""

    cost_s: float
    mtbf_s: float
    restart_s: float
    seconds: float

    @property
    def best_interval_s(self) -> float:
        """Young's interval."""
        return physics.checkpoint_interval(self.cost_s, self.mtbf_s)

    def law(self, interval_s: float) -> float:
        """Daly's share of the time that advances a long run."""
        return physics.goodput_at(interval_s, self.cost_s, self.mtbf_s, self.restart_s)

    def spread(self, interval_s: float) -> tuple[float, float]:
        """Between which shares four of five simulated runs of this length end."""
        shares = sorted(
            physics.kept_share(
                interval_s, self.cost_s, self.restart_s,
                physics.failure_times(self.mtbf_s, self.seconds, seed), self.seconds,
            )
            for seed in range(STORMS)
        )  # fmt: skip
        return shares[round(LOW * STORMS)], shares[round(HIGH * STORMS) - 1]

    def under(self, interval_s: float, failures: list[float]) -> float:
        """The share that a run under just these failures ends with."""
        return physics.kept_share(
            interval_s, self.cost_s, self.restart_s, failures, self.seconds
        )  # fmt: skip

    def intervals(self, low_s: float, high_s: float) -> list[float]:
        """Intervals from low to high, evenly on a logarithmic axis."""
        return [low_s * (high_s / low_s) ** (i / (INTERVALS - 1)) for i in range(INTERVALS)]
