"""The pictures and tables of lesson 05 hold what was computed or measured, and say it in words."""

from types import SimpleNamespace

import pytest
from drawing import drawings, examine

from anuman import physics
from anuman.lessons import batching as lesson
from anuman.lm.batch_sweep import BatchStep, Sweep
from anuman.widgets import batch_gain, number
from anuman.widgets.own_machine import own_batching
from anuman.widgets.published import served_batches


def steps(*seconds):
    return tuple(
        BatchStep(batch, s, 2_000_000 * batch, 4_000_000)
        for batch, s in zip((1, 2, 8), seconds, strict=True)
    )


FORMS = {"blocks": steps(1e-3, 1.1e-3, 1.7e-3), "plain": steps(1e-3, 3e-3, 3.5e-3)}
SWEEP = Sweep(1_000_000, 4_000_000, 32, 5, 0.01, FORMS)


def machine():
    steps = tuple(SimpleNamespace(nbytes=n, bandwidth=b) for n, b in ((2**20, 8e10), (2**27, 1e10)))
    sweep = tuple(
        SimpleNamespace(batch=b, seconds=s) for b, s in ((1, 0.004), (2, 0.04), (4, 0.042))
    )
    blocked = tuple(SimpleNamespace(batch=b, seconds=0.004 * b) for b in (1, 2, 4))
    return SimpleNamespace(
        staircase=steps, peak=5e10, matrix=(16_384, 2048), sweep=sweep, blocked_sweep=blocked
    )


def test_gain_shows_law_and_trial():
    found = batch_gain.batch_gain()
    assert number(physics.longest_over_mean(32, 10)) in found.words
    for slots, gain in batch_gain.tried().items():
        assert number(gain) in found.html
        assert gain == pytest.approx(physics.longest_over_mean(slots, 10), rel=0.05)


@pytest.mark.parametrize(
    "figure",
    [
        batch_gain.batch_gain,
        served_batches.published_batching,
        lambda: own_batching.own_batches(SWEEP, machine()),
        lambda: own_batching.own_batches(SWEEP, None),
    ],
)
def test_pictures_keep_the_rules(figure):
    for svg in drawings(figure().html):
        examine(svg)


def test_shared_and_own_part_of_a_step():
    shared, each = own_batching.shared_and_own(FORMS["blocks"])
    assert (shared, each) == pytest.approx((0.9e-3, 0.1e-3))
    found = own_batching.own_batches(SWEEP, machine())
    assert "900 µs" in found.words
    assert "100 µs" in found.words
    assert number(8 / 1.7e-3 / 1e3) in found.words


def test_bound_uses_the_cache_that_holds_the_weights():
    slow = own_batching.least_seconds(machine(), 1, 4e6, 2**27)
    fast = own_batching.least_seconds(machine(), 1, 4e6, 2**20)
    assert slow == pytest.approx(8 * fast)
    assert own_batching.least_seconds(machine(), 5e9, 4e6, 2**20) == pytest.approx(0.1)


def test_an_unmeasured_computer_has_no_bound_and_no_packing():
    found = own_batching.own_batches(SWEEP, None)
    assert "unknown" in found.html
    assert "most by both clocks" not in found.html
    assert "has not been measured" in own_batching.packing(None).words


def test_packing_compares_with_one_column():
    said = own_batching.packing(machine()).words
    assert "2 | 40 ms | 10 | 8 ms | 2" in said


def queue(policy, steps, seconds, texts=("a", "b", "c")):
    return SimpleNamespace(
        policy=policy, texts=list(texts), lengths=[2, 8, 4], steps=steps, seconds=seconds, rows=0
    )


def test_queue_says_counted_and_timed_gain():
    said = own_batching.own_queue(queue("static", 12, 0.3), queue("continuous", 8, 0.25), 2).words
    counted = physics.static_steps([2, 8, 4], 2) / physics.continuous_steps([2, 8, 4], 2)
    assert f"{number(counted)} times as fast" in said
    assert "1.2 times" in said
    assert "word for word" in said
    other = queue("continuous", 8, 0.25, ("a", "b", "x"))
    assert "differ" in own_batching.own_queue(queue("static", 12, 0.3), other, 2).words


def test_published_runs_stand_above_the_least():
    runs = served_batches.served()
    assert len(runs) >= 8
    for run in runs:
        assert run.tpot_s > run.least_s
        assert run.users == pytest.approx(run.rate * run.tpot_s / run.row.replicas)
        assert run.offline is None or run.offline > run.rate
    assert {run.row.chip for run in runs} >= {"H100-SXM", "MI300X", "B200"}
    found = served_batches.published_batching()
    assert all(run.row.source.url in found.html for run in runs)


def test_lesson_truths_and_verdict():
    truths = [question.truth() for question in lesson.questions()]
    assert truths[1] == 1
    assert truths[2] == physics.longest_over_mean(32, 10)
    assert truths[3] > 1
    said = lesson.verdict().words
    assert "memory full" in said
    assert "does not fit" in lesson.worked_batches().words
