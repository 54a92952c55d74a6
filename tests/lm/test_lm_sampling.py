"""Choosing tokens: the cuts keep what they should, draws follow the distribution, seeds repeat."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from anuman import lm

LOGITS = np.log([0.5, 0.25, 0.125, 0.0625, 0.0625])


def test_temperature_one_is_the_softmax():
    np.testing.assert_allclose(lm.probabilities(LOGITS), np.exp(LOGITS))


def test_temperature_two_takes_roots():
    want = np.exp(LOGITS) ** 0.5
    np.testing.assert_allclose(lm.probabilities(LOGITS, 2.0), want / want.sum())


def test_temperature_zero_takes_the_likeliest():
    np.testing.assert_array_equal(lm.probabilities(LOGITS, 0.0), [1, 0, 0, 0, 0])


def test_top_k_keeps_k():
    np.testing.assert_allclose(lm.probabilities(LOGITS, top_k=2), [2 / 3, 1 / 3, 0, 0, 0])
    np.testing.assert_allclose(lm.probabilities(LOGITS, top_k=99), np.exp(LOGITS))


@pytest.mark.parametrize(
    ("top_p", "kept"), [(1.0, 5), (0.9, 4), (0.874, 3), (0.76, 3), (0.74, 2), (0.5, 1), (1e-9, 1)]
)
def test_top_p_keeps_the_fewest_that_reach_it(top_p, kept):
    p = lm.probabilities(LOGITS, top_p=top_p)
    assert np.count_nonzero(p) == kept
    np.testing.assert_allclose(p[:kept], np.exp(LOGITS[:kept]) / np.exp(LOGITS[:kept]).sum())


@given(
    arrays.arrays(np.float32, st.integers(1, 30), elements=st.floats(-1e4, 1e4, width=32)),
    st.floats(0, 5),
    st.one_of(st.none(), st.integers(1, 40)),
    st.floats(1e-6, 1),
)
def test_probabilities_are_probabilities(logits, temperature, top_k, top_p):
    p = lm.probabilities(logits, temperature, top_k, top_p)
    assert np.all(p >= 0)
    assert p.sum() == pytest.approx(1)
    assert p[logits.argmax()] > 0
    assert np.count_nonzero(p) <= (top_k or len(logits))
    assert p[lm.draw(p, np.random.default_rng(0))] > 0


def test_draws_follow_the_distribution():
    p, random, n = lm.probabilities(LOGITS, top_k=4), np.random.default_rng(5), 40_000
    counts = np.bincount([lm.draw(p, random) for _ in range(n)], minlength=5)
    assert counts[4] == 0
    assert np.all(np.abs(counts - n * p) < 5 * np.sqrt(n * p * (1 - p)) + 1e-9)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"temperature": -1}, "temperature is -1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"top_k": 0}, "top_k is 0"),
        ({"top_p": 0}, "top_p is 0"),
        ({"top_p": 1.1}, "top_p is 1.1"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings, words):
    with pytest.raises(lm.LmError, match=words):
        lm.probabilities(LOGITS, **settings)
