"""Several equal machines behind one door: requests are dealt out in turn, or as a router decides."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from .fleet import ROUNDS, Outage, simulate_fleet
from .policies import Policy
from .requests import read
from .run import Run, Totals
from .simulate import NO_LIMIT, as_policy, simulate
from .steps import StepTime, as_step_time


def simulate_replicas(
    requests: Iterable,
    policy: object,
    step_time: StepTime | float,
    slots: int,
    kv_capacity: int,
    replicas: int,
    *,
    routing: str = ROUNDS,
    seed: int = 0,
    outages: Sequence[Outage] = (),
    trace: bool = True,
) -> Run:
    """Like simulate, on `replicas` machines of `slots` and kv_capacity each; slots are numbered on.

    routing: one of fleet.ROUTINGS; seed: of its draws. outages: failures, and machines switched off; those
    who come while none is up wait for the first. Raises ValueError also for a policy without an engine of
    its own (one-at-a-time, disaggregated) where the router must look at the machines.
    """
    chosen = read(requests)
    if not 1 <= replicas <= len(chosen):
        raise ValueError(f"replicas is {replicas!r}: at least 1, and a request for each")
    if routing != ROUNDS or outages:
        rule = as_policy(policy)
        if not isinstance(rule, Policy):
            raise ValueError(
                f"routing {routing!r} and outages need a policy that batches, not {rule.name}"
            )
        return simulate_fleet(
            chosen, rule, as_step_time(step_time), slots, int(min(kv_capacity, NO_LIMIT)), replicas,
            routing, seed, outages, trace,
        )  # fmt: skip
    runs = [
        simulate(chosen[i::replicas], policy, step_time, slots, kv_capacity, trace=trace)
        for i in range(replicas)
    ]
    served = [
        s._replace(slot=s.slot + i * run.slots if s.slot >= 0 else s.slot)
        for i, run in enumerate(runs)
        for s in run.served
    ]
    served.sort(key=lambda s: (s.arrival_s, s.id))
    totals = Totals(
        **{f.name: sum(getattr(run.totals, f.name) for run in runs) for f in fields(Totals)}
    )
    totals.kv_peak = max(run.totals.kv_peak for run in runs)
    return Run(
        runs[0].policy,
        sum(run.slots for run in runs),
        kv_capacity,
        served,
        totals,
        sum(run.servers for run in runs),
        sum(run.memories for run in runs),
        [span for run in runs for span in run.spans],
        [gap for run in runs for gap in run.gaps],
    )
