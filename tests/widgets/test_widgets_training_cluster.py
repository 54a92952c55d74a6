"""The cluster widget: its numbers are the scene's, every setting gives a sound picture or a named state."""

import pytest
from drawing import drawings, examine, on_page, saved_svg
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman.language import number, speaking
from anuman.scenes.storm import Storm
from anuman.scenes.training_cluster import FEWEST, MOST, told_gpus
from anuman.widgets import training_cluster
from anuman.widgets.own_machine.storm_chart import Measured, storm_figure
from anuman.widgets.training_cluster import cluster_words


@pytest.fixture(scope="module")
def widget():
    return training_cluster()


def press(widget, name: str):
    """Press the Try chip whose label begins so; gives the state."""
    next(chip for chip in widget._layout["tries"] if chip.label.startswith(name)).click()
    return widget.state


def test_tries_lead_to_what_the_lesson_asks_about(widget):
    few, many = told_gpus()
    assert press(widget, "1").gpus == few
    assert press(widget, "2").gpus == many
    plain = widget.state.goodput(many)
    assert press(widget, "3").goodput(many) < plain
    assert press(widget, "4").gpus > widget.state.fastest
    assert "More GPUs take longer" in on_page(widget)
    assert press(widget, "5").goodput(many) > plain
    assert press(widget, "6").fastest < many


def test_cards_formula_and_table_say_the_state(widget):
    c = press(widget, "2")
    widget.as_table.value = True
    html = on_page(widget)
    assert cluster_words.days(c) in html and cluster_words.span(c.site_watts, "W") in html
    assert html.count("<tr>") >= 9
    assert number(c.goodput(c.gpus)) in cluster_words.formula(c).lines()[-1]


def test_a_cluster_that_loses_all_its_time_stands_still(widget):
    press(widget, "4")
    widget.years.value = 0.01
    html = on_page(widget)
    assert "stands still" in html and "never" in html
    press(widget, "1")


@settings(max_examples=12)
@given(
    gpus=st.integers(FEWEST, MOST),
    checkpoint=st.floats(0.1, 1800),
    restart=st.floats(0, 7200),
    years=st.floats(0.01, 1000),
    params=st.floats(1, 10_000),
    tokens=st.floats(0.1, 1000),
    mfu_low=st.floats(0.01, 1),
    mfu_high=st.floats(0.01, 1),
)
def test_every_setting_gives_a_sound_picture(widget, **setting):
    widget.set(**setting)
    for svg in drawings(widget.markup):
        examine(svg)


def test_it_stays_closed_until_the_predictions_are_made_and_leaves_a_still():
    gate = Gate()
    widget = training_cluster(gate)
    assert "Make your predictions" in widget.markup
    gate.open()
    assert "MW" in widget.markup
    examine(saved_svg(widget.saved()["text/html"]))


def test_hindi_writes_grok_in_latin_letters():
    with speaking("hi"):
        widget = training_cluster()
        assert "परिसर" in widget.markup
        assert any("Grok 2" in chip.label for chip in widget._layout["tries"])


@pytest.mark.parametrize("interval", [1e-3, 100.0])
def test_the_storm_s_chart_bears_extreme_computers(interval):
    storm = Storm(cost_s=1e-3, mtbf_s=1.0, restart_s=3.0, seconds=3.0)
    runs = [
        Measured(
            interval_s=interval, goodput=0.0, every=1, saves=0, failures=0, steps=0, at_s=[0.5]
        )
    ]
    figure = storm_figure(storm, runs)
    for svg in drawings(figure.picture.markup()):
        examine(svg)
