"""The kit of live pictures without a browser: controls, messages, what is saved, what is cleaned away."""

import re
import textwrap

import pytest
from drawing import examine, on_page, saved_svg
from hypothesis import given
from hypothesis import strategies as st

from anuman.language import speaking
from anuman.widgets import kit
from anuman.widgets.kit.clean import Malformed, clean
from anuman.widgets.kit.controls import Amount, Button, Choice, Text, amount, stops, whole
from anuman.widgets.kit.picture import Live
from anuman.widgets.kit.style import ROLES


@pytest.fixture
def messages():
    """The widget of the kit's own instructions."""
    source = textwrap.dedent(kit.__doc__.split("All of one::")[1].split("Shown in a cell")[0])
    names: dict = {"__name__": "example"}
    exec(compile(source, "anuman.widgets.kit", "exec"), names)
    return names["Messages"]


def test_the_example_in_the_kits_instructions_works(messages):
    widget = messages()
    first = on_page(widget)
    widget._act({"drag": "size", "value": 1e6})
    assert widget.size.value == 1_000_000
    assert on_page(widget) != first and "ghost" in on_page(widget)
    examine(saved_svg(widget.saved()["text/html"]))
    assert "1e+06 bytes take" in widget.words


class Panel(Live):
    """Controls of every kind that can be set, in a live picture of nothing."""

    def __init__(self):
        super().__init__()
        self.pick = Choice("Pick", ["a", ("b", 7)])
        self.count = whole("Count", 3, 1, 10)
        self.name = Text("Name", "x")
        self.go = Button("Go")
        self.told = []
        self.go.on_click(lambda _button: self.told.append((self.pick.value, self.count.value, self.name.value)))  # fmt: skip
        self.place(main=[self.pick, self.count, self.name, self.go])
        self.sent = []
        self.send = self.sent.append

    def says(self, **message):
        self._heard(self, {"n": 1, **message}, [])
        return self.sent[-1]["answer"]


def test_a_press_carries_the_values_as_they_stand_in_the_fields():
    panel = Panel()
    answer = panel.says(press="go", values={"pick": 1, "count": "१०", "name": "सम"})
    assert panel.told == [(7, 10, "सम")]
    assert answer == {"n": 1}


@pytest.mark.parametrize("typed", ["", "seven", "1e999", "0x10", "--3"])
def test_what_is_no_number_is_said_at_its_field_and_changes_nothing(typed):
    panel = Panel()
    panel.says(set={"count": typed})
    assert panel.count.value == 3
    assert panel.values["count"]["problem"]
    panel.says(set={"count": "4"})
    assert panel.count.value == 4 and not panel.values["count"]["problem"]


def test_a_number_beyond_the_ends_is_kept_at_the_end_with_a_word():
    panel = Panel()
    panel.says(set={"count": "4000"})
    assert panel.count.value == 10
    assert panel.values["count"]["problem"] == "from 1 to 10"


@pytest.mark.parametrize(
    "message", [{"set": {"pick": 9}}, {"set": {"nobody": 1}}, {"drag": "nothing", "value": 1}]
)
def test_a_message_that_cannot_be_done_is_answered_with_words(message):
    panel = Panel()
    assert "It could not be done" in panel.says(**message)["error"]


def test_a_choice_keeps_to_its_options():
    choice = Choice("Chip", ["H100", "B200"], "B200")
    with pytest.raises(ValueError, match="H100, B200"):
        choice.value = "H10"
    choice.options = ["A100"]
    assert choice.value == "A100"


@given(st.integers(-2, 5), st.integers(1, 5), st.booleans())
def test_twenty_stops_a_decade_rise_and_reach_both_ends(power, decades, ints):
    low, high = 10.0 ** (max(power, 0) if ints else power), 10.0 ** (max(power, 0) + decades)
    places = stops(low, high, ints)
    assert places == sorted(set(places)) and (places[0], places[-1]) == (low, high)
    inside = [p for p in places if high / 10 <= p < high]
    assert len(inside) == 20 or (ints and high <= 100)


def test_arrow_keys_walk_through_the_stops_and_the_tick():
    batch = amount("Batch", 250, 1, 4096, ticks={295: "ridge"})
    seen = []
    for _press in range(4):
        batch.step(1)
        seen.append(batch.value)
    assert seen == [280, 295, 320, 350]
    batch.value = 290
    batch.step(-1)
    assert batch.value == 280


def test_an_amount_that_starts_outside_its_ends_is_refused():
    with pytest.raises(ValueError, match="Batch"):
        Amount("Batch", 0, 1, 10)


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ('<svg onload="x()"><rect x="1"/></svg>', '<svg><rect x="1"></rect></svg>'),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ('<a href="javascript:x()">l</a>', "<a>l</a>"),
        ('<a href="https://e.org">l</a>', '<a href="https://e.org">l</a>'),
        ('<img src="https://e.org/x.png"/>', "<img/>"),
        ('<img src="data:image/svg+xml;base64,AA"/>', '<img src="data:image/svg+xml;base64,AA"/>'),
        ('<rect style="fill:url(https://e.org)"/>', "<rect></rect>"),
        ('<rect style="fill:url(#a)"/>', '<rect style="fill:url(#a)"></rect>'),
        ("<svg><foreignObject><p>x</p></foreignObject></svg>", "<svg></svg>"),
        ('<use xlink:href="http://e.org#x"/>', ""),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
    ],
)
def test_markup_that_could_act_or_fetch_is_cleaned_away(markup, kept):
    assert clean(markup) == kept


@pytest.mark.parametrize(
    "markup", ["<p>", "</p>", "<p a=1></p>", "&nbsp;", '<!DOCTYPE x [<!ENTITY a "b">]><p/>']
)
def test_malformed_markup_is_refused(markup):
    with pytest.raises(Malformed):
        clean(markup)


@given(st.text())
def test_no_text_gets_out_of_its_place(text):
    from html import escape

    printable = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
    cleaned = clean(f"<p>{escape(printable)}</p>")
    assert cleaned.count("<") == 2


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", ROLES)
def test_every_role_has_the_contrast_of_text_on_its_paper(name):
    for colour, paper in zip(ROLES[name], (1.0, luminance("#111111")), strict=True):
        low, high = sorted((luminance(colour), paper))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_a_live_picture_speaks_the_language_it_was_made_in():
    with speaking("hi"):
        panel = Panel()
    assert panel.language == "hi"
    assert re.search(
        "[ऀ-ॿ]", panel.says(set={"count": "x"}).get("error", "") or panel.values["count"]["problem"]
    )
