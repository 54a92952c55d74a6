"""The token-by-token widget: it shows what the model's steps tell, can be stopped and refuses in words."""

import pytest
from drawing import drawings, examine, on_page, saved_svg, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import lm
from anuman.language import si, speaking
from anuman.widgets import token_steps
from anuman.widgets.token_steps import token_chart
from anuman.widgets.token_steps.token_chart import Seen, token_text


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home without the larger model."""
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))


def finished(widget) -> str:
    """Wait for the widget's thread; gives what it said last."""
    widget.thread.join(120)
    assert not widget.thread.is_alive()
    return widget.seen.status


def test_it_opens_with_a_text_of_the_bundled_model():
    widget = token_steps()
    model = lm.load()
    text = lm.generate(model, widget.prompt.value, 40)
    assert b"".join(widget.seen.written).decode() == text
    assert b"".join(widget.seen.prompt).decode() == widget.prompt.value
    html = on_page(widget)
    last = widget.seen.steps[-1]
    assert last.work.weight_bytes < widget.seen.weights == model.nbytes
    assert si(last.work.bytes, "B") in html
    assert f"{si(4 * model.config.kv_per_token, 'B')} a token" in html
    for svg in drawings(html):
        examine(svg)


def test_it_writes_what_was_asked_for():
    widget = token_steps()
    widget.prompt.value, widget.length.value = "Sam had", 7
    widget.write.click()
    assert finished(widget) == "Done: as many tokens as were asked for."
    assert b"".join(widget.seen.written).decode() == lm.generate(lm.load(), "Sam had", 7)
    assert [s.kind for s in widget.seen.steps] == ["prefill"] + ["decode"] * 6
    assert widget.stop.disabled and not widget.write.disabled


def test_stop_ends_it_after_the_present_step(monkeypatch):
    widget = token_steps()
    plain = lm.stream

    def stopping(*arguments, **settings):
        for number, step in enumerate(plain(*arguments, **settings)):
            if number == 2:
                widget.stop.click()
            yield step

    monkeypatch.setattr(lm, "stream", stopping)
    widget.write.click()
    assert finished(widget) == "Stopped after 3 steps."
    assert len(widget.seen.steps) == 3
    assert not widget.write.disabled


@pytest.mark.parametrize(
    ("prompt", "said"),
    [("", "The prompt is empty"), ("abc " * 90, "Shorten it"), ("a\ud800", "not valid UTF-8")],
)
def test_prompts_that_cannot_be_used_are_named(prompt, said):
    widget = token_steps()
    widget.prompt.value = prompt
    widget.write.click()
    assert said in finished(widget)
    assert said in on_page(widget)
    assert not widget.write.disabled


def test_a_full_context_ends_the_text(monkeypatch):
    widget = token_steps()
    widget.prompt.value, widget.length.value = "Sam had " * 31, 500
    widget.write.click()
    finished(widget)
    assert widget.seen.steps[-1].context <= lm.load().config.context
    assert widget.seen.status.startswith("Done")


def test_the_table_twin_holds_every_step():
    widget = token_steps()
    assert "<table" not in on_page(widget)
    widget.as_table.value = True
    assert on_page(widget).count("<tr>") == len(widget.seen.steps) + 1


def test_it_stays_closed_until_the_predictions_are_made():
    gate = Gate()
    widget = token_steps(gate)
    assert "Make your predictions" in widget.markup
    gate.open()
    assert len(widget.seen.steps) > 5


def test_hindi_writes_a_hindi_story_and_keeps_the_learners_words():
    with speaking("hi"):
        widget = token_steps()
        assert widget.prompt.value.startswith("एक दिन")
        assert any("\u0900" <= c <= "\u097f" for c in b"".join(widget.seen.written).decode())


def test_the_larger_model_is_offered_once_it_is_there(monkeypatch):
    from anuman.lm import smollm2

    assert [value for _label, value in token_steps().model.options] == ["anu-stories"]
    monkeypatch.setattr(smollm2, "installed", lambda: True)
    widget = token_steps()
    first = widget.prompt.value
    widget.model.value = "smollm2"
    assert widget.prompt.value != first
    widget.prompt.value = "my own"
    widget.model.value = "anu-stories"
    assert widget.prompt.value == "my own"


def test_without_a_kernel_picture_words_and_table_remain():
    bundle = token_steps().saved()
    said = words(examine(saved_svg(bundle["text/html"])))
    assert "prefill" in said and "a token" in said
    assert "<table" in bundle["text/html"]
    assert "Prefill:" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("token", "shown"), [(b" a", "␣a"), (b"\n", "↵"), (b"\xe0\xa4", "E0·A4"), ("म".encode(), "म")]
)
def test_every_token_can_be_shown(token, shown):
    assert token_text(token) == shown


@settings(max_examples=30)
@given(
    st.lists(st.floats(1e-6, 1e3), max_size=500),
    st.integers(1, 10**6),
    st.integers(1, 8000),
)
def test_any_run_gives_a_sound_picture(seconds, kv_per_token, prompt):
    work = lm.Work(10**9, 10**8, 10**5)
    steps = [
        lm.Step(
            "decode" if i else "prefill", 1 if i else prompt, prompt + i, 1, "x", s, work,
            (prompt + i) * kv_per_token,
        )
        for i, s in enumerate(seconds)
    ]  # fmt: skip
    seen = Seen("Writing.", 10**8, kv_per_token, [b"a"], [b"b"] * len(steps), steps)
    for picture in (token_chart.times(seen), token_chart.cache(seen)):
        examine(picture.standalone())
    token_chart.view(seen).markup() + token_chart.view(seen).table()
