"""The serving simulator: its identities, its laws, what it conserves, what it refuses."""

import itertools
import math
import pickle
import random

import numpy
import pytest
import queueing
from batch_means import steady
from hypothesis import given
from hypothesis import strategies as st

from anuman import serving

STEP = serving.AffineStep(0.02, 1e-4, 2e-5, 1e-8, 1e-10)
POLICIES = {name: serving.as_policy(name) for name in serving.POLICIES} | {
    "paged-swap": serving.PagedKV(page=4, swap_s_per_token=1e-5)
}


@st.composite
def requests(draw):
    """Up to 60 requests that fit into 300 tokens."""
    seed, count = draw(st.integers(0, 10**9)), draw(st.integers(1, 60))
    rate = draw(st.sampled_from([0.5, 5, 100]))
    cv = draw(st.sampled_from([0, 1, 4]))
    longest = draw(st.sampled_from([1, 20, 140]))
    made = serving.bursty(
        rate,
        cv,
        count,
        serving.lognormal(30, 1, 140),
        serving.geometric(max(1, longest / 3)),
        seed,
    )
    return [r._replace(output_tokens=min(r.output_tokens, longest)) for r in made]


any_policy = st.sampled_from(sorted(POLICIES))
any_slots = st.integers(1, 12)


@given(requests=requests(), name=any_policy, slots=any_slots)
def test_every_request_and_every_token_once_and_memory_never_above_capacity(requests, name, slots):
    run = serving.simulate(requests, POLICIES[name], STEP, slots, 300)
    assert sorted(s.id for s in run) == sorted(r.id for r in requests)
    assert run.totals.kv_peak <= 300
    assert all(0 <= span.kv_start <= 300 and 0 <= span.kv_end <= 300 for span in run.spans)
    assert all(span.rows <= slots and span.decodes <= span.rows for span in run.spans)
    tokens = sum(r.output_tokens for r in requests)
    if name == "disaggregated":  # its first tokens come from the prefill machines
        tokens -= len(requests)
    assert sum(span.emitted for span in run.spans) == tokens
    for s, request in zip(run, requests, strict=True):
        assert (s.input_tokens, s.output_tokens) == (request.input_tokens, request.output_tokens)
        assert s.arrival_s <= s.admitted_s < s.first_token_s <= s.finish_s
    sent_back = sum(s.preemptions for s in run)
    read = run.totals.prefill_tokens
    assert read >= sum(r.input_tokens for r in requests) if sent_back else True
    if not sent_back:
        assert read == sum(r.input_tokens for r in requests)


@given(requests=requests(), name=any_policy, slots=any_slots)
def test_no_two_requests_share_a_slot_and_time_does_not_overlap(requests, name, slots):
    run = serving.simulate(requests, POLICIES[name], STEP, slots, 300)
    if name in ("paged", "paged-swap", "disaggregated"):
        return  # who is sent back changes slots; prompts are read on other machines
    by_slot: dict[int, list] = {}
    for s in sorted(run, key=lambda s: s.admitted_s):
        by_slot.setdefault(s.slot, []).append(s)
    assert set(by_slot) <= set(range(slots))
    for sequence in by_slot.values():
        for one, next_one in itertools.pairwise(sequence):
            assert one.finish_s <= next_one.admitted_s
    for one, next_one in itertools.pairwise(run.spans):
        assert one.end_s <= next_one.start_s


@given(requests=requests(), name=any_policy, slots=any_slots)
def test_littles_law_and_the_latency_identity(requests, name, slots):
    run = serving.simulate(requests, POLICIES[name], STEP, slots, 300)
    found = serving.metrics(run)
    latencies = sum(s.latency_s for s in run)
    assert found["in_system_mean_requests"] * found["duration_s"] == pytest.approx(
        latencies, rel=1e-9
    )
    rate = found["throughput_req_per_s"]
    assert found["in_system_mean_requests"] == pytest.approx(
        rate * found["latency_mean_s"], rel=1e-9
    )
    for s in run:
        total = s.ttft_s + (s.tpot_s or 0.0) * (s.output_tokens - 1)
        assert s.latency_s == pytest.approx(total, rel=1e-9)


