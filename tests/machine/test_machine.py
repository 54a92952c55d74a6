"""Measuring a computer: relations that hold on any computer, never wall times."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anuman import machine
from anuman.machine import (
    gemm,
    host,
    measuring,
    plan,
    rounds,
    staircase,
)

MIB = 2**20
QUICK = 0.3  # s


# Measuring


def test_measures_every_point(measured):
    for sweep in (measured.sweep, measured.blocked_sweep):
        assert tuple(point.batch for point in sweep) == plan.BATCHES
    sizes = [step.nbytes for step in measured.staircase]
    assert sizes[0] == 64 * 2**10
    assert all(larger == 2 * smaller for smaller, larger in itertools.pairwise(sizes))
    assert all(math.isfinite(s.bandwidth) and s.bandwidth > 0 for s in measured.staircase)
    assert measured.bandwidth == measured.staircase[-1].bandwidth
    assert measured.ridge == measured.peak / measured.bandwidth > 0
    assert measured.rounds >= 1
    assert measured.threads in (1, None)
    assert measured.name and measured.blas


def test_flops_and_bytes_of_a_product(measured):
    rows, columns = measured.matrix
    for point in measured.sweep + measured.blocked_sweep:
        flops = 2 * rows * columns * point.batch
        assert point.flops_per_s * point.seconds == pytest.approx(flops)
        nbytes = 4 * (rows * columns + columns * point.batch + rows * point.batch)
        assert point.intensity == pytest.approx(flops / nbytes)


def test_both_forms_give_the_product():
    weights = np.random.default_rng(1).standard_normal((64, 128), dtype=np.float32)
    inputs = gemm.touched(plan.BATCHES[-1], 128)
    for point in gemm.points(weights):
        form, batch = point.key
        result = point.work()
        if form == "blocked":
            assert result.shape == (64 // gemm.BLOCK_ROWS, batch, gemm.BLOCK_ROWS)
            result = result.transpose(0, 2, 1).reshape(64, batch)
        if form == "by row":
            assert result.shape == (64 // gemm.BLOCK_ROWS, batch, gemm.BLOCK_ROWS, 1)
            result = result[..., 0].transpose(0, 2, 1).reshape(64, batch)
        np.testing.assert_allclose(result, weights @ inputs[:batch].T, rtol=1e-4, atol=1e-4)


def test_blocks_count_in_the_better_of_their_two_ways():
    timed = [
        rounds.Point(("plain", 2), len, seconds=[1.0]),
        rounds.Point(("blocked", 2), len, seconds=[3.0]),
        rounds.Point(("by row", 2), len, seconds=[2.0]),
        rounds.Point(("blocked", 16), len, seconds=[4.0]),
    ]
    small = plan.Plan(plan.SMALLEST_BUFFER, 64, 128, 256, None)
    plain, blocked = (gemm.sweep(timed, form, small) for form in ("plain", "blocked"))
    assert [(p.batch, p.seconds) for p in plain] == [(2, 1.0)]
    assert [(p.batch, p.seconds) for p in blocked] == [(2, 2.0), (16, 4.0)]


@pytest.mark.parametrize("nbytes", [64 * 2**10, MIB])
def test_staircase_reads_every_byte_once(nbytes):
    buffer = np.ones(nbytes // 4, np.float32)
    buffer[: buffer.size // 2] = 3
    *_, whole = staircase.points(buffer)
    assert whole.key == ("read", nbytes)
    assert whole.work() == 3 * buffer.size / 2


def test_cost_of_a_call_is_taken_off_and_never_all_of_it():
    timed = [
        rounds.Point(staircase.CALL, len, seconds=[1e-6]),
        rounds.Point(("read", 10**6), len, seconds=[11e-6]),
        rounds.Point(("read", 100), len, seconds=[0.5e-6]),
    ]
    first, second = staircase.steps(timed)
    assert first.bandwidth == pytest.approx(10**6 / 10e-6)
    assert 0 < second.bandwidth < math.inf


def test_progress_rises_to_one():
    seen = []
    machine.measure(seconds=QUICK, progress=lambda fraction, label: seen.append((fraction, label)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0 and fractions[-1] == 1
    assert {label for _, label in seen} == {
        measuring.PREPARING,
        measuring.MEASURING,
        measuring.DONE,
    }


@pytest.mark.parametrize("after", [0, 5, 30])
def test_cancelling_keeps_nothing(after, home):
    asked = iter(range(1000))
    with pytest.raises(machine.Cancelled):
        machine.measure(seconds=QUICK, cancelled=lambda: next(asked) >= after)
    assert machine.load() is None
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf])
def test_impossible_time_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds"):
        machine.measure(seconds=seconds)


def test_arrays_stay_within_a_quarter_of_the_free_memory(monkeypatch):
    free = 100 * MIB
    monkeypatch.setattr(host, "memory", lambda: (256 * MIB, free))
    machine.measure(seconds=0.01)  # imports done before memory is watched
    tracemalloc.start()
    try:
        small = machine.measure(seconds=5 * QUICK)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert small.staircase[-1].nbytes < most <= free / 4
    assert "memory" in small.warnings


def test_too_little_memory_is_said(monkeypatch):
    monkeypatch.setattr(host, "memory", lambda: (8 * MIB, 4 * MIB))
    with pytest.raises(MemoryError, match="a quarter of the free memory; close other programs"):
        machine.measure(seconds=QUICK)


def test_refused_memory_is_asked_for_in_smaller_pieces(monkeypatch):
    empty = np.empty

    def refuse(shape, dtype=float):
        if np.prod(shape) > MIB:
            raise MemoryError
        return empty(shape, dtype)

    monkeypatch.setattr(np, "empty", refuse)
    buffer, made = measuring._allocate(
        2**30, lambda limit: plan.make_plan(QUICK, limit, 4 * MIB, 1e11)
    )
    assert buffer.nbytes == made.buffer_bytes <= 4 * MIB
    assert made.short_of == "memory"


def test_memory_is_got_ready_only_while_there_is_time():
    buffer = np.zeros(3 * measuring.CHUNK // 4, np.float32)
    ask = (lambda done: None, lambda: False)
    assert measuring._fill(buffer, math.inf, *ask) == buffer.nbytes
    assert np.count_nonzero(buffer) == buffer.size
    buffer[:] = 0
    assert measuring._fill(buffer, -math.inf, *ask) == measuring.CHUNK
    assert np.count_nonzero(buffer) == measuring.CHUNK // 4


# Planning


@given(
    seconds=st.floats(0.01, 600),
    limit=st.integers(8 * MIB, 2**40),
    cache=st.none() | st.integers(2**15, 2**30),
    flops=st.floats(1e6, 1e14),
)
def test_plan_fits_memory_and_time(seconds, limit, cache, flops):
    made = plan.make_plan(seconds, limit, cache, flops)
    assert made.total_bytes <= limit
    assert made.matrix_bytes <= made.buffer_bytes <= plan.LARGEST_BUFFER
    assert made.rows % 16 == 0 and made.rows > 0
    flops_a_round = 2 * 2 * made.rows * made.columns * sum(plan.BATCHES)
    assert made.matrix_bytes == plan.SMALLEST_MATRIX or flops_a_round / flops <= seconds
    half = made.within(made.buffer_bytes // 2)
    assert half.matrix_bytes <= half.buffer_bytes == made.buffer_bytes // 2
    assert made.within(made.buffer_bytes) == made


@pytest.mark.parametrize("cache", [None, 8 * MIB, 32 * MIB, 64 * MIB])
def test_with_room_and_time_the_matrix_is_well_beyond_the_cache(cache):
    made = plan.make_plan(6.0, 2**33, cache, 1e12)
    assert made.short_of is None
    assert made.matrix_bytes >= max(64 * MIB, 4 * (cache or 0))
    assert made.buffer_bytes >= 256 * MIB


# Rounds


@pytest.mark.parametrize(("deadline", "expected"), [(0, 1), (30, 2), (300, 25)])
def test_points_are_visited_in_turn_until_the_deadline(deadline, expected, monkeypatch):
    order = []
    clock = itertools.count()  # a second a look; a round looks 12 times
    monkeypatch.setattr(rounds.time, "perf_counter", lambda: next(clock))
    points = [rounds.Point(key, lambda key=key: order.append(key)) for key in "abc"]
    count, share = rounds.run(points, deadline, lambda done: None, lambda: False)
    assert order == list("abc") * count
    assert count == expected
    assert 0 <= share <= 1


def test_best_and_disagreement():
    point = rounds.Point("a", len, seconds=[2.0, 9.0, 8.0, 3.0])
    assert point.best == 2.0
    assert point.disagreement == pytest.approx(0.5)


def test_spread_is_the_upper_quartile():
    timed = [rounds.Point(n, len, seconds=[1.0, 1 + n / 100]) for n in range(5)]
    timed.append(rounds.Point("once", len, seconds=[7.0]))
    assert measuring.spread(timed) == pytest.approx(0.03)
