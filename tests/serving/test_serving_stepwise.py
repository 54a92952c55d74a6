"""The server of the puzzle next_step: its arithmetic by hand, its rules, and the bound that nobody beats."""

import random

import pytest

from anuman.serving import PolicyBroke
from anuman.serving.promise_bound import kept_share_bound
from anuman.serving.stepwise import RooflineStep, StepServer

MACHINE = RooflineStep(weights_s=0.02, token_s=1e-3, cached_token_s=1e-5)


def eager(now, waiting, running, free_kv):
    """Everybody in, every prompt whole."""
    unread = {job["id"]: job["input_tokens"] - job["read"] for job in running}
    unread |= {job["id"]: job["input_tokens"] for job in waiting}
    return {
        "admit": [job["id"] for job in waiting],
        "prefill": {id: tokens for id, tokens in unread.items() if tokens},
    }


def serve(requests, rule, kv=1000):
    return StepServer(requests, rule, MACHINE, kv).run()


def test_one_request_by_hand():
    (job,) = serve([(1.0, 30, 3)], eager)
    first = 1.0 + 0.03  # 30 tokens of 1 ms are longer than reading the weights
    assert job.first_token_s == pytest.approx(first)
    assert job.finish_s == pytest.approx(first + 2 * 0.02 + 1e-5 * (31 + 32))
    assert job.kept(0.05, 0.03)
    assert not job.kept(0.02, 0.03)
    assert not job.kept(0.05, 0.019)


def test_writers_advance_while_prompts_are_read_in_pieces():
    def pieces(now, waiting, running, free_kv):
        admit = [job["id"] for job in waiting]
        unread = [job for job in running if job["read"] < job["input_tokens"]]
        prefill = {job["id"]: 1 for job in unread} | dict.fromkeys(admit, 1)
        return {"admit": admit, "prefill": prefill}

    jobs = serve([(0.0, 1, 5), (0.0, 4, 1)], pieces)
    short, long_ = sorted(jobs, key=lambda job: job.request.id)
    assert short.generated == 5 and long_.generated == 1
    assert long_.first_token_s < short.finish_s


def test_who_is_left_outside_is_given_back_as_late():
    jobs = serve([(0.0, 5, 2)], lambda *_: {"admit": [], "prefill": {}})
    assert len(jobs) == 1 and not jobs[0].kept(100, 100)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (None, "answer"),
        ({"admit": [0]}, "answer"),
        ({"admit": [7], "prefill": {}}, "unknown"),
        ({"admit": [0, 0], "prefill": {}}, "twice"),
        ({"admit": [0], "prefill": {0: 6}}, "tokens"),
        ({"admit": [0], "prefill": {0: 0}}, "tokens"),
        ({"admit": [], "prefill": {0: 1}}, "outside"),
    ],
)
def test_a_broken_rule_is_named(answer, rule):
    with pytest.raises(PolicyBroke) as caught:
        serve([(0.0, 5, 2)], lambda *_: answer)
    assert caught.value.rule == rule


def test_memory_is_reserved_whole():
    with pytest.raises(PolicyBroke) as caught:
        serve([(0.0, 5, 2), (0.0, 5, 2)], eager, kv=13)
    assert caught.value.rule == "kv"


def test_the_bound_is_one_without_haste_and_loses_who_cannot_all_be_first():
    assert kept_share_bound([(0.0, 10, 5), (9.0, 10, 5)], MACHINE, 1.0) == 1
    # Three prompts of 0.6 s each, all due within 1 s: at most one can be kept.
    assert kept_share_bound([(0.0, 600, 5)] * 3, MACHINE, 1.0) == pytest.approx(1 / 3)


@pytest.mark.parametrize("seed", range(8))
def test_no_rule_beats_the_bound(seed):
    draw = random.Random(seed)
    now, requests = 0.0, []
    for _index in range(12):
        now += draw.expovariate(5)
        requests.append((now, draw.choice((20, 60, 400)), draw.randint(1, 6)))

    def some(now, waiting, running, free_kv):
        chosen = [job for job in waiting if draw.random() < 0.7]
        unread = [job for job in running if job["read"] < job["input_tokens"]]
        prefill = {j["id"]: j["input_tokens"] - j["read"] for j in (*unread, *chosen)}
        return {"admit": [job["id"] for job in chosen], "prefill": prefill}

    bound = kept_share_bound(requests, MACHINE, 0.5)
    for rule in (eager, some):
        jobs = serve(requests, rule, kv=10**6)
        assert sum(job.kept(0.5, 1.0) for job in jobs) / len(jobs) <= bound + 1e-9
