"""Attention of new tokens with the keys and values of all tokens before them in a cache."""

from collections.abc import Iterator

import numpy as np

from ..arrays import array, pair
from ..draws import first, seeded
from ..result import Result
from ..task import Case, Misconception, Part, Task
from ..words import N_

Cache = tuple[np.ndarray, np.ndarray] | None


def softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    """exp(x) / sum(exp(x)) along an axis; the largest is subtracted first, so nothing overflows."""
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def attend_with_cache(q, k, v, cache):
    """(out, cache) of one head: softmax(q·Kᵀ/√e, causal)·V over the cached and the new tokens.

    q, k, v: (t, e); cache: None or (K, V), each (n, e). out: (t, e); the new cache holds n + t rows.
    Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.2.1.
    """
    keys, values = _extended(k, v, cache)
    return _attend(q, keys, values, _visible(q, keys)), (keys, values)


def _extended(k, v, cache):
    if cache is None:
        return k, v
    return np.concatenate([cache[0], k]), np.concatenate([cache[1], v])


def _visible(q, keys, ahead: int = 0):
    """For each new token which of all tokens it may look at: itself and those before it."""
    before = len(keys) - len(q)
    return np.arange(len(keys)) <= np.arange(before, len(keys))[:, None] + ahead


def _attend(q, keys, values, visible, scale=None, axis=-1):
    scores = q @ keys.T / (np.sqrt(q.shape[1]) if scale is None else scale)
    return softmax(np.where(visible, scores, -1e30), axis) @ values


def _with(visible=_visible, **options):
    """The reference with another mask or another softmax."""

    def wrong(q, k, v, cache):
        keys, values = _extended(k, v, cache)
        return _attend(q, keys, values, visible(q, keys), **options), (keys, values)

    return wrong


def _overwrites(q, k, v, cache):
    """The new rows take the place of the first ones."""
    keys, values = (k, v) if cache is None else (
        np.concatenate([new, old[len(new) :]]) for new, old in zip((k, v), cache, strict=True)
    )  # fmt: skip
    return _attend(q, keys, values, np.ones((len(q), len(keys)), bool)), (keys, values)


def _forgets(q, k, v, cache):
    return _attend(q, k, v, _visible(q, k)), (k, v)


def _newest_first(q, k, v, cache):
    keys, values = _extended(k, v, cache)
    out = _attend(q, keys, values, _visible(q, keys))
    if cache is None:
        return out, (keys, values)
    return out, (np.concatenate([k, cache[0]]), np.concatenate([v, cache[1]]))


def _not_returned(q, k, v, cache):
    out, _new = attend_with_cache(q, k, v, cache)
    return out, ((k[:0], v[:0]) if cache is None else cache)


def _swapped(q, k, v, cache):
    out, (keys, values) = attend_with_cache(q, k, v, cache)
    return out, (values, keys)


def _without_offset(q, keys):
    """Counts the new tokens from 0, as if none were in the cache."""
    return np.arange(len(keys)) <= np.arange(len(q))[:, None]


def _everything(q, keys):
    return np.ones((len(q), len(keys)), bool)


def _scaled_by_width(q, k, v, cache):
    return _with(scale=q.shape[1])(q, k, v, cache)


def _cached_but_unseen(q, k, v, cache):
    return _attend(q, k, v, _visible(q, k)), _extended(k, v, cache)


def _first_call_twice(q, k, v, cache):
    return attend_with_cache(q, k, v, (k, v) if cache is None else cache)


def _first_call_twice_without_mask(q, k, v, cache):
    return _with(_everything)(q, k, v, (k, v) if cache is None else cache)


def _scaled_by_tokens(q, k, v, cache):
    keys, _values = _extended(k, v, cache)
    return _with(scale=np.sqrt(len(keys)))(q, k, v, cache)


def _masked_after_softmax(q, k, v, cache):
    keys, values = _extended(k, v, cache)
    shares = softmax(q @ keys.T / np.sqrt(q.shape[1]))
    return np.where(_visible(q, keys), shares, 0) @ values, (keys, values)


def _masked_with_zero(q, k, v, cache):
    keys, values = _extended(k, v, cache)
    scores = np.where(_visible(q, keys), q @ keys.T / np.sqrt(q.shape[1]), 0.0)
    return softmax(scores) @ values, (keys, values)


def _not_normalised(q, k, v, cache):
    keys, values = _extended(k, v, cache)
    scores = np.where(_visible(q, keys), q @ keys.T / np.sqrt(q.shape[1]), -np.inf)
    return np.exp(scores) @ values, (keys, values)


def _tokens(new: tuple[int, int], old: tuple[int, int]) -> Iterator[Case]:
    """Random tokens: so many new ones (from, to), so many in the cache (0: None)."""
    draw = seeded(f"04-kv-cache/attend_with_cache {new} {old}")
    while True:
        random = np.random.default_rng(draw.randrange(2**32))
        t, n, e = draw.randint(*new), draw.randint(*old), draw.choice((3, 4, 8, 16))
        q, k, v = (random.normal(0, 1.5, (t, e)) for _array in range(3))
        past = tuple(random.normal(0, 1.5, (n, e)) for _array in range(2)) if n else None
        yield q, k, v, past


