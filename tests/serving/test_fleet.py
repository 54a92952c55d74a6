"""A fleet behind a router: against queueing theory, against dealing in turn, and when machines fail."""

from statistics import fmean

import pytest
from queueing import mm1_wait, mmc_wait

from anuman import serving

MACHINES, SERVICE_S, BUSY = 4, 0.1, 0.5
ANSWER = 500  # tokens, geometric: nearly exponential service
STEP = SERVICE_S / ANSWER
RATE = BUSY * MACHINES / SERVICE_S
BATCHED = serving.AffineStep(0.02, 1e-4, 1e-6, 1e-8)


def coming(count: int) -> list[serving.Request]:
    return serving.poisson(RATE, count, 1, serving.geometric(ANSWER), 1)


def mean_wait_s(run: serving.Run) -> float:
    return fmean(s.admitted_s - s.arrival_s for s in run)


def wait_s(routing: str, count: int) -> float:
    """Mean wait of a fleet whose machines serve one request at a time."""
    run = serving.simulate_replicas(
        coming(count), "continuous", STEP, 1, 10**6, MACHINES, routing=routing, trace=False
    )
    return mean_wait_s(run)


def test_random_routing_is_as_many_queues_of_their_own():
    """Every machine serves its share as it would alone, and with many requests that is M/M/1."""
    run = serving.simulate_replicas(
        coming(10_000), "continuous", STEP, 1, 10**6, MACHINES, routing="random", trace=False
    )
    one = [s for s in run if s.slot == 0]
    share = [(s.arrival_s, s.input_tokens, s.output_tokens) for s in one]
    alone = serving.simulate(share, "continuous", STEP, 1, 10**6, trace=False)
    assert [s.finish_s for s in alone] == pytest.approx([s.finish_s for s in one])
    assert mean_wait_s(run) == pytest.approx(mm1_wait(RATE / MACHINES, SERVICE_S), rel=0.15)


def test_knowing_the_work_is_one_line_for_all():
    """Request by request what a single line for all machines gives, and with many requests M/M/c."""
    alone = serving.OneAtATime(servers=MACHINES)
    one_line = serving.simulate(coming(10_000), alone, STEP, 1, 10**6, trace=False)
    found = wait_s("least-work", 10_000)
    assert found == pytest.approx(mean_wait_s(one_line), rel=0.03)
    assert found == pytest.approx(mmc_wait(RATE, SERVICE_S, MACHINES), rel=0.15)


def test_the_more_a_router_looks_the_shorter_the_wait():
    order = ("random", "two-choices", "least-loaded", "least-work")
    waits = [wait_s(routing, 3000) for routing in order]
    assert waits == sorted(waits, reverse=True)


def requests(count: int = 200) -> list[serving.Request]:
    return serving.poisson(20.0, count, serving.geometric(50), serving.geometric(30), 2)


def served(**settings) -> serving.Run:
    return serving.simulate_replicas(requests(), "continuous", BATCHED, 4, 2000, 3, **settings)


def test_looking_at_machines_changes_nothing_that_they_do():
    """A router that looks, and one that dealt everything out beforehand, give the same times."""
    far = serving.Outage(0, 1e6, 2e6, drains=True)
    looked, dealt = served(outages=[far]), served()
    for one, other in zip(looked, dealt, strict=True):
        assert one.id == other.id and one.slot == other.slot
        assert one.finish_s == pytest.approx(other.finish_s, rel=1e-9)


@pytest.mark.parametrize("routing", serving.ROUTINGS)
def test_a_failure_loses_nobody_and_costs_time(routing):
    outages = [serving.Outage(1, 3.0, 6.0), serving.Outage(1, 7.0, 8.0)]
    run = served(routing=routing, outages=outages)
    assert [s.id for s in run] == [s.id for s in served()]
    assert all(s.finish_s > s.first_token_s > s.arrival_s for s in run if s.output_tokens > 1)
    down = [s for s in run if s.slot // 4 == 1 and 3.0 < s.admitted_s < 6.0]
    assert not down
    assert fmean(s.latency_s for s in run) > fmean(s.latency_s for s in served(routing=routing))


def test_who_comes_while_all_are_down_waits_for_the_first():
    outages = [serving.Outage(i, 0.0, 4.0 + i, drains=True) for i in range(3)]
    run = served(outages=outages)
    assert min(s.admitted_s for s in run) >= 4.0
    assert run[0].ttft_s > 3.0  # the wait counts from when the request first came


def test_the_day_has_its_noon_and_its_mean():
    day_s = 500.0
    day = serving.daily(10.0, 0.8, day_s, 5000, 10, 10, 1)
    hours = [0] * 4
    for request in day:
        hours[int(request.arrival_s / day_s * 4) % 4] += 1
    assert hours[1] + hours[2] > 2 * (hours[0] + hours[3])
    assert day[-1].arrival_s == pytest.approx(day_s, rel=0.06)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"routing": "nearest"}, r"nearest.*least-loaded"),
        ({"outages": [serving.Outage(3, 1.0, 2.0)]}, "machine from 0 to 2"),
        ({"outages": [serving.Outage(0, 2.0, 1.0)]}, "an end after its beginning"),
    ],
)
def test_what_no_fleet_can_be_is_refused_in_words(settings, said):
    with pytest.raises(ValueError, match=said):
        served(**settings)


def test_a_policy_without_an_engine_cannot_be_routed_by_load():
    with pytest.raises(ValueError, match="need a policy that batches"):
        serving.simulate_replicas(
            requests(), "one-at-a-time", BATCHED, 1, 2000, 3, routing="least-loaded"
        )


def test_a_case_carries_its_routing_and_its_day_to_any_worker():
    case = serving.Case(
        rate=20.0, count=200, input="geometric:50", output="geometric:30", policy="continuous",
        step_time=BATCHED, slots=4, kv_capacity=2000, seed=2, replicas=3, routing="two-choices",
        swing=0.5, period_s=10.0, outages=(serving.Outage(0, 2.0, 3.0),),
    )  # fmt: skip
    assert serving.run_case(case)["requests"] == 200
    assert serving.run_case(case) == serving.run_case(case)
