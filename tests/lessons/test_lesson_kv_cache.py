"""Lesson 04: what it measures, what it computes from the catalogue, what it holds against print."""

import itertools
import math

import pytest
from drawing import examine

from anuman import catalog, lm, physics
from anuman.lessons import kv_cache
from anuman.lm import cached_layer
from anuman.lm import cached_model as lm_caching
from anuman.widgets.own_machine.cache_gain import cache_gain
from anuman.widgets.published import decode_steps


@pytest.fixture(scope="module")
def points():
    return cached_layer.measure_cache(seconds=0.2)


def test_both_ways_give_the_same_output(points):
    assert [p.tokens for p in points] == list(cached_layer.LENGTHS)
    assert all(p.difference < 1e-5 for p in points)


def test_flops_are_counted(points):
    """With a cache: projections of one token and two products over n + 1 tokens; without: all n + 1."""
    d, kept = cached_layer.WIDTH, cached_layer.KV_HEADS * cached_layer.HEAD_DIM
    for p in points:
        one = 2 * d * (2 * d + 2 * kept) + 2 * 2 * d * (p.tokens + 1)
        assert p.cached_flops == one
        assert p.recomputed_flops == (p.tokens + 1) * one
        assert p.cache_bytes == 2 * kept * p.tokens * 4


def test_a_lost_cache_would_be_noticed():
    """The comparison can fail: a cache without its first row gives another output."""
    import numpy as np

    random = np.random.default_rng(1)
    layer = cached_layer.Layer(random)
    text = random.standard_normal((9, cached_layer.WIDTH), np.float32)
    keys, values = layer.keys_and_values(text)
    right = layer.recompute(text)[-1]
    assert np.allclose(layer.append(text[8:], keys, values, 8)[-1], right, atol=1e-4)
    keys[0] = 0
    assert not np.allclose(layer.append(text[8:], keys, values, 8)[-1], right, atol=1e-4)


@pytest.fixture(scope="module")
def model_points():
    return lm_caching.measure_cache(lm.load(), rounds=1)


def test_the_whole_model_writes_the_same_both_ways(model_points):
    assert [p.tokens for p in model_points] == list(lm_caching.LENGTHS)
    for p in model_points:
        assert p.difference < 1e-4
        # All tokens again, except that the last layer's head is applied to one of them only.
        assert 0.85 * (p.tokens + 1) < p.recomputed_flops / p.cached_flops <= p.tokens + 1
    per_token = {p.cache_bytes / p.tokens for p in model_points}
    assert per_token == {4 * lm.load().config.kv_per_token}


def test_gain_is_drawn_with_a_table(points, model_points):
    figure = cache_gain(points, model_points)
    examine(figure.picture.standalone())
    examine(cache_gain(points).picture.standalone())
    assert figure.html.count("<tr>") == 1 + len(points) + len(model_points)
    assert all(math.isfinite(p.cached_s) and p.recomputed_s > 0 for p in points)


def test_bad_time_is_refused():
    with pytest.raises(ValueError, match="seconds is 0"):
        cached_layer.measure_cache(seconds=0)


def test_predictions_have_the_truths_of_the_catalogue():
    slab, requests, lpus = kv_cache.questions()
    assert slab.answer() == pytest.approx(42.95, abs=0.01)
    assert requests.answer() == 11
    chip, model = catalog.chip("Groq-LPU1"), catalog.model("Llama-2-70B")
    memory = chip.quantity("scaleup").value * chip.capacity
    token = physics.kv_cache_bytes_per_token(model, 2)
    assert lpus.answer() == (memory - model.params) // (token * 4096)


def test_the_published_slip_is_two_slips():
    claimed = catalog.statement("kv-of-one-request-lab13").value
    right = physics.kv_cache_bytes_per_token(catalog.model("Llama-2-70B"), 2) * 131072
    assert claimed / right == pytest.approx(8 * 1e9 / 2**30)
    words = kv_cache.slip().words
    assert "7.45" in words
    assert "× 8" in words
    assert "https://github.com/harvard-edge/" in kv_cache.slip().html


def test_published_steps_lie_above_the_law_and_below_the_wrong_count():
    steps = decode_steps.timed_steps()
    assert len(steps) == 5
    for s in steps:
        assert s.bound < s.seconds < 2 * s.bound
    heads = catalog.model(steps[0].row.model).heads
    for s in steps:
        if s.row.kv_bits == 16:
            assert s.seconds < decode_steps.least_seconds(s.row, s.tokens, heads)


def test_published_steps_are_drawn_with_their_source():
    figure = decode_steps.published_kv()
    examine(figure.picture.standalone())
    assert catalog.source(decode_steps.SOURCE).url in figure.html


def test_tables_say_what_physics_computes():
    family = kv_cache.family().words
    for name in kv_cache.FAMILY:
        token = physics.kv_cache_bytes_per_token(catalog.model(name), 2)
        assert f"{int(token):,}" in family
    assert {catalog.model(name).attention for name in kv_cache.FAMILY} == {
        "MHA", "GQA", "MQA", "MLA",
    }  # fmt: skip
    worked = kv_cache.worked_room().words
    assert "40 GiB" in worked
    assert "320 GiB" in worked
    assert "12 requests instead of 11" in kv_cache.gib_trap().words


def test_verdict_counts_fewer_requests_for_longer_texts():
    words = kv_cache.verdict().words
    rows = [line.split(" | ") for line in words.splitlines() if " GB | " in line]
    assert len(rows) == len(kv_cache.VERDICT_CHIPS)
    for row in rows:
        counts = [int(cell.replace(",", "")) for cell in row[-3:]]
        assert all(more > fewer for more, fewer in itertools.pairwise(counts))
