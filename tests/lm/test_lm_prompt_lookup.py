"""Drafts that are looked up in the text change nothing in it."""

import pytest

from anuman import lm
from anuman.lm.errors import LmError
from anuman.lm.prompt_lookup import look_up, speculate_by_lookup
from anuman.lm.stories import BEGINNINGS


@pytest.fixture(scope="module")
def stories():
    return lm.load()


@pytest.mark.parametrize(
    ("tokens", "k", "found"),
    [
        ([1, 2, 3, 9, 1, 2, 3], 2, [9, 1]),  # the longest end that stood before
        ([5, 1, 7, 1, 8, 1], 1, [8]),  # the latest place
        ([1, 2, 3], 4, []),
        ([4], 4, []),
        ([7, 7, 7], 2, [7]),
    ],
)
def test_what_followed_the_same_end_is_the_draft(tokens, k, found):
    assert look_up(tokens, k) == found


@pytest.mark.parametrize("language", sorted(BEGINNINGS))
@pytest.mark.parametrize("k", [1, 4, 9])
def test_the_text_is_the_same_to_the_letter(stories, language, k):
    prompt = BEGINNINGS[language]
    rounds = list(speculate_by_lookup(stories, prompt, 60, k))
    assert "".join(r.text for r in rounds) == lm.generate(stories, prompt, 60, 0.0, 0)
    assert sum(r.accepted for r in rounds) > 0
    assert all(len(r.tokens) <= r.accepted + 1 for r in rounds)


@pytest.mark.parametrize(("tokens", "k"), [(0, 4), (10, 0)])
def test_nothing_to_write_or_to_draft_is_refused(stories, tokens, k):
    with pytest.raises(LmError, match="at least 1"):
        speculate_by_lookup(stories, "Anu", tokens, k)