@given(requests=requests(), name=any_policy, slots=any_slots)
def test_the_gaps_between_tokens_add_up(requests, name, slots):
    run = serving.simulate(requests, POLICIES[name], STEP, slots, 300)
    count = sum(g.k * g.weight for g in run.gaps)
    assert count == sum(s.output_tokens - 1 for s in run)
    if count:
        total = serving.metrics(run)["itl_mean_s"] * count
        assert total == pytest.approx(sum(s.finish_s - s.first_token_s for s in run), rel=1e-6)


@given(requests=requests(), slots=any_slots)
def test_one_slot_of_the_general_engine_is_the_one_at_a_time_recursion(requests, slots):
    general = serving.simulate(requests, serving.Continuous(prefill="alone"), STEP, 1, 300)
    recursion = serving.simulate(requests, serving.OneAtATime(), STEP, slots, 300)
    for one, other in zip(general, recursion, strict=True):
        assert one[:5] == pytest.approx(other[:5], rel=1e-9)
    for name in ("busy_s", "row_s", "decode_s", "kv_token_s"):
        expected = getattr(recursion.totals, name)
        assert getattr(general.totals, name) == pytest.approx(expected, rel=1e-9)


@given(requests=requests(), name=any_policy, slots=any_slots)
def test_the_same_requests_give_the_same_run_and_the_trace_changes_nothing(requests, name, slots):
    runs = [
        serving.simulate(requests, POLICIES[name], STEP, slots, 300, trace=trace)
        for trace in (True, True, False)
    ]
    assert runs[0] == runs[1]
    assert runs[0].served == runs[2].served
    assert runs[0].totals == runs[2].totals


# Laws

CUSTOMERS = 1_000_000
SERVICE_TOKENS = 1000  # enough for a whole number of tokens to pass for a continuous time


def mean_wait(rate: float, lengths, servers: int = 1) -> float:
    """Mean wait of a million customers whose service is `lengths` steps of a millisecond."""
    made = serving.poisson(rate, CUSTOMERS, 1, lengths, seed=7)
    run = serving.simulate(made, serving.OneAtATime(servers), 1e-3, 1, 10**9, trace=False)
    return math.fsum(s.admitted_s - s.arrival_s for s in run) / len(run)


@pytest.mark.slow
def test_one_server_with_exponential_service_is_m_m_1():
    found = mean_wait(0.7, serving.geometric(SERVICE_TOKENS))
    assert found == pytest.approx(queueing.mm1_wait(0.7, 1.0), rel=0.03)


@pytest.mark.slow
def test_one_server_with_equal_service_is_m_d_1():
    found = mean_wait(0.3, serving.fixed(SERVICE_TOKENS))
    assert found == pytest.approx(queueing.md1_wait(0.3, 1.0), rel=0.03)


@pytest.mark.slow
def test_one_server_with_lognormal_service_is_m_g_1():
    found = mean_wait(0.7, serving.lognormal(1000, 1.5))
    assert found == pytest.approx(queueing.mg1_wait(0.7, 1.0, 1.5), rel=0.03)


@pytest.mark.slow
def test_c_servers_are_m_m_c():
    found = mean_wait(0.7 * 4, serving.geometric(SERVICE_TOKENS), 4)
    assert found == pytest.approx(queueing.mmc_wait(0.7 * 4, 1.0, 4), rel=0.03)


def test_erlang_by_hand():
    # Two servers, one Erlang: B = (1/2)/(1 + 1 + 1/2) = 0.2, C = 0.2/(1 - 0.5·0.8) = 1/3.
    assert queueing.erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert queueing.mmc_wait(1.0, 1.0, 2) == pytest.approx(1 / 3)
    assert queueing.mmc_wait(0.7, 1.0, 1) == pytest.approx(queueing.mm1_wait(0.7, 1.0))
    with pytest.raises(ValueError, match=r"overload: .* grows by 0\.5 requests a second"):
        queueing.mm1_wait(1.5, 1.0)


def steps_of(policy, lengths, slots: int, count: int) -> float:
    made = serving.at_once(count, 1, lengths, seed=3)
    return serving.simulate(made, policy, 1.0, slots, 10**9, trace=False).end_s


def test_equal_lengths_gain_nothing_from_continuous_batching():
    static = steps_of(serving.Static(), 50, 32, 3200)
    assert static == steps_of(serving.Continuous(), 50, 32, 3200) == 3200 / 32 * 50


