"""The stories' grammar, the checker that reads them back, and the merges learned from them."""

import re
from functools import partial
from itertools import islice

import pytest

from anuman.lm import bpe_training, stories
from anuman.lm.tokenizer import Tokenizer, pieces
from anuman.lm.training import learn_vocabulary

SAMPLE = 400


@pytest.mark.parametrize("language", stories.LANGUAGES)
def test_every_story_of_the_grammar_holds(language):
    for number in range(SAMPLE):
        text = stories.story(language, number)
        found = stories.examine(text, language)
        assert found.complete and found.names_hold and found.right and not found.wrong, text


@pytest.mark.parametrize("language", stories.LANGUAGES)
def test_a_wrong_sum_is_found(language):
    for number in range(SAMPLE):
        text = stories.story(language, number)
        last = list(re.finditer(r"\d+", text))[-1]
        changed = text[: last.start()] + str(int(last.group()) + 1) + text[last.end() :]
        assert stories.examine(changed, language).wrong, changed


@pytest.mark.parametrize("language", stories.LANGUAGES)
def test_a_changed_name_is_found(language):
    words = stories.WORDS[language]
    names = words.boys + words.girls
    for number in range(SAMPLE):
        text = stories.story(language, number)
        told = list(re.finditer("|".join(names), text))
        other = next(name for name in names if name not in text)
        first, again = told[0], told[-1]
        if again.group() not in {m.group() for m in told[:-1]}:
            continue  # this person is named once: any name would do
        changed = text[: again.start()] + other + text[again.end() :]
        assert not stories.examine(changed, language).names_hold, (first.group(), changed)


def test_what_the_grammar_cannot_say_is_not_called_complete():
    text = "One day Anu and Ben went to the moon."
    assert not stories.examine(text, "en").complete
    assert not stories.examine("", "en").names_hold


def test_the_same_number_gives_the_same_story_on_every_computer():
    assert stories.story("en", 0) == (
        "Kabir had a new bird. One day Kabir met Ben at the park. Kabir had 5 small hats. His "
        "brother came with 2 more hats, so Kabir had 7. Ben gave Kabir 1 more. Now Kabir had 8 hats. "
        '"You are a good friend, Ben," said Kabir.'
    )
    assert stories.story("hi", 3) == (
        "नेहा और रवि की दोस्ती पक्की थी। एक दिन नेहा पार्क में बैठी थी। नेहा के पास 5 फूल थे। नेहा ने रवि को 2 फूल दिए। "
        "रवि ने कहा, “धन्यवाद, नेहा!” अब नेहा के पास 3 फूल थे। खेल शाम तक चलता रहा।"
    )


def test_held_out_stories_are_never_trained_on():
    trained = set(islice(stories.stories(stories.LANGUAGES, 0), 3000))
    kept = set(islice(stories.stories(stories.LANGUAGES, 0, validation=True), 200))
    assert not trained & kept


def test_merges_by_hand():
    # a b is the most frequent pair (5), then ab c (3); equal counts go by bytes
    texts = ["abc abc abc", "ab ab"]
    learned = bpe_training.learn_merges(texts, 2, str.split)
    assert learned == [(b"a", b"b"), (b"ab", b"c")]
    assert bpe_training.learn_merges(["xy zw"], 1, str.split) == [(b"x", b"y")]
    assert bpe_training.learn_merges(["ab"], 9, str.split) == [(b"a", b"b")]
    with pytest.raises(ValueError, match="merges"):
        bpe_training.learn_merges([], -1, str.split)


def test_merges_do_not_depend_on_the_order_of_texts():
    texts = list(islice(stories.stories(stories.LANGUAGES, 0), 200))
    cut = partial(pieces, marks=True)
    assert bpe_training.learn_merges(texts, 60, cut) == bpe_training.learn_merges(
        texts[::-1], 60, cut
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", stories.LANGUAGES)
def test_a_story_fits_in_the_context_and_comes_back(language):
    tokenizer = learn_vocabulary(stories.LANGUAGES, 768)
    assert len(tokenizer) == 768
    again = Tokenizer.from_dict(tokenizer.as_dict())
    for number in range(100):
        text = stories.story(language, number)
        ids = tokenizer.encode(text)
        assert len(ids) < 128
        assert again.encode(text) == ids
        assert tokenizer.decode(ids) == text
