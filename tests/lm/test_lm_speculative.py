"""Speculative decoding changes the speed and nothing else: greedy text and distribution stay."""

import itertools

import numpy as np
import pytest
from lm_models import CONFIG, model

from anuman import lm
from anuman.lm.speculative import accept

TARGET, DRAFT = model(seed=1), model(seed=2)


@pytest.fixture(scope="module")
def stories():
    return lm.load()


@pytest.mark.parametrize("k", [1, 3, 8])
@pytest.mark.parametrize("layers", [1, 4])
def test_greedy_text_is_the_targets_own(stories, k, layers):
    draft = lm.first_layers(stories, layers)
    rounds = list(lm.speculate(stories, draft, "Anu had", 40, k))
    assert "".join(r.text for r in rounds) == lm.generate(stories, "Anu had", 40)
    assert all(r.accepted <= r.drafted <= k for r in rounds)
    assert all(len(r.tokens) == r.accepted + 1 for r in rounds[:-1])
    last = list(lm.stream(stories, "Anu had", 40))[-1]
    assert rounds[-1].finish == last.finish
    if layers == 4:  # the draft is the target: every guess is right
        assert all(r.accepted == r.drafted for r in rounds)


@pytest.mark.slow
def test_one_step_has_exactly_the_targets_distribution():
    """Chi-square over 60,000 rounds of three tokens with a draft that is often wrong."""
    p = np.array([0.5, 0.3, 0.15, 0.05, 0.0])
    q = np.array([0.1, 0.2, 0.3, 0.1, 0.3])
    random, n = np.random.default_rng(11), 60_000
    first = np.zeros(len(p))
    kept_all = 0
    for _ in range(n):
        guesses = [lm.draw(q, random), lm.draw(q, random)]
        kept, following = accept(guesses, [q, q], [p, p, p], random)
        first[[*guesses[:kept], following][0]] += 1
        kept_all += kept == 2
    assert first[4] == 0
    expected = n * p[:4]
    assert ((first[:4] - expected) ** 2 / expected).sum() < 16.3  # 99.9 % of chi-square, 3 degrees
    alpha = np.minimum(p, q).sum()
    assert abs(kept_all / n - alpha**2) < 5 * np.sqrt(alpha**2 / n)


def test_a_refused_guess_tells_a_wrong_rule_from_the_right_one():
    """Drawing from p and not from max(p - q, 0) after a refusal would fail the test above."""
    p, q = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    random = np.random.default_rng(0)
    outcomes = [accept([1], [q], [p, p], random) for _ in range(2000)]
    assert {token for kept, token in outcomes if kept == 0} == {0}


@pytest.mark.slow
def test_whole_texts_have_the_targets_distribution():
    """Two drawn tokens of a real draft and target against the product of the target's probabilities."""
    small = lm.Config(vocab=262, dim=16, layers=1, heads=2, kv_heads=1, hidden=16, context=16)
    target, draft = model(small, seed=5), model(small, seed=6)
    tokens = target.tokenizer.encode("ab")

    def p(prefix):
        logits = lm.forward(target, [[*tokens, *prefix]], [lm.Cache(small)])[0]
        return lm.probabilities(logits, 0.4)

    first = p([])
    likely = np.argsort(-first)[:3]
    wanted = {
        (int(a), int(b)): first[a] * p([int(a)])[b]
        for a in likely
        for b in np.argsort(-p([int(a)]))[:3]
    }
    n, counts = 3000, dict.fromkeys(wanted, 0)
    for seed in range(n):
        rounds = lm.speculate(target, draft, "ab", 2, 2, 0.4, seed)
        found = tuple(itertools.chain.from_iterable(r.tokens for r in rounds))
        if found in counts:
            counts[found] += 1
    assert sum(wanted.values()) > 0.3
    for pair, probability in wanted.items():
        assert abs(counts[pair] - n * probability) < 5 * np.sqrt(n * probability) + 1, pair


def test_the_context_is_never_exceeded(monkeypatch):
    monkeypatch.setattr(TARGET.tokenizer, "special", {})
    rounds = list(lm.speculate(TARGET, DRAFT, "x" * 55, 999, 4, 1.0, 3))
    assert rounds[-1].finish == "context"
    assert sum(len(r.tokens) for r in rounds) == CONFIG.context - 55 + 1


def test_exactly_max_tokens_are_written(monkeypatch):
    monkeypatch.setattr(TARGET.tokenizer, "special", {})
    for wanted in (1, 2, 7):
        rounds = list(lm.speculate(TARGET, DRAFT, "x", wanted, 4, 1.0, 3))
        assert sum(len(r.tokens) for r in rounds) == wanted
        assert rounds[-1].finish == "length"


def test_faults_are_named_at_once():
    other = lm.random(
        lm.Config(vocab=300, dim=48, layers=1, heads=6, kv_heads=2, hidden=64, context=64)
    )
    short = lm.random(
        lm.Config(vocab=288, dim=48, layers=1, heads=6, kv_heads=2, hidden=64, context=4)
    )
    for arguments, words in [
        ((TARGET, other, "x"), "the draft has 300 tokens, the target 288"),
        ((TARGET, short, "xxxx"), "the draft's context is 4"),
        ((TARGET, DRAFT, ""), "the prompt is empty"),
        ((TARGET, DRAFT, "x", 5, 0), "k is 0"),
        ((TARGET, DRAFT, "x", 0), "max_tokens 0"),
        ((TARGET, DRAFT, "x", 5, 2, -1), "temperature is -1"),
    ]:
        with pytest.raises(lm.LmError, match=words):
            lm.speculate(*arguments)
    with pytest.raises(lm.LmError, match="9 of 3 layers"):
        lm.first_layers(TARGET, 9)