@pytest.mark.slow
def test_geometric_lengths_gain_the_exact_expectation():
    mean, slots, batches = 10, 32, 4000
    expected = queueing.expected_max_geometric(mean, slots)
    static = steps_of(serving.Static(), serving.geometric(mean), slots, slots * batches)
    # The maximum of a batch scatters by about pi/sqrt(6) means: three standard errors of the mean.
    error = 3 * math.pi / math.sqrt(6) * mean / math.sqrt(batches)
    assert static / batches == pytest.approx(expected, abs=error)
    continuous = steps_of(serving.Continuous(), serving.geometric(mean), slots, slots * batches)
    gain = queueing.static_gain_geometric(mean, slots)
    assert static / continuous == pytest.approx(gain, rel=0.015)
    assert gain == pytest.approx(3.90, abs=0.005)
    assert queueing.harmonic(32) == pytest.approx(4.06, abs=0.005)


def test_the_static_batch_is_exactly_the_sum_of_its_longest():
    made = serving.at_once(320, 1, serving.geometric(20), seed=5)
    longest = sum(
        max(r.output_tokens for r in made[start : start + 32]) for start in range(0, 320, 32)
    )
    assert serving.simulate(made, serving.Static(), 1.0, 32, 10**9).end_s == longest


@pytest.mark.slow
def test_steady_state_agrees_with_its_own_confidence_interval():
    made = serving.poisson(8, 20_000, serving.geometric(200), serving.geometric(100), seed=11)
    run = serving.simulate(made, "continuous", STEP, 64, 60_000, trace=False)
    found = steady(run)
    assert found.rate_per_s.low < 8 < found.rate_per_s.high
    assert found.little_gap.low < 0 < found.little_gap.high
    single = serving.poisson(0.5, 20_000, 1, serving.geometric(SERVICE_TOKENS), seed=1)
    queue = serving.simulate(single, "one-at-a-time", 1e-3, 1, 10**9, trace=False)
    waits = steady(queue).wait_s
    assert waits.low < queueing.mm1_wait(0.5, 1.0) < waits.high


# Metrics


def test_metrics_by_hand():
    # Two requests at 0 s, steps of 1 s, two slots: prompts in the first step, then answers.
    run = serving.simulate([(0, 5, 3), (0, 5, 2)], "continuous", 1.0, 2, 100)
    assert [(s.first_token_s, s.finish_s) for s in run] == [(1, 3), (1, 2)]
    found = serving.metrics(run, serving.Slo(1.0, 1.0), watts=100, usd_per_hour=3.6)
    assert found["throughput_tok_per_s"] == pytest.approx(5 / 3)
    assert found["goodput_req_per_s"] == pytest.approx(2 / 3)
    assert found["tpot_mean_s"] == found["itl_p99_s"] == pytest.approx(1)
    assert found["latency_mean_s"] == pytest.approx(2.5)
    assert found["in_system_mean_requests"] == pytest.approx(5 / 3)
    assert found["energy_j_per_tok"] == pytest.approx(60)
    assert found["usd_per_mtok"] == pytest.approx(3.6 * 3 / 3600 / 5 * 1e6)
    assert found["kv_peak_share"] == pytest.approx(0.15)
    assert found["utilisation_share"] == pytest.approx(1)


def test_goodput_needs_both_promises():
    run = serving.simulate([(0, 5, 3), (0.5, 5, 3)], "continuous", 1.0, 1, 100)
    both = serving.metrics(run, serving.Slo(1.0, 1.0))
    assert both["slo_held_share"] == 0.5  # the second waits for its first token
    assert serving.metrics(run, serving.Slo(10.0, 0.5))["slo_held_share"] == 0


def test_static_waste_is_what_finished_rows_take():
    run = serving.simulate([(0, 1, 2), (0, 1, 4)], serving.Static(), 1.0, 2, 100)
    # After the prompt's step: 3 steps of 2 rows, of which 1 + 3 answer.
    assert serving.metrics(run)["slot_waste_share"] == pytest.approx(1 - 4 / 6)
    assert run[0].finish_s == 2


