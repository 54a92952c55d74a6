"""The transformer against one written out plainly; caches, chunks, batches and counters agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lm_models import CONFIG, model, plain_logits, tensors

from anuman import lm
from anuman.lm import products

TOKENS = [int(t) for t in np.random.default_rng(3).integers(0, CONFIG.vocab, 23)]
MODEL = model()
WHOLE = lm.forward(MODEL, [TOKENS], [lm.Cache(CONFIG)], every=True)
CLOSE = {"rtol": 1e-3, "atol": 1e-3}


def paged(pages: int = 16) -> lm.PagedCache:
    return lm.PagedCache(lm.Pool(CONFIG, pages))


def test_logits_are_those_of_a_transformer_written_out():
    assert np.abs(WHOLE).max() > 1
    np.testing.assert_allclose(WHOLE, plain_logits(tensors(), CONFIG, TOKENS), **CLOSE)


@pytest.mark.parametrize("cache", [lambda: lm.Cache(CONFIG, len(TOKENS)), paged])
@pytest.mark.parametrize("sizes", [[1] * 23, [23], [5, 1, 1, 16], [16, 7], [17, 6]])
def test_a_prompt_in_chunks_of_any_size_gives_the_same(cache, sizes):
    cache, rows, at = cache(), [], 0
    for size in sizes:
        rows.append(lm.forward(MODEL, [TOKENS[at : at + size]], [cache], every=True))
        at += size
    assert cache.length == len(TOKENS)
    np.testing.assert_allclose(np.concatenate(rows), WHOLE, **CLOSE)


def test_sequences_of_unequal_length_in_one_batch_do_not_touch_each_other():
    parts = [TOKENS[:9], TOKENS[3:5], TOKENS[7:]]
    alone = [lm.forward(MODEL, [p], [lm.Cache(CONFIG)]) for p in parts]
    pool = lm.Pool(CONFIG, 16)
    caches = [lm.PagedCache(pool), lm.Cache(CONFIG), lm.PagedCache(pool)]
    together = lm.forward(MODEL, parts, caches)
    np.testing.assert_allclose(together, np.concatenate(alone), **CLOSE)
    # Decode two of them beside a third one's first chunk: one mixed step.
    mixed = lm.forward(
        MODEL, [[11], [12], TOKENS[:4]], [caches[0], caches[2], lm.Cache(CONFIG)], every=True
    )
    for row, sequence in ((0, [*parts[0], 11]), (1, [*parts[2], 12]), (5, TOKENS[:4])):
        want = lm.forward(MODEL, [sequence], [lm.Cache(CONFIG)])[0]
        np.testing.assert_allclose(mixed[row], want, **CLOSE)


def test_a_truncated_cache_goes_on_as_if_the_rest_had_never_been():
    for cache in (lm.Cache(CONFIG), paged()):
        lm.forward(MODEL, [[*TOKENS[:10], 5, 6, 7]], [cache])
        cache.truncate(10)
        logits = lm.forward(MODEL, [TOKENS[10:]], [cache], every=True)
        np.testing.assert_allclose(logits, WHOLE[10:], **CLOSE)
        with pytest.raises(lm.LmError, match="cannot be cut to 99"):
            cache.truncate(99)


def test_pages_are_taken_as_a_sequence_grows_and_given_back():
    pool = lm.Pool(CONFIG, 3)
    a, b = lm.PagedCache(pool), lm.PagedCache(pool)
    lm.forward(MODEL, [TOKENS[:16], [1]], [a, b])
    assert (len(a.table), len(b.table), pool.free) == (1, 1, 1)
    lm.forward(MODEL, [[1]], [a])
    assert (len(a.table), pool.free) == (2, 0)
    assert a.nbytes == 2 * lm.PAGE * 4 * CONFIG.kv_per_token
    assert a.used_bytes == 17 * 4 * CONFIG.kv_per_token
    before = b.length
    with pytest.raises(lm.ContextFull, match="1 more pages are needed, 0 are free"):
        lm.forward(MODEL, [[1] * 16], [b])
    assert (b.length, len(b.table)) == (before, 1)
    a.truncate(16)
    assert pool.free == 1
    lm.forward(MODEL, [[1] * 16], [b])
    a.truncate(0)
    assert (a.table, a.nbytes) == ([], 0)


def test_a_sequence_that_does_not_fit_changes_nothing():
    cache = lm.Cache(CONFIG, 4)
    lm.forward(MODEL, [[1, 2]], [cache])
    with pytest.raises(lm.ContextFull, match="2 tokens and 3 more do not fit in a cache of 4"):
        lm.forward(MODEL, [[1, 2, 3]], [cache])
    assert cache.length == 2
    grown = paged()
    with pytest.raises(lm.ContextFull, match="context of 64"):
        lm.forward(MODEL, [[1] * 65], [grown])
    assert grown.pool.free == 16


@pytest.mark.parametrize(
    ("tokens", "caches", "words"),
    [
        ([], 0, "0 sequences"),
        ([[1], [2]], 1, "2 sequences and 1 caches"),
        ([[]], 1, "brings no token"),
        ([[CONFIG.vocab]], 1, "outside 0 to 287"),
        ([[-1]], 1, "outside 0 to 287"),
    ],
)
def test_impossible_steps_are_refused(tokens, caches, words):
    with pytest.raises(lm.LmError, match=words):
        lm.forward(MODEL, tokens, [lm.Cache(CONFIG) for _ in range(caches)])


def test_caches_too_large_for_the_model_or_the_computer_are_refused():
    with pytest.raises(lm.LmError, match="the model's context is 1 to 64"):
        lm.Cache(CONFIG, 65)
    with pytest.raises(lm.LmError, match="a cache of 0 tokens"):
        lm.Cache(CONFIG, 0)
    with pytest.raises(lm.OutOfMemory, match=r"a pool of 1000000000000000 pages needs .* GB"):
        lm.Pool(CONFIG, 10**15)
    with pytest.raises(lm.OutOfMemory, match="the model's weights need"):
        lm.random(lm.Config(2**40, 2**20, 1, 1, 1, 8, 8))


def test_flops_and_bytes_are_those_of_the_formulas():
    n, start = 5, 7
    cache = lm.Cache(CONFIG)
    lm.forward(MODEL, [TOKENS[:start]], [cache])
    with lm.counted() as outer, lm.counted() as work:
        lm.forward(MODEL, [TOKENS[start : start + n]], [cache], every=True)
    norms = (2 * CONFIG.layers + 1) * CONFIG.dim
    matrices = CONFIG.params - norms
    pairs = n * (start + n)  # the scores are computed for all keys and masked afterwards
    attention = 2 * 2 * CONFIG.layers * CONFIG.heads * CONFIG.head_dim * pairs
    assert work.flops == 2 * n * matrices + attention
    assert work.weight_bytes == 4 * matrices
    assert work.kv_bytes == 4 * CONFIG.kv_per_token * (start + n)
    assert work.bytes == work.weight_bytes + work.kv_bytes
    assert outer == work
    lm.forward(MODEL, [[1]], [cache])
    assert outer == work  # closed counters count no more


def test_weights_lie_in_one_buffer_and_count_once():
    assert MODEL.nbytes == 4 * CONFIG.params
    base = MODEL.embed.base
    assert all(layer.wqkv.base is base and layer.w_gate_up.base is base for layer in MODEL.layers)
    assert MODEL.embed.ctypes.data % 64 == 0


@given(
    rows=st.integers(1, 40),
    out=st.sampled_from([1, 7, 32, 64, 96, 100]),
    width=st.sampled_from([1, 3, 16, 48]),
    form=st.sampled_from([True, False]),
)
def test_every_form_of_the_product_is_the_product(rows, out, width, form):
    random = np.random.default_rng(rows * out)
    x = random.standard_normal((rows, width)).astype(np.float32)
    w = random.standard_normal((out, width)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "has_direct_products", lambda: form)
        y = lm.matmul(x, w)
    assert (y.shape, y.dtype) == ((rows, out), np.float32)
    np.testing.assert_allclose(y, x @ w.T, rtol=1e-4, atol=1e-4)


def test_the_plain_product_can_be_asked_for(monkeypatch):
    def never(*_arguments):
        raise AssertionError("a product in blocks")

    for form in ("direct_products", "row_by_row"):
        monkeypatch.setattr(products, form, never)
    x, w = np.ones((2, 3), np.float32), np.ones((64, 3), np.float32)
    with products.plain():
        np.testing.assert_array_equal(lm.matmul(x, w), np.full((2, 64), 3))
    with pytest.raises(AssertionError, match="a product in blocks"):
        lm.matmul(x, w)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layers": 0}, "layers is 0"),
        ({"dim": 4.5}, "dim is 4.5"),
        ({"heads": "6"}, "heads is '6'"),
        ({"rope_theta": float("nan")}, "rope_theta is nan"),
        ({"kv_heads": 4}, "6 query heads and 4 KV heads"),
        ({"dim": 50}, "do not divide a width of 50"),
        ({"context": True}, "context is True"),
    ],
)
def test_impossible_shapes_are_refused(changes, words):
    with pytest.raises(lm.WeightFileError, match=words):
        lm.Config(**CONFIG.as_dict() | changes)
