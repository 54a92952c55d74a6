"""The event-skipping simulator against the token-by-token one, for every policy."""

from random import Random

import pytest
import serving_oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import serving


def shortest_two(waiting, running, free_kv):
    """A learner's rule: at most two more, the shortest answers first, if they fit; at most four at once."""
    chosen = []
    for job in sorted(waiting, key=lambda job: (job["output_tokens"], job["id"])):
        if job["kv_tokens"] <= free_kv and len(chosen) < 2 and len(running) + len(chosen) < 4:
            chosen.append(job["id"])
            free_kv -= job["kv_tokens"]
    return chosen


POLICIES = {
    "one-at-a-time": serving.OneAtATime(),
    "three servers": serving.OneAtATime(servers=3),
    "static": serving.Static(),
    "static, 0.3 s": serving.Static(timeout_s=0.3),
    "static, at once": serving.Static(timeout_s=0.0),
    "continuous": serving.Continuous(),
    "prefill first": serving.Continuous(prefill="alone"),
    "shortest first": serving.Continuous(order="shortest"),
    "priority": serving.Continuous(order="priority"),
    "chunked": serving.Chunked(budget=16),
    "paged": serving.PagedKV(page=4),
    "paged, page of 1": serving.PagedKV(page=1, prefill="alone"),
    "paged, swap": serving.PagedKV(page=4, swap_s_per_token=1e-3),
    "prefix cache": serving.PrefixCache(),
    "disaggregated": serving.Disaggregated(transfer_s_per_token=1e-4),
    "disaggregated, two": serving.Disaggregated(prefill_servers=2),
    "rule": serving.Rule(shortest_two),
}

SLOTS, KV = 4, 160


@st.composite
def workloads(draw):
    """Up to 14 requests at random times, so that no two events fall on the same moment."""
    count = draw(st.integers(1, 14))
    spread = draw(st.sampled_from([0.05, 0.5, 3.0]))
    random = Random(draw(st.integers(0, 2**32)))
    now, made = 0.0, []
    for number in range(count):
        now += random.expovariate(1 / spread)
        prefix = random.choice(["", "a", "b"])
        made.append(
            serving.Request(
                number, now, random.randint(25, 60), random.randint(1, 60), random.randint(0, 2),
                prefix, {"": 0, "a": 12, "b": 25}[prefix],
            )
        )  # fmt: skip
    return made


steps = st.builds(
    serving.AffineStep,
    step_s=st.floats(0.005, 0.05),
    decode_s=st.floats(0, 1e-3),
    prefill_token_s=st.floats(0, 1e-3),
    context_token_s=st.floats(0, 1e-4),
    prefill_pair_s=st.floats(0, 1e-6),
)


@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=40, deadline=None)
@given(requests=workloads(), step_time=steps)
def test_equals_the_oracle(name, requests, step_time):
    policy = POLICIES[name]
    run = serving.simulate(requests, policy, step_time, SLOTS, KV)
    expected = serving_oracle.served(requests, policy, step_time, SLOTS, KV)
    assert {s.id for s in run} == set(expected)
    for s in run:
        assert (s.first_token_s, s.finish_s) == pytest.approx(expected[s.id], rel=1e-9)
