"""Generation: the steps it takes, where it ends, what it refuses, and that batches change nothing."""

import numpy as np
import pytest
from lm_models import CONFIG, model

from anuman import lm
from anuman.lm import generating

MODEL = model()


@pytest.fixture(scope="module")
def stories():
    """The bundled model."""
    return lm.load()


def test_steps_tell_what_went_in_and_what_it_cost():
    prompt = "the anu had"
    tokens = MODEL.tokenizer.encode(prompt)
    steps = list(lm.stream(MODEL, prompt, 5, chunk=4))
    sizes = [4] * (len(tokens) // 4) + [len(tokens) % 4] * (len(tokens) % 4 > 0)
    assert [s.tokens for s in steps] == sizes + [1] * 4
    assert [s.kind for s in steps] == ["prefill"] * len(sizes) + ["decode"] * 4
    assert [s.token is None for s in steps] == [True] * (len(sizes) - 1) + [False] * 5
    assert [s.context for s in steps] == [
        *np.cumsum(sizes),
        *range(len(tokens) + 1, len(tokens) + 5),
    ]
    assert all(s.cache_bytes == 4 * CONFIG.kv_per_token * s.context for s in steps)
    assert all(s.seconds > 0 for s in steps)
    assert all(s.work.flops > 2 * s.tokens * (CONFIG.params - 20_000) for s in steps)
    assert [s.finish for s in steps] == [None] * (len(steps) - 1) + ["length"]


def test_generate_is_the_text_of_the_stream():
    shown = []
    text = lm.generate(MODEL, "anu", 12, 0.9, 3, show=shown.append)
    assert text == "".join(s.text for s in lm.stream(MODEL, "anu", 12, 0.9, 3))
    assert "".join(shown) == text


def test_the_same_seed_gives_the_same_text_and_another_one_another():
    texts = {seed: lm.generate(MODEL, "anu", 16, 1.0, seed) for seed in range(4)}
    assert lm.generate(MODEL, "anu", 16, 1.0, 2) == texts[2]
    assert len(set(texts.values())) > 1


def test_greedy_takes_the_likeliest_token_each_time():
    tokens = MODEL.tokenizer.encode("anu")
    for step in lm.stream(MODEL, "anu", 6):
        logits = lm.forward(MODEL, [tokens], [lm.Cache(CONFIG)])[0]
        assert step.token == logits.argmax()
        tokens.append(step.token)


def test_a_paged_cache_gives_the_same_text_and_is_left_to_the_caller():
    cache = lm.PagedCache(lm.Pool(CONFIG, 4))
    want = lm.generate(MODEL, "the anu", 20)
    assert lm.generate(MODEL, "the anu", 20, cache=cache) == want
    assert cache.length > 20


def test_generation_ends_when_the_model_ends_its_text(stories):
    steps = list(lm.stream(stories, "Anu", 125))
    ends = set(stories.tokenizer.special.values())
    assert steps[-1].finish == "end"
    assert steps[-1].token in ends
    assert not any(s.token in ends for s in steps[:-1])
    assert "<|" not in "".join(s.text for s in steps)


def test_generation_ends_when_the_context_is_full(monkeypatch):
    monkeypatch.setattr(MODEL.tokenizer, "special", {})
    prompt = "x" * 60
    steps = list(lm.stream(MODEL, prompt, 999))
    assert steps[-1].finish == "context"
    assert steps[-1].context == CONFIG.context
    assert len(steps) == CONFIG.context - 60 + 1


def test_a_batch_of_unequal_prompts_gives_each_its_own_text(stories):
    prompts = ["Anu", "One day Kabir met", "Sam had 3 hats.", "A"]
    alone = [lm.generate(stories, prompt, 20) for prompt in prompts]
    sizes = []
    together = lm.generate_batch(stories, prompts, 20, show=lambda n, s, w: sizes.append(n))
    assert together == alone
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == len(prompts)


def test_a_batch_draws_with_a_seed_a_sequence():
    drawn = lm.generate_batch(MODEL, ["anu", "anu", "the"], 10, 1.0, 7)
    assert drawn == [
        lm.generate(MODEL, p, 10, 1.0, 7 + i) for i, p in enumerate(["anu", "anu", "the"])
    ]


def test_a_cancelled_generation_gives_what_it_has_and_harms_nothing():
    whole = lm.generate(MODEL, "anu", 20)
    seen = []
    with pytest.raises(lm.Cancelled) as stopped:
        lm.generate(MODEL, "anu", 20, show=seen.append, cancelled=lambda: len(seen) >= 3)
    assert stopped.value.text == "".join(seen)
    assert whole.startswith(stopped.value.text)
    stream = lm.stream(MODEL, "anu", 20)
    next(stream)
    stream.close()
    assert lm.generate(MODEL, "anu", 20) == whole


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (("",), lm.PromptError, "the prompt is empty"),
        (("x" * 64,), lm.PromptError, "the prompt has 64 tokens; the model's context of 64"),
        (("a\udc80",), lm.PromptError, "not valid UTF-8 at character 2"),
        ((b"anu",), lm.PromptError, "this is bytes"),
        (("anu", 0), lm.LmError, "max_tokens is 0"),
        (("anu", 5, -0.1), lm.LmError, "temperature is -0.1"),
    ],
)
def test_faults_are_named_before_the_first_step(arguments, kind, words):
    with pytest.raises(kind, match=words):
        lm.stream(MODEL, *arguments)
    with pytest.raises(kind, match=words):
        lm.generate_batch(MODEL, [arguments[0]], *arguments[1:])


def test_more_faults_are_named():
    with pytest.raises(lm.LmError, match="a chunk of 0 tokens"):
        lm.stream(MODEL, "anu", chunk=0)
    with pytest.raises(lm.LmError, match="not trained on questions"):
        lm.stream(MODEL, "anu", chat=True)
    with pytest.raises(lm.LmError, match="has no tokenizer"):
        lm.stream(lm.random(CONFIG), "anu")


def test_a_cache_that_does_not_fit_in_memory_is_named(monkeypatch):
    def refuse(*_arguments, **_settings):
        raise MemoryError

    monkeypatch.setattr("anuman.lm.cache.np.empty", refuse)
    with pytest.raises(lm.OutOfMemory, match="a KV cache of 8 tokens needs"):
        lm.stream(MODEL, "anu", 6)


def test_a_question_is_put_in_the_models_own_form():
    asked = model()
    asked.about["tokenizer.chat_template"] = (
        "{% for m in messages %}<|0|>{{ m['role'] }}: {{ m['content'] }}<|1|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|0|>bot:{% endif %}"
    )
    tokens = generating.prompt_tokens(asked, "the anu?", chat=True)
    assert asked.tokenizer.decode(tokens) == "<|0|>user: the anu?<|1|>\n<|0|>bot:"
    assert tokens[0] == asked.tokenizer.special["<|0|>"]
    with pytest.raises(lm.PromptError, match="the prompt is empty"):
        lm.stream(asked, "", chat=True)
    with pytest.raises(lm.PromptError, match="the name of a special token"):
        lm.stream(asked, "a<|1|>", chat=True)
