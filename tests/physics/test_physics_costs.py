"""Money, energy, training, clusters, speculation, paging, communication: values worked by hand, and limits."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anuman import catalog, physics


def test_money_by_hand():
    # 2 $/h at 1,000 tokens/s, always busy: 3.6e6 tokens an hour for 2 $.
    assert physics.usd_per_mtok(2, 1000) == pytest.approx(2 / 3.6)
    assert physics.usd_per_mtok(2, 1000, 0.5) == pytest.approx(4 / 3.6)
    # 31,536 $ over a year is 0.001 $/s; 10 kW at PUE 1.5 and 0.1 $/kWh is 1.5 $/h.
    tco = physics.tco_per_mtok(31_536, 1, 10_000, 0.1, 1.5, tokens_per_s=1000)
    assert tco == pytest.approx((0.001 + 1.5 / 3600) * 1000)
    assert physics.rupees(20e9, 80) == 1.6e12  # 1.6 lakh crore
    assert physics.breakeven_tokens(20e9, 2) == 1e16


def test_energy_by_hand():
    assert physics.wall_joules_per_token(10_000, 100_000) == pytest.approx(0.1)
    assert physics.bottom_up_joules(140e9, 141e9, 1e-12, 32e-12) == pytest.approx(0.14 + 4.512)
    assert physics.clock_under_cap(0.512) == pytest.approx(0.8)


def test_most_energy_of_a_lone_token_moves_weights():
    """Llama-3.1-70B at 16 bits from HBM2: about 4.5 J for the bytes, a fortieth of it for old arithmetic."""
    n = catalog.model("Llama-3.1-70B").params
    flop = (
        catalog.statement("energy-fp16-multiply-45nm").value
        + catalog.statement("energy-fp16-add-45nm").value
    ) / 2
    byte = catalog.statement("energy-hbm2").value
    moved = physics.bottom_up_joules(0, 2 * n, flop, byte)
    whole = physics.bottom_up_joules(2 * n, 2 * n, flop, byte)
    assert moved == pytest.approx(2 * n * 31.76e-12)
    assert whole / moved == pytest.approx(1 + 0.75 / 31.76)


def test_training_by_hand():
    # 6·70e9·15e12 FLOPs on 16,000 chips of 1e15 FLOP/s at 40 %.
    days = physics.training_days(70e9, 15e12, 16_000, 1e15, 0.4)
    assert days == pytest.approx(6.3e24 / 6.4e18 / 86400)
    low, high = physics.tokens_trainable(16_000, days, 1e15, (0.4, 0.4), (70e9, 70e9))
    assert low == pytest.approx(15e12) and high == pytest.approx(15e12)
    # One layer, s=2, b=3, d=4, h=1: 34·24 + 5·1·4·3.
    assert physics.activation_bytes(1, 2, 3, 4, 1) == pytest.approx(34 * 24 + 5 * 4 * 3)
    assert physics.activation_bytes(1, 2, 3, 4, 1, recompute="full") == 48


def test_cluster_by_hand():
    # 419 failures in 54 days on 16,384 chips: one in 3.09 hours; on 100,000 chips one in 30 minutes.
    reference = 54 * 86400 / 419
    assert physics.mtbf(100_000, reference, 16_384) / 60 == pytest.approx(30.4, abs=0.1)
    assert physics.checkpoint_interval(60, 1800) == pytest.approx(math.sqrt(216_000))
    assert physics.goodput(60, 1e12) == pytest.approx(1, abs=1e-4)
    assert physics.goodput(1e6, 1.0) == 0.0
    assert physics.site_watts(100_000, 700, 1.45, 1.3) == pytest.approx(131.95e6)
    assert physics.racks(100_000, 64) == 1563
    assert physics.coolant_flow(4184 * 998, 1) == pytest.approx(1)
    assert physics.coolant_flow(1e5, 10, "air") > 3000 * physics.coolant_flow(1e5, 10)


@given(cost=st.floats(1, 600), mtbf=st.floats(600, 1e7), other=st.floats(0.1, 10))
def test_youngs_interval_loses_least(cost, mtbf, other):
    def lost(interval):
        return cost / interval + interval / 2 / mtbf

    best = physics.checkpoint_interval(cost, mtbf)
    assert lost(best) <= lost(best * other) * (1 + 1e-12)


def test_speculation_by_simulation():
    """Draw acceptances: the mean tokens a round is the closed form's within its own error."""
    assert physics.expected_tokens(0, 4) == 1
    assert physics.expected_tokens(1, 4) == 5
    chance, rounds, total = random.Random(1), 40_000, 0
    for _ in range(rounds):
        accepted = 0
        while accepted < 4 and chance.random() < 0.7:
            accepted += 1
        total += accepted + 1
    assert total / rounds == pytest.approx(physics.expected_tokens(0.7, 4), rel=0.02)
    assert physics.speculative_speedup(0.7, 4, 0.05) == pytest.approx(2.7731 / 1.2)
    slow = physics.speculative_speedup(0.7, 4, 0.05, batch=295, critical_batch=295)
    assert slow == pytest.approx(2.7731 / 5.2) and slow < 1


@given(st.lists(st.integers(1, 4096), min_size=1, max_size=40), st.integers(1, 256))
def test_pages_waste_less_than_one_page_each(lengths, page):
    waste = physics.paged_waste(lengths, page)
    pages = -(-sum(lengths) // 1)
    assert 0 <= waste < 1
    assert waste * sum(-(-n // page) * page for n in lengths) <= len(lengths) * (page - 1) + 1e-6
    assert physics.paged_waste(lengths, 1) == 0
    assert physics.contiguous_waste(lengths, max(lengths)) == pytest.approx(
        1 - pages / (len(lengths) * max(lengths))
    )


def test_communication_by_hand():
    assert physics.all_reduce(8e6, 8, 400e9, 10e-6) == pytest.approx(10e-6 + 1.75 * 2e-5)
    assert physics.all_reduce(8e6, 1, 400e9, 10e-6) == 0
    assert physics.pipeline_bubble(4, 12) == pytest.approx(3 / 15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: physics.training_days(1e9, 1e12, 8, 1e15, 40), "0.4 means 40 %"),
        (lambda: physics.tco_per_mtok(1, 1, 1, 1, 0.9, 1), "pue is 0.9"),
        (lambda: physics.expected_tokens(1.2, 3), "acceptance rate"),
        (lambda: physics.contiguous_waste([10], 5), "exceeds its 5 reserved"),
        (lambda: physics.paged_waste([], 16), "at least one sequence"),
        (lambda: physics.coolant_flow(1, 1, "oil"), "water or air"),
        (lambda: physics.activation_bytes(1, 1, 1, 1, 1, recompute="some"), "recompute is"),
        (lambda: physics.site_watts(1, 700, 1.4, 0.5), "pue is 0.5"),
    ],
)
def test_impossible_arguments_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
