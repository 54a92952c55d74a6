"""Eight faults of a server: each shows in the figures that its diagnosis names, and its repair helps."""

import pytest

from anuman.scenes import faults
from anuman.scenes.faults import FAULTS, patient

TTFT99 = "vllm:time_to_first_token_seconds p99"


def value(readings, name: str) -> float:
    return readings.values[f"vllm:{name}"]


@pytest.mark.slow
def test_every_fault_shows_in_its_own_figures():
    ill = {fault: patient(fault).ill for fault in FAULTS}
    well = {fault: patient(fault).healthy for fault in FAULTS}
    assert value(ill["preemptions"], "num_preemptions_total") > 10
    gap = "inter_token_latency_seconds p99"
    assert value(ill["long prompts"], gap) > 2 * value(well["long prompts"], gap)
    assert ill["generator"].values["rate(vllm:request_success_total)"] < 0.5 * faults.RATE
    assert value(ill["cold"], "request_queue_time_seconds p99") > 0.8 * faults.READY_S
    assert value(ill["cold"], "request_queue_time_seconds p50") < 0.1
    assert value(ill["cache"], "prefix_cache_hits_total") == 0
    assert value(well["cache"], "prefix_cache_hits_total") > 0
    slow, *others = ill["replica"].running
    assert slow > 3 * max(others)
    assert value(ill["retries"], "request_success_total") > 2 * faults.COUNT
    assert value(ill["slots"], "num_requests_waiting") > 20
    assert max(ill["slots"].running) <= faults.FEW_SLOTS


@pytest.mark.slow
def test_no_fault_shows_in_the_figures_of_another():
    for fault in FAULTS:
        ill = patient(fault).ill
        assert (value(ill, "num_preemptions_total") > 0) == (fault == "preemptions")
        assert (value(ill, "request_success_total") > faults.COUNT) == (fault == "retries")
        missed = ill.cached and value(ill, "prefix_cache_hits_total") == 0
        assert missed == (fault == "cache")


@pytest.mark.parametrize("fault", [f for f in FAULTS if f not in ("generator", "preemptions")])
def test_the_repair_shortens_what_users_wait(fault):
    one = patient(fault)
    name = "vllm:inter_token_latency_seconds p99" if fault == "long prompts" else TTFT99
    assert one.repaired.values[name] < one.ill.values[name]


def test_fewer_slots_end_the_storm_and_lengthen_the_line():
    one = patient("preemptions")
    name = "num_preemptions_total"
    assert value(one.repaired, name) < value(one.ill, name) / 2
    waiting = "num_requests_waiting"
    assert value(one.repaired, waiting) > value(one.ill, waiting)


def test_an_open_loop_shows_the_planned_rate():
    one = patient("generator")
    rate = "rate(vllm:request_success_total)"
    assert one.repaired.values[rate] > 0.7 * faults.RATE > 2 * one.ill.values[rate]


def test_an_unknown_fault_is_refused():
    with pytest.raises(KeyError, match="fire"):
        patient("fire")
