"""The widget that holds the formulas against published measurements."""

from html import escape

import pytest

from anuman.validation.score import KINDS
from anuman.widgets.published.reality import (
    EVERYTHING,
    KIND_WORDS,
    Reality,
    reality_figure,
    scored_rows,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_each_of_its_rows_with_its_source(kind):
    shown = reality_figure(kind)
    rows = [one for one in scored_rows() if one.kind == kind]
    assert rows
    for one in rows:
        assert one.row.id in shown.html
    for source in {one.row.fields["source"] for one in rows}:
        assert escape(source) in shown.html
    assert shown.html.count("<title>") >= len(rows)


def test_choices_follow_the_kind_and_narrow_the_rows():
    widget = Reality("TPOT")
    assert (widget.chip.value, widget.model.value) == (EVERYTHING, EVERYTHING)
    widget.chip.value = "A100-80"
    assert "P002" in widget.markup and "P324" not in widget.markup
    widget.model.value = "Llama-2-70B"
    assert "P005" in widget.markup and "P002" not in widget.markup
    widget.kind.value = "energy"
    assert widget.chip.value == EVERYTHING
    assert {value for _label, value in widget.chip.options} == {EVERYTHING, "H200", "B200"}
    assert "P310" in widget.markup


def test_a_choice_without_rows_says_so():
    widget = Reality("energy")
    widget.chip.value, widget.model.value = "H200", "Llama-3.1-405B"
    assert "No published row" in widget.markup


def test_kinds_have_words_and_unknown_ones_are_refused():
    assert set(KIND_WORDS) == set(KINDS)
    with pytest.raises(ValueError, match="no kind 'joy'"):
        reality_figure("joy")
