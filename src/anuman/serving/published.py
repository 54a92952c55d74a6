"""Published runs under Poisson load, simulated: which rate gives their time per token, and how the tails look.

A row of the catalogue's measurements of kind "serving" says chips, model, precision, rate and mean
lengths. Lengths are drawn geometrically around those means, because the logs give no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from anuman import catalog, physics
from anuman.physics import conditions

from .lengths import geometric
from .metrics import metrics
from .policies import Continuous, PagedKV
from .run import Run
from .simulate import simulate
from .workload import poisson

COUNT = 3000  # requests on one replica
WARM_UP = 1 / 3
HALVINGS = 12


@dataclass(frozen=True)
class Published:
    """One published run: its conditions, and the values by metric name in the catalogue's units."""

    group: str
    conditions: conditions.Conditions
    values: Mapping[str, float]

    @cached_property
    def deployment(self) -> physics.Deployment:
        """One replica."""
        c = self.conditions
        return physics.Deployment(
            c.chip, c.model, c.tp, c.pp, c.weight_bits, c.activation, c.kv_bits, c.software
        )

    def run(self, rate: float, count: int = COUNT, seed: int = 1) -> Run:
        """One replica at its share of `rate` requests/s, as its software batches."""
        c, d = self.conditions, self.deployment
        requests = poisson(
            rate / c.replicas, count, geometric(max(1, c.prompt)), geometric(max(1, c.output)), seed
        )
        prefill = "mixed" if d.engine.mixes_prompts else "alone"
        policy = (
            Continuous(prefill=prefill) if d.engine.reserves_output else PagedKV(prefill=prefill)
        )
        return simulate(requests, policy, d, d.engine.max_batch, int(d.kv_capacity), trace=False)

    def found(self, rate: float, count: int = COUNT, seed: int = 1) -> dict:
        """The metrics at `rate`, after the warm-up."""
        return metrics(self.run(rate, count, seed), warm_up=WARM_UP)

    def rate_at_tpot(self, tpot_s: float, count: int = COUNT) -> float:
        """The rate, in requests/s of all replicas, at which the simulated mean TPOT is tpot_s.

        Found by halving, over the same drawn requests; the mean TPOT rises with the rate. 0 when even
        a lone request is slower.
        """
        c, d = self.conditions, self.deployment
        if d.decode_step(1, c.prompt + c.output / 2) > tpot_s:
            return 0.0
        low, high = 0.0, 2.0 * (c.load or 1.0)
        while self.found(high, count)["tpot_mean_s"] < tpot_s and high < 64 * (c.load or 1.0):
            low, high = high, 2 * high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if self.found(middle, count)["tpot_mean_s"] < tpot_s:
                low = middle
            else:
                high = middle
        return (low + high) / 2


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