def _row(*numbers: float) -> np.ndarray:
    return np.array([numbers], dtype=float)


ONE = (_row(1, 0), _row(1, 0), _row(2, 4), None)

ATTEND_WITH_CACHE = Task(
    id="04-kv-cache/attend_with_cache",
    function=attend_with_cache,
    result=Result((array("out", "t", "e"), pair("cache", "n + t", "e"))),
    examples=(
        ONE,
        (_row(0, 0), _row(0, 1), _row(6, 0), (_row(1, 0), _row(2, 4))),
        (np.zeros((2, 2)), np.eye(2), np.array([[2.0, 4.0], [6.0, 0.0]]), None),
    ),
    parts=(
        Part(
            N_("the first call, with no cache yet"),
            1,
            (*first(2, _tokens((1, 1), (0, 0))), *first(4, _tokens((2, 7), (0, 0)))),
        ),
        Part(
            N_("one new token, the others in the cache"),
            1,
            first(6, _tokens((1, 1), (2, 12))),
        ),
        Part(
            N_("several new tokens at once, others in the cache"),
            1,
            first(6, _tokens((2, 5), (6, 12))),
        ),
    ),
    misconceptions=(
        Misconception(
            "overwrites slot 0",
            _overwrites,
            N_(
                "The new keys and values overwrite the first ones of the cache: they are added "
                "behind the old ones, none of which is ever lost."
            ),
        ),
        Misconception(
            "forgets the cache",
            _forgets,
            N_("The cache is not used: the new tokens look only at one another."),
        ),
        Misconception(
            "cache kept but not looked at",
            _cached_but_unseen,
            N_(
                "The cache comes back right, but out is computed without it: put the new keys and "
                "values behind the cached ones first, then attend."
            ),
        ),
        Misconception(
            "first tokens twice",
            _first_call_twice,
            N_("In the first call the new tokens are counted twice: nothing is in the cache yet."),
        ),
        Misconception(
            "first tokens twice, no mask",
            _first_call_twice_without_mask,
            N_("In the first call the new tokens are counted twice: nothing is in the cache yet."),
        ),
        Misconception(
            "mask shifted",
            _with(lambda q, keys: _visible(q, keys, 1)),
            N_(
                "The mask is shifted by one: a token may look at itself and at those before it, "
                "not at the one after it."
            ),
        ),
        Misconception(
            "mask without the cached tokens",
            _with(_without_offset),
            N_(
                "The mask begins at the first token of the text: the first new token stands "
                "behind all cached ones, so it may look at every one of them."
            ),
        ),
        Misconception(
            "no mask",
            _with(_everything),
            N_(
                "There is no mask: where several tokens are new, each may look only at itself "
                "and at those before it."
            ),
        ),
        Misconception(
            "not itself",
            _with(lambda q, keys: _visible(q, keys, -1)),
            N_("A token may look at itself, too: the places 0 to n + i, with n + i among them."),
        ),
        Misconception(
            "masked with 0",
            _masked_with_zero,
            N_(
                "A score of 0 hides nothing, for exp(0) is 1: put -np.inf where a token may not look."
            ),
        ),
        Misconception(
            "weights not normalised",
            _not_normalised,
            N_("The weights of a token do not add up to 1: divide exp(scores) by their sum."),
        ),
        Misconception(
            "no scaling",
            _with(scale=1.0),
            N_("The scores are not scaled: divide them by the square root of e before softmax."),
        ),
        Misconception(
            "scaled by e",
            _scaled_by_width,
            N_("The scores are divided by e; it must be the square root of e."),
        ),
        Misconception(
            "scaled by the number of tokens",
            _scaled_by_tokens,
            N_(
                "The scores are divided by the square root of the number of tokens; e is the "
                "length of one query, q.shape[1]."
            ),
        ),
        Misconception(
            "masked after the softmax",
            _masked_after_softmax,
            N_(
                "The mask comes after the softmax, so what is left no longer adds up to 1: mask "
                "the scores first (with -inf), then take the softmax."
            ),
        ),
        Misconception(
            "softmax over the new tokens",
            _with(axis=0),
            N_(
                "The softmax runs the wrong way: for each new token the weights of all tokens it "
                "looks at add up to 1 (the last axis)."
            ),
        ),
        Misconception(
            "newest first",
            _newest_first,
            N_(
                "out is right, but the cache comes back in the wrong order: the new rows belong "
                "behind the old ones."
            ),
        ),
        Misconception(
            "old cache returned",
            _not_returned,
            N_("out is right, but the cache that comes back lacks the new tokens."),
        ),
        Misconception(
            "keys and values swapped",
            _swapped,
            N_("out is right, but the cache comes back as (V, K): keys come first."),
        ),
    ),
)
