"""A day of a fleet: how it is routed, what a failure, a cold start and a small fleet of its own cost."""

from dataclasses import dataclass, replace
from functools import cache

from anuman import physics, serving
from anuman.physics import load
from anuman.serving.fleet import LEAST, RANDOM, ROUNDS, TWO
from anuman.serving.percentiles import percentile

ROUTED = (RANDOM, ROUNDS, TWO, LEAST)
FAILURE, NIGHT, APART = "failure", "night", "apart"
WARM_UP = 0.02
CHIP, CHIPS, MODEL = "H100-SXM", 4, "Llama-3.1-70B"  # one machine
INPUT, OUTPUT = 1000, 400  # mean tokens
SLOTS = 8  # users at once, so that each of them is served fast


@cache
def _machine() -> physics.Deployment:
    return physics.Deployment(CHIP, MODEL, tp=CHIPS)


@cache
def step() -> serving.AffineStep:
    """The machine's steps as straight lines in users, prompt tokens and contexts: quicker to simulate."""
    machine = _machine()
    one, slope = machine.affine(1)
    each = (machine.affine(SLOTS)[0] - one) / (SLOTS - 1)
    reading = machine.affine(1, INPUT, INPUT * (INPUT + 1) / 2)[0] - one
    return serving.AffineStep(one - each, each, reading / INPUT, slope)


@dataclass(frozen=True, kw_only=True)
class FleetSetting:
    """`machines` through one day, which is shortened to `count` requests.

    load: mean share of what the formula says all of them can serve with full slots; swing: of the day's demand, around it.
    cold_start: share of the day that a machine takes to start. seed: of arrivals and draws.
    """

    machines: int = 10
    count: int = 3000
    load: float = 0.6
    swing: float = 0.5
    cold_start: float = 0.05
    seed: int = 1

    @property
    def rate(self) -> float:
        """Requests a second, on average over the day."""
        a_machine = SLOTS / (OUTPUT * load.steady_step(_machine(), SLOTS, INPUT, OUTPUT))
        return self.load * self.machines * a_machine

    @property
    def day_s(self) -> float:
        """Length of the shortened day."""
        return self.count / self.rate


@dataclass(frozen=True, kw_only=True)
class Day:
    """What a day was like: s to the first token, in the median and for the slowest hundredth; share of machine hours paid."""

    name: str
    ttft_p50_s: float
    ttft_p99_s: float
    paid: float = 1.0


def _case(s: FleetSetting, routing: str, outages: tuple = (), machines: int = 0) -> list:
    """The run of one day; machines: fewer ones get as much less to do."""
    count = machines or s.machines
    share = count / s.machines
    requests = serving.daily(
        s.rate * share, s.swing, s.day_s, round(s.count * share), serving.geometric(INPUT),
        serving.geometric(OUTPUT), s.seed,
    )  # fmt: skip
    run = serving.simulate_replicas(
        requests, "continuous", step(), SLOTS, _machine().kv_capacity, count,
        routing=routing, seed=s.seed, outages=outages, trace=False,
    )  # fmt: skip
    return sorted(served.ttft_s for served in run.served[int(WARM_UP * len(run)) :])


def _day(name: str, waits: list[float], paid: float = 1.0) -> Day:
    p50, p99 = (percentile(waits, p) for p in (50, 99))
    return Day(name=name, ttft_p50_s=p50, ttft_p99_s=p99, paid=paid)


def routed(s: FleetSetting) -> list[Day]:
    """The same day under each routing, worst first."""
    return [_day(routing, _case(s, routing)) for routing in ROUTED]


def failed(s: FleetSetting) -> Day:
    """Least loaded; at noon one machine fails, and is back after its cold start."""
    noon = s.day_s / 2
    outage = serving.Outage(0, noon, noon + s.cold_start * s.day_s)
    return _day(FAILURE, _case(s, LEAST, (outage,)))


def switched_off(s: FleetSetting, early: bool) -> Day:
    """Least loaded; half of the machines rest in the night. early: they are started a cold start sooner.

    The night is the first and the last quarter of the day, when demand is below its mean.
    """
    morning, evening = s.day_s / 4, 3 * s.day_s / 4
    start = morning if early else morning + s.cold_start * s.day_s
    outages = []
    for machine in range(s.machines // 2):
        outages.append(serving.Outage(machine, 0.0, start, drains=True))
        outages.append(serving.Outage(machine, evening, 10 * s.day_s, drains=True))
    started = (
        s.cold_start if early else 0.0
    ) + 0.5  # share of the day for which those machines are paid
    return _day(NIGHT, _case(s, LEAST, tuple(outages)), 0.5 + 0.5 * started)


def apart(s: FleetSetting) -> Day:
    """A tenth of the demand on a tenth of the machines, as a fleet of its own."""
    small = replace(s, count=10 * s.count)  # as many requests as the others have
    return _day(APART, _case(small, LEAST, machines=max(1, s.machines // 10)))
