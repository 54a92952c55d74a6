"""Sorting names into models, chips, services and companies: right and wrong answers are told at once."""

import re

import pytest

from anuman.language import speaking
from anuman.widgets import sort_names
from anuman.widgets.cards import naming


def said(widget) -> str:
    return re.sub(r"<[^>]*>", " ", widget.markup)


def test_nothing_is_judged_before_a_choice():
    widget = sort_names()
    assert f"0 of {len(naming.NAMES)} sorted." in said(widget)
    assert "✓" not in said(widget)
    assert "✗" not in said(widget)


def test_right_answers_say_why_and_wrong_ones_what_to_ask():
    widget = sort_names()
    for one, choice in zip(widget.names, widget.choices, strict=True):
        for kind in naming.KINDS:
            choice.value = kind
            assert (f"✓ {one.name}" in said(widget)) == (kind == one.kind)
            assert (f"✗ {one.name}" in said(widget)) == (kind != one.kind)
        choice.value = one.kind
        assert one.why.replace("'", "&#x27;") in said(widget)
    assert f"{len(naming.NAMES)} of {len(naming.NAMES)} sorted." in said(widget)


def test_groq_and_grok_are_two_things():
    kinds = {one.name: one.kind for one in naming.NAMES}
    assert kinds["Groq"] == "company"
    assert kinds["Grok"] == "model"
    assert set(kinds.values()) == set(naming.KINDS)


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_without_a_kernel_the_sorted_table_stands_there(lang):
    with speaking(lang):
        figure = sort_names()._still()
    assert figure.html.count("<tr>") == len(naming.NAMES) + 1
    for one in naming.NAMES:
        assert one.name in figure.words  # names stay in Latin letters