@given(st.lists(st.tuples(st.floats(0.01, 5), st.integers(1, 5)), min_size=1), st.floats(1, 100))
def test_gap_percentile_is_that_of_all_gaps_written_out(runs, p):
    from anuman.serving.percentiles import gap_percentile
    from anuman.serving.run import Gaps

    gaps = [Gaps(first, 0.25, k, 2) for first, k in runs]
    every = sorted(f + 0.25 * i for f, _m, k, w in gaps for i in range(k) for _ in range(w))
    place = max(0, math.ceil(p / 100 * len(every) - 1e-9) - 1)
    assert gap_percentile(gaps, p) == pytest.approx(every[place], rel=1e-9)


@pytest.mark.slow
def test_overload_is_named_with_its_growth():
    made = serving.poisson(2.0, 20_000, 1, serving.geometric(1000), seed=2)
    found = serving.metrics(serving.simulate(made, "one-at-a-time", 1e-3, 1, 10**9))
    assert found["load_state"] == "overload"
    assert found["queue_growth_req_per_s"] == pytest.approx(1.0, rel=0.1)
    calm = serving.poisson(0.6, 2000, 1, serving.geometric(1000), seed=2)
    found = serving.metrics(serving.simulate(calm, "one-at-a-time", 1e-3, 1, 10**9))
    assert (found["load_state"], found["queue_growth_req_per_s"]) == ("stable", 0)
    few = serving.metrics(serving.simulate(made[:20], "one-at-a-time", 1e-3, 1, 10**9))
    assert few["load_state"] == "unknown"


# Workloads


def test_workloads_are_seeded_and_have_the_stated_statistics():
    made = serving.bursty(5, 4, 20_000, serving.lognormal(1000, 1.0), serving.geometric(200), 1)
    assert made == serving.bursty(
        5, 4, 20_000, serving.lognormal(1000, 1.0), serving.geometric(200), 1
    )
    gaps = [b.arrival_s - a.arrival_s for a, b in itertools.pairwise(made)]
    mean = sum(gaps) / len(gaps)
    cv = math.sqrt(sum((g - mean) ** 2 for g in gaps) / len(gaps)) / mean
    assert mean == pytest.approx(0.2, rel=0.1)
    assert cv == pytest.approx(4, rel=0.1)
    assert sum(r.input_tokens for r in made) / len(made) == pytest.approx(1000, rel=0.05)
    # The median of a log-normal is its mean over sqrt(1 + cv²).
    median = sorted(r.input_tokens for r in made)[len(made) // 2]
    assert median == pytest.approx(1000 / math.sqrt(2), rel=0.05)
    assert sum(r.output_tokens for r in made) / len(made) == pytest.approx(200, rel=0.05)


def test_the_streams_are_independent():
    one = serving.poisson(5, 50, 100, serving.geometric(200), 1)
    other = serving.poisson(10, 50, serving.geometric(30), serving.geometric(200), 1)
    assert [r.output_tokens for r in one] == [r.output_tokens for r in other]
    assert [r.arrival_s for r in one] == pytest.approx([2 * r.arrival_s for r in other])


@pytest.mark.parametrize("name", ["one-at-a-time", "static", "continuous", "chunked", "paged"])
def test_a_closed_loop_never_has_more_requests_than_users(name):
    loop = serving.ClosedLoop(
        5,
        200,
        lambda number: (20, serving.geometric(30)(random.Random(f"{number} answer"))),
        lambda number: random.Random(f"{number} think").expovariate(2),
    )
    run = serving.simulate(loop, name, STEP, 3, 5000)
    assert len(run) == 200
    changes = sorted([(s.arrival_s, 1) for s in run] + [(s.finish_s, -1) for s in run])
    inside = most = 0
    for _time, change in changes:
        inside += change
        most = max(most, inside)
    assert most <= 5


# What is refused


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        ([], "no requests"),
        ([(0, 5)], "request 0 is"),
        ([(0, 5, 0)], "output_tokens is 0"),
        ([(0, 1.5, 2)], "input_tokens is 1.5"),
        ([(-1, 5, 2)], "arrival_s is -1"),
        ([(math.nan, 5, 2)], "arrival_s is nan"),
        ([{"arrival_s": 0, "input_tokens": 5}], "request 0 is"),
        ([serving.Request(1, 0, 5, 5), serving.Request(1, 0, 5, 5)], "two requests have the id 1"),
        ([(0, 90, 20)], "request 0 needs 110 tokens of KV memory and the server has 100"),
    ],
)
def test_bad_requests_are_refused_by_name(requests, said):
    for policy in ("continuous", "one-at-a-time"):
        with pytest.raises(ValueError, match=said):
            serving.simulate(requests, policy, 1.0, 2, 100)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slots": 0}, "slots is 0"),
        ({"slots": 2.0}, "slots is 2.0"),
        ({"kv_capacity": -5}, "kv_capacity is -5"),
        ({"kv_capacity": math.nan}, "kv_capacity is nan"),
        ({"policy": "contiguous"}, "policy is 'contiguous': give one of one-at-a-time"),
        ({"step_time": 0}, "step_time is 0"),
        ({"step_time": "fast"}, "step_time is 'fast'"),
        ({"step_time": serving.AffineStep(-1.0)}, "must be finite and above zero"),
    ],
)
def test_bad_arguments_are_refused_by_name(changed, said):
    good = {"requests": [(0, 5, 2)], "policy": "continuous", "step_time": 1.0, "slots": 2,
            "kv_capacity": 100}  # fmt: skip
    with pytest.raises(ValueError, match=said):
        serving.simulate(**{**good, **changed})


