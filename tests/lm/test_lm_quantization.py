"""Blocks of few bits: error, size, packing; a quantized model is the model of the rounded weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from lm_models import CONFIG

from anuman import lm

WIDE = lm.Config(vocab=288, dim=64, layers=2, heads=4, kv_heads=2, hidden=96, context=32)


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.sampled_from([32, 64, 96])),
        elements=st.floats(-1000, 1000, width=32),
    ),
    st.sampled_from([8, 4, 2]),
)
def test_no_weight_is_wrong_by_more_than_half_a_step(w, bits):
    small = lm.quantize(w, bits)
    back = small.dequantized()
    step = small.scale.astype(np.float32).repeat(32, axis=1)
    # The scale is rounded to fp16: by 2^-11 of itself, and by 2^-25 where it is smaller than 2^-14.
    assert np.all(np.abs(back - w) <= step / 2 + np.abs(w) * 2**-10 + 127 * 2**-25)
    assert np.all(back[w == 0] == 0)
    assert small.shape == w.shape


@pytest.mark.parametrize(("bits", "per_weight"), [(8, 8.5), (4, 4.5), (2, 2.5)])
def test_size_counts_the_scales(bits, per_weight):
    w = np.random.default_rng(0).standard_normal((10, 320)).astype(np.float32)
    assert lm.quantize(w, bits).nbytes == 10 * 320 * per_weight / 8


def test_a_block_by_hand():
    w = np.zeros((1, 32), np.float32)
    w[0, :4] = [7, -7, 3.4, 0.6]
    small = lm.quantize(w, 4)
    assert small.scale[0, 0] == 1
    np.testing.assert_array_equal(small.dequantized()[0, :5], [7, -7, 3, 1, 0])
    assert small.packed[0, 0] == (7 + 8) | (-7 + 8) << 4


def test_rows_can_be_taken_alone():
    w = np.random.default_rng(0).standard_normal((9, 64)).astype(np.float32)
    small = lm.quantize(w, 4)
    whole = small.dequantized()
    np.testing.assert_array_equal(small.dequantized(slice(2, 5)), whole[2:5])
    np.testing.assert_array_equal(small.dequantized(np.array([8, 0, 8])), whole[[8, 0, 8]])


@pytest.mark.parametrize(
    ("w", "bits", "words"),
    [
        (np.zeros((2, 32)), 3, "3 bits: choose one of 8, 4, 2"),
        (np.zeros((2, 31)), 8, "a multiple of 32"),
        (np.zeros(32), 8, "a multiple of 32"),
        (np.full((1, 32), np.nan), 8, "not finite"),
        (np.full((1, 32), np.inf), 4, "not finite"),
        (np.full((1, 32), 1e9), 8, "too large for an fp16 scale"),
    ],
)
def test_what_cannot_be_quantized_is_refused(w, bits, words):
    with pytest.raises(lm.LmError, match=words):
        lm.quantize(w, bits)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("tokens", [[5], [5, 6, 7], list(range(31))])
def test_a_model_in_few_bits_is_the_model_of_the_rounded_weights(bits, tokens):
    model = lm.random(WIDE, seed=4)
    small = lm.quantize_model(model, bits)
    rounded = lm.quantize_model(model, bits, keep=False)
    a, b, c = (
        lm.forward(m, [tokens], [lm.Cache(WIDE)], every=True) for m in (small, rounded, model)
    )
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
    assert 0 < np.abs(a - c).max() < np.abs(c).max()
    norms = (2 * WIDE.layers + 1) * WIDE.dim
    assert small.nbytes == (WIDE.params - norms) * (bits + 0.5) / 8 + 4 * norms
    assert rounded.nbytes == model.nbytes
    with lm.counted() as work:
        lm.forward(small, [tokens], [lm.Cache(WIDE)])
    assert work.weight_bytes == small.nbytes - 4 * norms
    with pytest.raises(lm.LmError, match="quantized already"):
        lm.quantize_model(small, bits)


def test_a_width_that_is_no_multiple_of_a_block_is_refused():
    with pytest.raises(lm.LmError, match="a multiple of 32"):
        lm.quantize_model(lm.random(CONFIG), 8)


def test_the_loss_of_the_bundled_model_grows_as_bits_fall():
    model = lm.load()
    text = "Anu had 4 hats. Lily asked for 3. Anu gave 3 to Lily and had 1 left."
    tokens = model.tokenizer.encode(text)
    losses = [lm.loss(model, tokens)]
    losses += [lm.loss(lm.quantize_model(model, bits), tokens) for bits in (8, 4, 2)]
    assert losses[1] == pytest.approx(losses[0], rel=0.03)
    assert losses[2] == pytest.approx(losses[0], rel=0.15)
    assert losses[3] > 1.5 * losses[0]


def test_the_loss_is_the_mean_of_the_surprises():
    model = lm.random(WIDE)
    tokens = [3, 1, 4, 1, 5]
    logits = lm.forward(model, [tokens[:-1]], [lm.Cache(WIDE)], every=True)
    surprises = [
        -np.log(lm.probabilities(row)[t]) for row, t in zip(logits, tokens[1:], strict=True)
    ]
    assert lm.loss(model, tokens) == pytest.approx(np.mean(surprises), rel=1e-5)
    for wrong in ([1], list(range(34))):
        with pytest.raises(lm.LmError, match="2 to 33 are needed"):
            lm.loss(model, wrong)
