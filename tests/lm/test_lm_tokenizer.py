"""Byte-pair encoding: any text survives, merges apply by rank and within pieces."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anuman import lm
from anuman.lm.tokenizer import joined, merged

MERGES = [(b"l", b"o"), (b"lo", b"w"), (b"e", b"r"), (b" ", b"low"), (b"low", b"er")]
TOKENIZER = lm.Tokenizer.from_merges(MERGES, ["<|end|>", "<|start|>"])


@given(st.text(), st.booleans())
def test_pieces_joined_are_the_text(text, marks):
    assert "".join(lm.pieces(text, marks)) == text


@given(st.text())
def test_any_text_comes_back(text):
    ids = TOKENIZER.encode(text)
    assert TOKENIZER.decode(ids) == text
    assert all(0 <= i < 256 + len(MERGES) for i in ids)
    decoder = TOKENIZER.decoder()
    assert "".join(map(decoder.add, ids)) + decoder.end() == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it's 42.", ["it", "'s", " ", "4", "2", "."]),
        ("a  b\n c", ["a", " ", " b", "\n", " c"]),
        ("x_y²", ["x", "_", "y", "²"]),
        ("end  ", ["end", "  "]),
        ("नमस्ते!", ["नमस", "्", "त", "े!"]),
    ],
)
def test_pieces_follow_gpt2s_rule(text, found):
    assert lm.pieces(text) == found


def test_marks_may_belong_to_the_word():
    assert lm.pieces("नमस्ते, दुनिया 12!", marks=True) == ["नमस्ते", ",", " दुनिया", " ", "1", "2", "!"]


def test_the_merge_learned_first_goes_first():
    ranks = {pair: rank for rank, pair in enumerate(MERGES)}
    assert merged(b"lower", ranks) == (b"lower",)
    assert merged(b"slowest", ranks) == (b"s", b"low", b"e", b"s", b"t")
    assert merged(b"lolo", ranks) == (b"lo", b"lo")
    assert merged(b"", ranks) == ()
    # "ab" was learned before "bc", so "abc" is ab + c although bc comes later in the text.
    assert merged(b"abc", {(b"b", b"c"): 1, (b"a", b"b"): 0}) == (b"ab", b"c")
    assert merged(b"abc", {(b"b", b"c"): 0, (b"a", b"b"): 1}) == (b"a", b"bc")


@given(st.text("ab", max_size=60), st.lists(st.tuples(*[st.integers(0, 99)] * 2), max_size=12))
def test_merging_is_joining_the_best_pair_again_and_again(text, choices):
    """As the algorithm is usually told: find the earliest pair, join it everywhere, look again."""
    known, ranks = [b"a", b"b"], {}
    for left, right in choices:
        pair = known[left % len(known)], known[right % len(known)]
        if b"".join(pair) not in known:
            ranks[pair] = len(ranks)
            known.append(b"".join(pair))
    tokens = tuple(c.encode() for c in text)
    while found := [pair for pair in itertools.pairwise(tokens) if pair in ranks]:
        tokens = joined(tokens, min(found, key=ranks.get))
    assert merged(text.encode(), ranks) == tokens


def test_a_long_word_takes_no_time_to_speak_of():
    word = "lower" * 20_000
    assert TOKENIZER.encode(word) == [260] * 20_000


def test_a_merge_never_crosses_pieces():
    assert len(TOKENIZER.encode("lo w")) == 3
    assert TOKENIZER.encode(" low") == [256 + 3]


def test_special_tokens_count_only_when_asked_for():
    assert TOKENIZER.encode("low<|end|>", special=True) == [257, TOKENIZER.special["<|end|>"]]
    assert TOKENIZER.special["<|end|>"] not in TOKENIZER.encode("low<|end|>")
    assert TOKENIZER.decode([257, 261, 262]) == "low<|end|><|start|>"


def test_half_a_character_shows_as_a_replacement_and_never_fails():
    ids = TOKENIZER.encode("म")
    assert len(ids) == 3
    assert TOKENIZER.decode(ids[:2]) == "\ufffd"
    decoder = TOKENIZER.decoder()
    assert [decoder.add(i) for i in ids] == ["", "", "म"]
    decoder.add(ids[0])
    assert decoder.end() == "\ufffd"
    assert TOKENIZER.decode([0xFF, 0x41]) == "\ufffdA"


def test_what_is_not_valid_text_is_refused_with_its_place():
    with pytest.raises(lm.PromptError, match=r"not valid UTF-8 at character 3 \('\\udc80'\)"):
        TOKENIZER.encode(b"ab\x80".decode("utf-8", "surrogateescape"))
    with pytest.raises(lm.PromptError, match="this is bytes; bytes need"):
        TOKENIZER.encode(b"ab")
    with pytest.raises(lm.LmError, match="there is no token 999; ids go from 0 to 262"):
        TOKENIZER.decode([999])


def test_a_byte_without_a_token_is_refused_or_unknown():
    vocabulary = [b"a", b"b", b"<unk>"]
    strict = lm.Tokenizer(vocabulary, [], {"<unk>": 2})
    with pytest.raises(lm.PromptError, match="no token for the byte b'c'"):
        strict.encode("abc")
    assert lm.Tokenizer(vocabulary, [], {"<unk>": 2}, unknown=2).encode("abc") == [0, 1, 2]


def test_plain_data_keeps_a_vocabulary():
    marked = lm.Tokenizer.from_merges([(b"\xe0", b"\xa4"), *MERGES], ["<|end|>"], marks=True)
    again = lm.Tokenizer.from_dict(marked.as_dict())
    text = "lower नमस्ते"
    assert again.encode(text) == marked.encode(text)
    assert (again.special, again.marks, len(again)) == (marked.special, True, len(marked))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"merges": [["a"]], "special": []},
        {"merges": [["a", "अ"]], "special": []},
        {"merges": 3},
    ],
)
def test_a_damaged_vocabulary_is_refused(data):
    with pytest.raises(lm.WeightFileError, match="the vocabulary is not as expected"):
        lm.Tokenizer.from_dict(data)
    with pytest.raises(lm.WeightFileError, match="has no token"):
        lm.Tokenizer([b"a", b"b"], [(b"a", b"b")], {})
