"""Axes, labels and shapes of the charts."""

import math
import re
from dataclasses import replace

import pytest
from drawing import SVG, examine, words
from hypothesis import given
from hypothesis import strategies as st

from anuman.widgets.kit.chart import Axis, Chart, round_up
from anuman.widgets.kit.svg import SHAPES, paragraphs, rectangle, text_width


def chart() -> Chart:
    return Chart(Axis(1, 1000, "FLOP/byte", log=True), Axis(0, 10, "ms"), "Some <title> & more")


def test_a_log_axis_has_a_tick_at_every_decade():
    assert Axis(0.5, 2000, "", log=True).ticks() == [1, 10, 100, 1000]
    assert Axis(10, 80, "", log=True).ticks() == [10, 20, 50]


def test_a_linear_axis_has_round_ticks():
    assert Axis(0, 6, "").ticks(4) == [0, 2, 4, 6]


@given(st.floats(1e-300, 1e300))
def test_round_up(value):
    rounded = round_up(value)
    assert value * 0.999 <= rounded <= value * 10
    assert f"{rounded:.0e}"[0] in "125"


@given(st.floats(1e-12, 1e18), st.floats(1.1, 1e15))
def test_ticks_lie_on_the_axis_and_are_few(low, ratio):
    for axis in (Axis(low, low * ratio, "", log=True), Axis(0, low * ratio, "")):
        ticks = axis.ticks()
        assert len(ticks) <= 9
        assert all(-0.001 <= axis.at(t) <= 1.001 for t in ticks if t > 0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0, -1])
def test_an_axis_refuses_what_it_cannot_show(value):
    with pytest.raises(ValueError, match="FLOP/byte"):
        Axis(1, 10, "FLOP/byte", log=True).at(value)


def test_everything_is_drawn_and_escaped():
    made = chart()
    made.region(1, 10, "fill:red")
    made.line([(1, 0), (1000, 10)], "blue", "4 4")
    for place, shape in enumerate(SHAPES, 1):
        made.point(10.0 * place, place, "green", shape, name="<b>")
    made.label(10, 5, "a < b")
    root = examine(made.picture("says & more").markup())
    assert root.find(f"{SVG}title").text == "Some <title> & more"
    assert "a < b" in words(root)
    for unit in ("FLOP/byte", "ms"):
        assert unit in words(root)


@given(st.lists(st.tuples(st.floats(1, 1000), st.floats(0, 10)), min_size=1, max_size=6))
def test_few_labels_never_cover_each_other(places):
    made = chart()
    for number, (x, y) in enumerate(places):
        made.label(x, y, f"label {number}")
    svg = made.picture("labels").markup()
    boxes = [
        (float(x), float(y) - 11, float(x) + text_width(name), float(y) + 4)
        for x, y, name in re.findall(r'x="([\d.]+)" y="([\d.]+)"[^>]*>(label \d)', svg)
    ]
    assert len(boxes) == len(places)
    for i, a in enumerate(boxes):
        assert a[0] >= made.left
        assert a[2] <= made.right
        for b in boxes[:i]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_hatching_stays_inside_its_rectangle():
    drawn = rectangle(10, 20, 100, 30, "fill:red", hatched=True)
    strokes = re.search(r'd="([^"]+)"', drawn).group(1)
    for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", strokes):
        assert 10 <= float(x) <= 110
        assert 20 <= float(y) <= 50


def test_long_lines_are_broken():
    picture = paragraphs(["word " * 60], 300)
    lines = words(examine(_named(picture))).split(" | ")
    assert len(lines) > 5
    assert all(text_width(line) <= 300 for line in lines)


def _named(picture) -> str:
    return replace(picture, title="t", description="d").markup()


def test_marks_above_and_below_letters_take_no_room():
    assert text_width("कु") < text_width("कक")
    assert text_width("क्") == text_width("क")
