"""What tokens cost on rented chips, against the formulas and against one another."""

import math
from dataclasses import replace
from statistics import median

import pytest

from anuman import catalog, physics
from anuman.scenes import fleet
from anuman.scenes.offers import CHIPS, MODELS, Market, Offer, listed_rent, pareto


def test_an_offer_costs_its_rent_over_its_tokens():
    m = Market(utilisation=0.25)
    rent = m.chosen.chips * listed_rent(m.chosen.chip)
    assert m.chosen.usd == pytest.approx(1e6 * rent / (3600 * m.chosen.tokens_per_s * 0.25))
    prices = [rental.price.value for rental in catalog.rentals("H200")]
    assert listed_rent("H200") == median(prices)


def test_nobody_on_the_line_is_beaten_and_everybody_else_is():
    m = Market()
    every = [offer for offers in m.offers.values() for offer in offers]
    for offer in every:
        beaten = any(
            o.usd <= offer.usd and o.seconds <= offer.seconds and o != offer for o in every
        )
        assert beaten == (offer not in m.line)


def test_of_equal_offers_one_stands_on_the_line():
    one = Offer(chip="a", chips=1, batch=1, tokens_per_s=1.0, seconds=1.0, usd=1.0)
    assert pareto([one, replace(one, chip="b"), replace(one, seconds=2.0)]) == [one]


def test_a_stricter_promise_never_costs_less():
    prices = [Market(promise_s=s).chosen.usd for s in (100, 60, 20, 10, 6)]
    assert prices == sorted(prices)


def test_utilisation_moves_the_price_more_than_the_chip():
    kept = [Market().keeping(chip).usd for chip in CHIPS]
    idle = Market(utilisation=0.05).chosen.usd / Market(utilisation=1.0).chosen.usd
    assert idle == pytest.approx(20) and max(kept) / min(kept) < 5


def test_a_rent_of_one_s_own_moves_only_that_chip():
    m, cheap = Market(), Market(usd_per_hour=listed_rent(CHIPS[0]) / 2)
    assert cheap.offers[CHIPS[0]][0].usd == pytest.approx(m.offers[CHIPS[0]][0].usd / 2)
    assert cheap.offers["B200"] == m.offers["B200"]


def test_what_is_found_in_the_cache_makes_long_prompts_cheaper():
    long = Market(input=16_384, promise_s=60)
    assert replace(long, cached=0.9).chosen.usd < long.chosen.usd / 2


def test_the_wage_is_that_at_which_both_offers_cost_the_same():
    m = Market(promise_s=6)
    fast, slow, tokens = m.chosen, m.cheapest, m.output / physics.MILLION
    lost = m.wage / physics.HOUR
    assert fast.usd * tokens + lost * fast.seconds == pytest.approx(
        slow.usd * tokens + lost * slow.seconds
    )
    assert Market(promise_s=200).wage is None


@pytest.mark.parametrize("model", MODELS)
def test_every_setting_gives_finite_offers_or_none(model):
    for extreme in (
        {"input": 16, "output": 16, "utilisation": 0.05, "promise_s": 1.0},
        {"input": 32_768, "output": 8192, "cached": 0.95, "utilisation": 1.0, "promise_s": 200.0},
    ):
        m = Market(model=model, **extreme)
        assert all(math.isfinite(o.usd) and o.usd > 0 and o.seconds > 0 for o in m.line)
        assert m.chosen is None or m.chosen.seconds <= m.promise_s


def test_a_fleet_s_day_is_worse_for_whoever_does_not_look_or_stands_alone():
    s = fleet.FleetSetting(count=800)
    random, _rounds, _two, least = fleet.routed(s)
    assert least.ttft_p99_s < random.ttft_p99_s
    assert fleet.apart(s).ttft_p99_s > least.ttft_p99_s
    rested = fleet.switched_off(s, early=False)
    assert rested.paid < 1 and rested.ttft_p99_s >= least.ttft_p99_s
