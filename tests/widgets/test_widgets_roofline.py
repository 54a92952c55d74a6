"""The two clocks: what the widget shows at every setting, and what it never does."""

import re

import pytest
from drawing import drawings, examine, on_page, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import catalog, physics
from anuman.language import si, speaking
from anuman.scenes.clocks import CHIPS, MODELS, clocks
from anuman.widgets import two_clocks
from anuman.widgets.two_clocks import clocks_charts, clocks_words
from anuman.widgets.two_clocks.clocks_widget import LARGEST_BATCH, TwoClocks


def shown(widget: TwoClocks) -> str:
    return on_page(widget)


def test_first_setting_says_what_physics_computes():
    widget = two_clocks()
    chip, model = catalog.chip("H100-SXM"), catalog.model("Llama-3.1-8B")
    step = physics.decode_step(
        n=model.params,
        batch=1,
        flops=chip.peak("bf16"),
        bandwidth=chip.bandwidth,
        bytes_per_weight=2,
    )
    html = shown(widget)
    assert si(step.memory_s, "s") in html
    assert "you wait for this one" in html
    assert si(physics.ridge(chip.peak("bf16"), chip.bandwidth), "FLOP/byte") in html
    assert "Does not fit" not in html
    assert f"= {si(step.seconds, 's')}" in html


def test_every_control_changes_the_picture():
    widget = two_clocks()
    seen = {shown(widget)}
    for control, value in (
        (widget.chip, "B200"), (widget.model, "Llama-3.1-70B"), (widget.batch, 512),
        (widget.bytes_per_weight, 1.0), (widget.batch, 7), (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(shown(widget))
    assert len(seen) == 7
    assert "<table" in shown(widget)


def test_the_slider_has_twenty_stops_a_decade_and_reaches_the_ridge():
    widget = two_clocks()
    (spec,) = [s for s in widget.panel if s["name"] == "batch"]
    assert len([stop for stop in spec["stops"] if 100 <= stop < 1000 and stop != 295]) == 20
    assert [value for value, _words in spec["ticks"]] == [295] and 295 in spec["stops"]
    widget.chip.value = "B200"
    assert [value for value, _words in widget.batch.ticks] == [round(widget.state.critical_batch)]
    widget.chip.value = "WSE-3"
    assert not widget.batch.ticks
    widget.batch.value = 10**9
    assert widget.batch.value == LARGEST_BATCH


def test_the_point_can_be_dragged_along_the_roof():
    widget = two_clocks()
    widget._act({"drag": "batch", "value": 294.6})
    assert widget.batch.value == 295
    widget._act({"drag": "batch", "value": 1, "steps": 1})
    assert widget.batch.value == 320


def test_the_frames_are_the_same_at_every_setting():
    def marks(c):
        root = examine(clocks_charts.roofline(c).markup())
        return [e.text for e in root.iter() if (e.get("data-key") or "").startswith(("x:", "y:"))]

    first = clocks("H100-SXM", "Llama-3.1-8B", 1, 2.0)
    assert marks(first) == marks(clocks("RPi5", "Llama-3.1-405B", 4096, 4.0))


def test_the_state_before_is_a_ghost_for_the_whole_of_a_gesture():
    widget = two_clocks()
    assert "ghost" not in on_page(widget)
    for batch in (2, 3, 200):
        widget.batch.value = batch
    assert f"before: {si(clocks('H100-SXM', 'Llama-3.1-8B', 1, 2.0).compute_s, 's')}" in on_page(
        widget
    )


def test_the_longer_bar_is_marked_and_changes_at_the_critical_batch():
    below, above = (clocks("H100-SXM", "Llama-3.1-8B", b, 2.0) for b in (295, 296))
    assert (below.bound, above.bound) == ("memory", "compute")
    for c, first in ((below, "Memory time"), (above, "Compute time")):
        root = examine(clocks_charts.bars(c).markup())
        texts = words(root).split(" | ")
        marked = next(t for t in texts if "you wait for this one" in t)
        assert marked.startswith(first)


def test_does_not_fit_is_named():
    c = clocks("Groq-LPU1", "Llama-3.1-70B", 1, 1.0)
    assert c.chips == 307
    html = clocks_charts.view(c).markup()
    assert (
        "Does not fit: Llama-3.1-70B with 1 B per weight needs 70.6 GB, "
        "one Groq-LPU1 holds 230 MB: 307 chips." in html
    )
    assert "as if one chip held it" in html
    _label, value, note = clocks_words.facts(c)[2]
    assert value == clocks_words.percent(c.share / 307)
    assert clocks_words.percent(c.share) in note


def test_an_unknown_peak_is_named_and_nothing_is_guessed():
    c = clocks("WSE-3", "Llama-3.1-8B", 64, 2.0)
    html = clocks_charts.view(c).markup()
    assert "No dense 16-bit FLOP/s figure of WSE-3 is known" in html
    assert f"≥ {si(c.memory_s, 's')}" in html
    assert "you wait for" not in html
    assert c.share is None
    assert [value for _label, value, _note in clocks_words.facts(c)][2] == "unknown"


@pytest.mark.slow
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
        html = clocks_charts.view(c).markup()
        for svg in drawings(html):
            examine(svg)
        still = clocks_charts.view(c).figure()
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
    assert "Show me" in widget.markup
    assert not widget.panel
    gate.open()
    assert widget.panel
    assert "<svg" in shown(widget)


def test_every_control_has_a_name():
    widget = two_clocks()
    names = [control["label"] for control in widget.panel]
    assert all(names)
    assert len(set(names)) == len(names)


def test_the_table_twin_holds_the_numbers_of_the_picture():
    c = clocks("H100-SXM", "Llama-3.1-8B", 1, 2.0)
    table = clocks_charts.view(c).table()
    for value in (si(c.compute_s, "s"), si(c.memory_s, "s"), "H100-SXM", "989 TFLOP/s"):
        assert value in table


def test_hindi_and_english_show_the_same_numbers():
    c = clocks("Groq-LPU1", "Llama-3.1-70B", 8, 2.0)
    said = {}
    for lang in ("en", "hi"):
        with speaking(lang):
            text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", clocks_charts.view(c).markup())
            said[lang] = sorted(re.findall(r"\d(?:[\d,.]*\d)?", text))
    assert said["en"] == said["hi"]


def test_unknown_names_and_bad_values_are_refused():
    with pytest.raises(catalog.UnknownName, match="H100-SXM"):
        clocks("H100", "Llama-3.1-8B", 1, 2.0)
    with pytest.raises(ValueError, match="batch"):
        clocks("H100-SXM", "Llama-3.1-8B", 0, 2.0)