def test_numbers_of_numpy_and_of_deployments_are_welcome():
    plain = serving.simulate([(0, 5, 2), (1, 6, 3)], "continuous", 1.0, 2, 100)
    numbers = numpy.array([[0, 5, 2], [1, 6, 3]])
    assert serving.simulate(numbers, "continuous", 1.0, 2, 100.9).served == plain.served
    endless = serving.simulate(numbers, "paged", 1.0, 2, math.inf)
    assert [s.finish_s for s in endless] == [s.finish_s for s in plain]


MANY = [(0.0, 10, 5), (0.1, 10, 5), (0.2, 10, 5), (0.3, 10, 5)]


@pytest.mark.parametrize(
    ("admit", "rule", "request_id"),
    [
        (lambda waiting, running, free: [w["id"] for w in waiting], "slots", 2),
        (lambda waiting, running, free: [99], "unknown", 99),
        (lambda waiting, running, free: [waiting[0]["id"]] * 2, "twice", 0),
        (lambda waiting, running, free: [], "stall", 0),
        (lambda waiting, running, free: None, "list", None),
        (lambda waiting, running, free: [[0]], "list", None),
        (lambda waiting, running, free: 1 / 0, "raised", None),
        (lambda waiting, running, free: [r["id"] for r in running] or [0], "unknown", 0),
    ],
)
def test_a_broken_rule_stops_with_step_request_and_rule(admit, rule, request_id):
    with pytest.raises(serving.PolicyBroke) as caught:
        serving.simulate(MANY, admit, 1.0, 2, 100)
    broke = caught.value
    assert (broke.rule, broke.request) == (rule, request_id)
    assert f"step {broke.step}" in str(broke)
    again = pickle.loads(pickle.dumps(broke))
    assert (again.rule, str(again)) == (rule, str(broke))


def test_a_rule_that_overfills_the_memory_is_stopped():
    with pytest.raises(serving.PolicyBroke, match="It needs 15 tokens, 10 are free") as caught:
        serving.simulate(MANY, lambda w, r, free: [j["id"] for j in w], 1.0, 4, 40)
    assert caught.value.rule == "kv"


def test_a_rule_sees_copies():
    def spoil(waiting, running, free_kv):
        chosen = [waiting[0]["id"]] if not running else []
        for job in waiting + running:
            job["output_tokens"] = 1
            job["id"] = "gone"
        waiting.clear()
        return chosen

    run = serving.simulate(MANY, spoil, 1.0, 2, 100)
    honest = serving.simulate(MANY, "continuous", 1.0, 1, 100)
    assert [s.finish_s for s in run] == [s.finish_s for s in honest]


def test_a_rule_is_told_what_it_needs():
    seen = []

    def watch(waiting, running, free_kv):
        seen.append((waiting, running, free_kv))
        return [waiting[0]["id"]]

    serving.simulate(MANY, watch, 1.0, 2, 100)
    waiting, running, free = seen[1]
    assert [job["id"] for job in waiting] == [1, 2, 3]
    assert (running[0]["id"], running[0]["generated"], running[0]["kv_tokens"]) == (0, 1, 15)
    assert free == 85
    assert waiting[0]["waited_s"] == pytest.approx(0.9)
