"""The quantization widget: its numbers are those of anuman.lm, and every setting gives a sound picture."""

import re

import numpy as np
import pytest
from drawing import drawings, examine, on_page, saved_svg, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import lm
from anuman.language import number, si, speaking
from anuman.widgets import fewer_bits
from anuman.widgets.fewer_bits.fewer_bits_charts import Block, block_picture
from anuman.widgets.fewer_bits.fewer_bits_widget import BITS, matrices, versions


@pytest.fixture(scope="module")
def widget():
    return fewer_bits()


@pytest.mark.slow
def test_sizes_and_losses_are_those_of_the_quantized_models():
    found = versions("en")
    model = lm.load()
    assert [v.bits for v in found] == [32, *BITS]
    assert found[0].nbytes == model.nbytes
    for v in found[1:]:
        assert v.nbytes == lm.quantize_model(model, v.bits).nbytes
    whole, eight, four, two = (v.loss for v in found)
    assert eight == pytest.approx(whole, rel=0.02)
    assert four == pytest.approx(whole, rel=0.1)
    assert two > 2 * whole


@pytest.mark.slow
def test_the_picture_shows_the_chosen_bits(widget):
    for bits in BITS:
        widget.bits.value = bits
        chosen = next(v for v in versions("en") if v.bits == bits)
        html = on_page(widget)
        assert f"<b>{si(chosen.nbytes, 'B')}</b>" in html
        assert f"<b>{number(chosen.loss)}</b>" in html
        assert chosen.text.split()[-1].split("<")[0] in html


def test_the_block_is_the_matrixs_own(widget):
    widget.bits.value, widget.row.value = 4, 9
    name = widget.matrix.options[3][1]
    widget.matrix.value = name
    want = matrices()[name][8, :32]
    block = widget.block
    np.testing.assert_array_equal(np.float32(block.weights), want)
    assert max(block.errors) <= 0.502 * block.scale
    assert block.matrix == name


def test_rows_end_where_the_matrix_ends(widget):
    for name in matrices():
        widget.matrix.value = name
        widget.row.value = 10**6
        assert widget.row.value == len(matrices()[name])
        assert len(widget.block.errors) == 32


def test_every_control_changes_the_picture(widget):
    widget.bits.value, widget.matrix.value, widget.row.value = 4, next(iter(matrices())), 1
    seen = {on_page(widget)}
    for control, value in (
        (widget.bits, 2), (widget.row, 2), (widget.matrix, widget.matrix.options[1][1]),
        (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(on_page(widget))
    assert len(seen) == 5
    assert on_page(widget).count("<tr>") == 1 + 4 + 1 + 32
    widget.as_table.value = False


def test_without_a_kernel_picture_words_and_table_remain(widget):
    bundle = widget.saved()
    assert "32 weights" in words(examine(saved_svg(bundle["text/html"])))
    assert "<table" in bundle["text/html"]
    assert "the largest error is" in bundle["text/plain"]


def test_it_stays_closed_until_the_predictions_are_made():
    gate = Gate()
    closed = fewer_bits(gate)
    assert "Make your predictions" in closed.markup
    gate.open()
    assert drawings(on_page(closed))


@pytest.mark.slow
def test_hindi_shows_the_hindi_stories():
    with speaking("hi"):
        widget = fewer_bits()
        assert re.search("[\u0900-\u097f]", versions("hi")[0].text)
        assert versions("hi")[0].text.split()[0] in on_page(widget)


@settings(max_examples=60)
@given(st.lists(st.floats(-1000, 1000, width=32), min_size=32, max_size=32), st.sampled_from(BITS))
def test_any_block_gives_a_sound_picture(weights, bits):
    small = lm.quantize(np.array([weights], np.float32), bits)
    kept = tuple(map(float, small.dequantized()[0]))
    block = Block(bits, "W", 1, tuple(weights), kept, float(small.scale[0, 0]))
    examine(block_picture(block).standalone())
