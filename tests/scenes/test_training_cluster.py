"""A training on GPUs that fail, against sums worked out by hand; the simulated storm against Daly's law."""

from itertools import product
from statistics import fmean

import pytest

from anuman import physics
from anuman.scenes.storm import Storm
from anuman.scenes.training_cluster import (
    DAY,
    FEWEST,
    GPUS,
    MOST,
    Cluster,
    told_gpus,
    years_to_failure,
)

ONE_YEAR = 365.25 * DAY


def test_failures_are_those_that_meta_counted():
    assert years_to_failure() == pytest.approx(16_384 * 54 / 419 / 365.25)
    assert Cluster().mtbf(100_000) == pytest.approx(54 * DAY / 419 * 16_384 / 100_000)


def test_five_times_the_gpus_are_four_times_as_fast():
    few, many = told_gpus()
    c = Cluster()
    assert many / few == 5
    assert 1 - c.goodput(many) == pytest.approx(0.256, abs=0.001)
    speedup = c.days(few, 0.4) / c.days(many, 0.4)
    assert speedup == pytest.approx(4.2, abs=0.01)
    assert 1 - Cluster(restart_s=300.0).goodput(many) == pytest.approx(0.42, abs=0.005)


def test_without_failures_the_product_of_gpus_and_days_is_fixed():
    c = Cluster()
    products = [gpus * days for gpus, days in c.line(0.4, 1.0)]
    assert max(products) == pytest.approx(min(products))
    assert c.days(20_000, 0.4, 1.0) == pytest.approx(55.57, abs=0.01)


def test_the_turning_point_is_where_a_third_of_the_time_is_kept():
    """The derivative of n·(1 - sqrt(2Cn/m)) is zero at sqrt(2Cn/m) = 2/3."""
    c = Cluster()
    exact = (2 / 3) ** 2 * c.years * ONE_YEAR / (2 * c.checkpoint_s)
    assert c.fastest == pytest.approx(exact, rel=0.1)
    assert c.days(c.fastest, 0.4) < c.days(MOST, 0.4)


def test_the_shares_of_the_time_are_all_of_it():
    for gpus, restart in product((FEWEST, 20_000, 100_000, MOST), (0.0, 300.0)):
        s = Cluster(gpus=gpus, restart_s=restart).shares
        assert s.useful + s.saving + s.repeated + s.restarting == pytest.approx(1)
        assert s.saving == pytest.approx(s.repeated)


def test_a_site_is_what_its_cards_draw_and_more():
    c = Cluster(gpus=100_000)
    assert 100_000 * 700 < c.server_watts[0] < c.site_watts[0] < c.site_watts[1]
    assert c.site_watts[1] == pytest.approx(100_000 * 700 * 1.82 * 1.54)
    assert c.racks == 1563
    assert c.water_m3_s[1] * 4184 * 998 * 10 == pytest.approx(c.server_watts[1])


@pytest.mark.parametrize("gpus", [FEWEST, MOST])
@pytest.mark.parametrize("years", [0.01, 1000.0])
@pytest.mark.parametrize("cost", [0.1, 1800.0])
def test_every_setting_gives_finite_days_or_says_that_it_stands_still(gpus, years, cost):
    c = Cluster(
        gpus=gpus, years=years, checkpoint_s=cost, restart_s=7200.0, params=1e13, tokens=1e15
    )
    if c.range_days is None:
        assert c.goodput(gpus) == 0 and c.failures is None
        assert c.stands_from is not None and c.stands_from <= gpus
    else:
        assert 0 < c.range_days[0] <= c.range_days[1] < float("inf")
    assert len(c.line(0.4)) <= len(GPUS)


def test_daly_s_law_is_what_simulated_storms_come_to():
    storm = Storm(cost_s=0.02, mtbf_s=2.5, restart_s=0.05, seconds=400.0)
    for interval in (0.05, 0.3, 1.2, 5.0):
        shares = [
            storm.under(interval, physics.failure_times(2.5, 400.0, seed)) for seed in range(40)
        ]
        assert fmean(shares) == pytest.approx(storm.law(interval), rel=0.03)
        low, high = storm.spread(interval)
        assert 0 <= low < storm.law(interval) < high <= 1


def test_young_s_interval_is_the_best_and_its_neighbours_cost_little():
    storm = Storm(cost_s=0.01, mtbf_s=10.0, restart_s=0.0, seconds=100.0)
    best = storm.best_interval_s
    assert best == pytest.approx((2 * 0.01 * 10) ** 0.5)
    assert storm.law(best) > storm.law(best / 2) > 0.98 * storm.law(best)
    assert storm.law(best) > storm.law(8 * best)
    assert physics.goodput(0.01, 10.0) == pytest.approx(storm.law(best), abs=0.002)


def test_a_failure_takes_what_was_done_since_the_last_finished_checkpoint():
    # 10 s of work and 2 s of saving a round: at 15 s the first round is safe, 3 s are lost, 4 s go by.
    assert physics.kept_share(10, 2, 4, [15], 40) == pytest.approx((10 + 10 + 9) / 40)
    # A failure in the middle of a checkpoint loses its whole interval; one in a restart lengthens it.
    assert physics.kept_share(10, 2, 4, [11, 13], 20) == pytest.approx(3 / 20)
    assert physics.kept_share(10, 2, 0, [], 24) == pytest.approx(20 / 24)
    assert physics.goodput_at(1e6, 1, 1) == 0
