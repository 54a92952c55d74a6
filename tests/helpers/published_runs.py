"""Published runs under Poisson load, simulated: which rate gives their time per token, and how the tails look.

A row of the catalogue's measurements of kind "serving" says chips, model, precision, rate and mean
lengths. Every request has the mean lengths, because the logs say nothing of their spread: what scatters
here is the arrivals alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from anuman import catalog, physics
from anuman.physics import conditions
from anuman.physics.predict import deployment
from anuman.serving.overload import load
from anuman.serving.percentiles import percentile
from anuman.serving.policies import Continuous, PagedKV
from anuman.serving.run import Run
from anuman.serving.simulate import simulate
from anuman.serving.workload import poisson

LATENCIES = 6  # a run lasts so many times as long as an answer takes; its middle third counts
FEWEST, MOST = 1500, 12_000  # requests on one replica
HALVINGS = 9


@dataclass(frozen=True)
class Users:
    """What users notice, in seconds."""

    tpot_mean_s: float
    tpot_p99_s: float
    ttft_p50_s: float
    ttft_p99_s: float
    overload: bool

    @property
    def ttft_tail(self) -> float:
        """p99 over p50 of the time to first token."""
        return self.ttft_p99_s / self.ttft_p50_s

    @property
    def tpot_tail(self) -> float:
        """p99 of the time per token over its mean."""
        return self.tpot_p99_s / self.tpot_mean_s


@dataclass(frozen=True)
class Published:
    """One published run: its conditions, and the values by metric name in the catalogue's units."""

    group: str
    conditions: conditions.Conditions
    values: Mapping[str, float]

    @cached_property
    def deployment(self) -> physics.Deployment:
        """One replica, as physics.predict has it: at the clock of a power-capped machine, if it is one."""
        return deployment(self.conditions)

    @property
    def tpot_s(self) -> float:
        """The published mean time per output token."""
        return self.values["tpot_mean_ms"] / 1000

    def run(self, rate: float, seed: int = 1) -> Run:
        """One replica at its share of `rate` requests/s, as its software batches."""
        c, d = self.conditions, self.deployment
        each, prompt, answer = rate / c.replicas, max(1, round(c.prompt)), max(1, round(c.output))
        count = int(min(MOST, max(FEWEST, each * answer * self.tpot_s * LATENCIES)))
        requests = poisson(each, count, prompt, answer, seed)
        prefill = "mixed" if d.engine.mixes_prompts else "alone"
        policy = (
            Continuous(prefill=prefill) if d.engine.reserves_output else PagedKV(prefill=prefill)
        )
        return simulate(requests, policy, d, d.engine.max_batch, int(d.kv_capacity), trace=False)

    def users(self, rate: float, seed: int = 1) -> Users:
        """What the users of the run's steady part notice at `rate`."""
        run = self.run(rate, seed)
        third = len(run) // 3
        steady = run.served[third : 2 * third]
        ttft = [s.ttft_s for s in steady]
        tpot = [s.tpot_s for s in steady]
        return Users(
            sum(tpot) / len(tpot),
            percentile(tpot, 99),
            percentile(ttft, 50),
            percentile(ttft, 99),
            load(run).state == "overload",
        )

    def rate_at_tpot(self) -> float:
        """The largest rate, in requests/s of all replicas, whose simulated mean TPOT is at most the
        published one and whose queue has an end. 0 when even a lone request is slower.

        Found by halving between 0 and three times the published rate.
        """
        c, d = self.conditions, self.deployment
        if d.decode_step(1, c.prompt + c.output / 2) > self.tpot_s:
            return 0.0
        low, high = 0.0, 3.0 * self.values["qps_at_tpot"]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            found = self.users(middle)
            if found.tpot_mean_s <= self.tpot_s and not found.overload:
                low = middle
            else:
                high = middle
        return low


def published() -> list[Published]:
    """Every run of the catalogue that was served under load."""
    groups: dict[str, list[catalog.Measurement]] = {}
    for row in catalog.measurements(kind="serving"):
        groups.setdefault(row.group, []).append(row)
    return [
        Published(
            group, conditions.read(rows[0]), {row.metric: row.value for row in rows if row.value}
        )
        for group, rows in groups.items()
    ]
