"""What pictures show, computed without drawing it: each scene at its first setting and beyond."""

import math
from dataclasses import replace

import pytest

from anuman import catalog, physics
from anuman.scenes.clocks import CHIPS, MODELS, clocks, first_clocks
from anuman.scenes.crossover import first_crossing
from anuman.scenes.duel import DuelSetting, duel
from anuman.scenes.jar import FULL, PAGED, RESERVED, first_jar
from anuman.scenes.load_curves import LoadSetting, curve
from anuman.scenes.theatre import Setting, stage
from anuman.scenes.timeline import first_request, rides


def test_a_jar_holds_what_fits_beside_the_weights_and_not_one_more():
    jar = first_jar()
    text = jar.context * jar.token
    assert jar.weights + jar.held * text <= jar.memory < jar.weights + (jar.held + 1) * text
    assert replace(jar, requests=jar.held).fits
    assert not replace(jar, requests=jar.held + 1).fits


def test_pages_hold_more_shorter_texts_than_whole_reservations():
    held = {p: replace(first_jar(), policy=p).held for p in (FULL, RESERVED, PAGED)}
    assert held[FULL] == held[RESERVED] < held[PAGED]


def test_a_step_takes_as_long_as_the_slower_clock_on_every_chip_and_model():
    for chip in CHIPS:
        for model in MODELS:
            c = clocks(chip, model, batch=8, bytes_per_weight=2.0)
            assert c.memory_s == pytest.approx(2.0 * c.params / c.bandwidth)
            assert c.seconds == max(c.memory_s, c.compute_s or 0.0)
            assert (c.share is None) == (c.peak is None)


def test_one_user_alone_leaves_the_first_chip_waiting_for_memory():
    c = first_clocks()
    assert c.bound == "memory"
    assert c.share == pytest.approx(c.intensity / c.ridge)


def test_serving_costs_as_much_arithmetic_as_training_after_three_times_its_tokens():
    c = first_crossing()
    assert c.tokens == 3 * c.train_tokens
    assert c.flops_a_day * c.day == pytest.approx(c.train_flops)
    assert c.inference_part(c.hours_day) == pytest.approx(0.5)


def test_an_answer_takes_its_first_token_and_then_the_others():
    for ride in rides(first_request()):
        assert ride.total == pytest.approx(ride.ttft + (ride.request.answer - 1) * ride.tpot)
        assert math.isfinite(ride.total)


def test_equal_answers_gain_nothing_from_continuous_batching():
    assert stage(Setting(lengths="equal")).gain == 1.0
    assert stage(Setting()).gain > 1.0


def test_a_stage_that_cannot_serve_says_why():
    nobody = stage(Setting(kv_capacity=5))
    assert not nobody.scenes and nobody.problem


def test_a_curve_on_an_unknown_chip_says_so_and_has_no_points():
    none = curve(replace(LoadSetting(), chip="H1000"), 10)
    assert not none.points and "H1000" in none.problem


def test_the_parts_of_a_duel_add_up_to_each_side_s_latency():
    shown = duel(replace(DuelSetting(), requests=40))
    for place, side in enumerate(shown.sides):
        mean = sum(pair[place] for pair in shown.pairs) / len(shown.pairs)
        assert side.latency_s == pytest.approx(mean)


def test_what_a_token_adds_is_what_the_formula_of_its_model_says():
    model = catalog.model("Llama-3.1-70B")
    assert first_jar().token == physics.kv_bytes_per_token(
        model.layers, model.kv_heads, model.head_dim, 2
    )
