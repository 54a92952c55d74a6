"""The two clocks: what the widget shows at every setting, and what it never does."""

import re

import pytest
from drawing import drawings, examine, words
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import catalog, physics
from anuman.language import si, speaking
from anuman.scenes.clocks import CHIPS, MODELS, clocks
from anuman.widgets import two_clocks
from anuman.widgets.two_clocks import clocks_charts, clocks_words
from anuman.widgets.two_clocks.clocks_widget import LARGEST_BATCH, TwoClocks


class Gate:
    """Stands for the predictions."""

    def __init__(self):
        self.locked, self.listeners = True, []

    def on_unlock(self, listener):
        self.listeners.append(listener)

    def open(self):
        self.locked = False
        for listener in self.listeners:
            listener()


def shown(widget: TwoClocks) -> str:
    return widget.picture.value


def test_first_setting_says_what_physics_computes():
    widget = two_clocks()
    chip, model = catalog.chip("H100-SXM"), catalog.model("Llama-3.1-8B")
    step = physics.decode_step(model.params, 1, chip.peak("bf16"), chip.bandwidth, 2)
    html = shown(widget)
    assert si(step.memory_s, "s") in html
    assert "this one is what you wait for" in html
    assert si(physics.ridge(chip.peak("bf16"), chip.bandwidth), "FLOP/byte") in html
    assert "Does not fit" not in html
    assert f"= {si(step.seconds, 's')}" in html


def test_every_control_changes_the_picture():
    widget = two_clocks()
    seen = {shown(widget)}
    for control, value in (
        (widget.chip, "B200"), (widget.model, "Llama-3.1-70B"), (widget.slider, 512.0),
        (widget.bytes_per_weight, 1.0), (widget.batch, 7), (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(shown(widget))
    assert len(seen) == 7
    assert "<table" in shown(widget)


def test_slider_and_box_are_linked():
    widget = two_clocks()
    widget.slider.value = 256.0
    assert widget.batch.value == 256
    widget.batch.value = 295
    assert widget.slider.value == 256
    # A browser answers with the slider's own place: that must not undo what was typed.
    widget.slider.value = 255.0
    assert widget.batch.value == 295
    widget.slider.value = 512.0
    assert widget.batch.value == 512
    widget.batch.value = 10**9
    assert widget.batch.value == LARGEST_BATCH


def test_the_longer_bar_is_marked_and_changes_at_the_critical_batch():
    below, above = (clocks("H100-SXM", "Llama-3.1-8B", b, 2.0) for b in (295, 296))
    assert (below.bound, above.bound) == ("memory", "compute")
    for c, first in ((below, "Memory time"), (above, "Compute time")):
        root = examine(clocks_charts.bars(c).markup())
        texts = words(root).split(" | ")
        marked = next(i for i, t in enumerate(texts) if "this one is what you wait for" in t)
        assert texts[marked - 2].startswith(first)


def test_does_not_fit_is_named():
    c = clocks("Groq-LPU1", "Llama-3.1-70B", 1, 1.0)
    assert c.chips == 307
    html = clocks_charts.html(c)
    assert (
        "Does not fit: Llama-3.1-70B at 1 bytes per weight needs 70.6 GB, "
        "one Groq-LPU1 holds 230 MB: 307 chips." in html
    )
    assert "as if one chip held it" in html
    _label, value, note = clocks_words.facts(c)[2]
    assert value == clocks_words.percent(c.share / 307)
    assert clocks_words.percent(c.share) in note


def test_an_unknown_peak_is_named_and_nothing_is_guessed():
    c = clocks("WSE-3", "Llama-3.1-8B", 64, 2.0)
    html = clocks_charts.html(c)
    assert "No dense 16-bit FLOP/s figure of WSE-3 is known" in html
    assert f"≥ {si(c.memory_s, 's')}" in html
    assert "what you wait for" not in html
    assert c.share is None
    assert [value for _label, value, _note in clocks_words.facts(c)][2] == "unknown"


@pytest.mark.parametrize("lang", ["en", "hi"])
@given(
    chip=st.sampled_from(catalog.chips()),
    model=st.sampled_from(
        [m for m in catalog.models() if catalog.model(m).params_active == catalog.model(m).params]
    ),
    batch=st.sampled_from([1, 2, 295, 296, 4095, LARGEST_BATCH]) | st.integers(1, LARGEST_BATCH),
    bytes_per_weight=st.sampled_from([4.0, 2.0, 1.0, 0.5625]),
)
@settings(deadline=None, max_examples=60)
def test_extremes_give_finite_pictures_or_named_states(lang, chip, model, batch, bytes_per_weight):
    with speaking(lang):
        c = clocks(chip, model, batch, bytes_per_weight)
        html = clocks_charts.html(c)
        for svg in drawings(html):
            examine(svg)
        still = clocks_charts.still(c)
        examine(still.picture.markup())
        assert bool(clocks_words.problems(c)) == (not c.fits or c.peak is None)
        for problem in clocks_words.problems(c):
            assert problem in still.words
        assert "nan" not in re.sub(r"<[^>]*>", "", html).lower()
        if c.share is not None:
            assert 0 < c.share <= 1


def test_all_choices_of_the_widget_can_be_shown():
    widget = two_clocks()
    for chip in CHIPS:
        widget.chip.value = chip
        for model in MODELS:
            widget.model.value = model
            assert model in clocks_words.summary(widget.state)


def test_a_locked_gate_keeps_it_closed_until_it_opens():
    gate = Gate()
    widget = two_clocks(gate)
    assert "Show me" in widget.children[0].value
    assert len(widget.children) == 1
    gate.open()
    assert widget.controls in widget.children
    assert "<svg" in shown(widget)


def test_every_control_has_a_name():
    widget = two_clocks()
    named = (widget.chip, widget.model, widget.bytes_per_weight, widget.batch, widget.as_table)
    names = [control.description for control in named]
    assert all(names)
    assert len(set(names)) == len(names)


def test_the_table_twin_holds_the_numbers_of_the_picture():
    c = clocks("H100-SXM", "Llama-3.1-8B", 1, 2.0)
    table = clocks_charts.table(c)
    for value in (si(c.compute_s, "s"), si(c.memory_s, "s"), "H100-SXM", "989 TFLOP/s"):
        assert value in table


def test_hindi_and_english_show_the_same_numbers():
    c = clocks("Groq-LPU1", "Llama-3.1-70B", 8, 2.0)
    said = {}
    for lang in ("en", "hi"):
        with speaking(lang):
            text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", clocks_charts.html(c))
            said[lang] = sorted(re.findall(r"\d(?:[\d,.]*\d)?", text))
    assert said["en"] == said["hi"]


def test_unknown_names_and_bad_values_are_refused():
    with pytest.raises(catalog.UnknownName, match="H100-SXM"):
        clocks("H100", "Llama-3.1-8B", 1, 2.0)
    with pytest.raises(ValueError, match="batch"):
        clocks("H100-SXM", "Llama-3.1-8B", 0, 2.0)
