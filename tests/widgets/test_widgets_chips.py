"""The widget of many chips: its numbers are the scene's, and every setting gives a sound picture."""

import re
from html import unescape

import pytest
from drawing import drawings, examine, on_page, saved_svg, words
from gate import Gate

from anuman.language import number, si, speaking
from anuman.physics.several_chips import PIPELINE, TENSOR
from anuman.scenes.copies import CHIPS, MODELS, SPLITS, Copy
from anuman.widgets import chips
from anuman.widgets.chips import chips_chart


@pytest.fixture
def widget():
    return chips()


def text(html: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html))


def test_cards_and_formula_show_the_scene_s_numbers(widget):
    c = widget.state
    shown = text(on_page(widget))
    for part in (
        number(c.tokens_per_s), si(c.reading_s, "s"), si(c.hops_s, "s"), si(c.hop, "s"),
        si(c.watts, "W"), number(c.room), number(c.hops),
    ):  # fmt: skip
        assert part in shown


def test_each_example_is_a_state_of_its_own(widget):
    seen = set()
    for one in widget._layout["tries"]:
        one.click()
        assert widget.state.fits
        seen.add(widget.words)
    assert len(seen) == 7
    assert (widget.chip.value, widget.split.value) == ("Groq-LP30", PIPELINE)


def test_too_few_chips_are_a_named_state(widget):
    widget.chip.value = "Groq-LPU1"
    assert "does not fit into 8 Groq-LPU1: it needs 313" in text(widget.markup)
    assert 'role="slider"' not in widget.markup
    widget.chips.value = 313
    assert 'role="slider"' in widget.markup


def test_unknown_watts_and_peaks_are_said_to_be_unknown(widget):
    widget.set(chip="Groq-LP30", chips=144)
    assert "the maker publishes none" in widget.markup
    widget.set(chip="WSE-3", chips=2)
    assert "the arithmetic is left out" in widget.markup
    widget.as_table.value = True
    assert text(on_page(widget)).count("unknown") >= 5


def test_a_drag_moves_the_chips_and_leaves_the_old_line(widget):
    widget._heard(None, {"n": 1, "drag": "chips", "value": 64}, [])
    assert widget.chips.value == 64
    widget.split.value = PIPELINE
    assert 'data-key="ghost:0"' in widget.markup


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_extreme_gives_a_sound_picture(split, language):
    with speaking(language):
        for chip in CHIPS:
            for model in (MODELS[0], MODELS[-1]):
                for users, context, count in ((1, 16, 1), (1024, 131_072, 4096), (1, 4096, 4096)):
                    c = Copy(
                        chip=chip, model=model, split=split, users=users, context=context,
                        chips=count, weight_bytes=2,
                    )  # fmt: skip
                    shown = chips_chart.view(c, Copy(split=TENSOR))
                    for svg in drawings(shown.markup()):
                        examine(svg)


def test_without_a_kernel_picture_words_and_table_remain(widget):
    bundle = widget.saved()
    assert "together" in words(examine(saved_svg(bundle["text/html"])))
    assert "<table" in bundle["text/html"]
    assert "a token takes" in bundle["text/plain"]


def test_it_stays_closed_until_the_predictions_are_made():
    gate = Gate()
    closed = chips(gate)
    assert "Make your predictions" in closed.markup
    gate.open()
    assert drawings(on_page(closed))
