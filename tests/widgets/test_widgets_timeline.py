"""The timeline of one request: what it shows at every setting, and what it never does."""

import re
from dataclasses import replace

import pytest
from drawing import drawings, examine, on_page, saved_svg, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import catalog, physics
from anuman.language import si, speaking
from anuman.scenes.timeline import CHOSEN, MODELS, WHOLE, Request, first_request, rides, sites
from anuman.widgets import timeline
from anuman.widgets.timeline import timeline_bars, timeline_words
from anuman.widgets.timeline.timeline_widget import (
    LEAST_S,
    LONGEST_ANSWER,
    LONGEST_PROMPT,
    MOST_S,
    SECOND,
    TENTH,
    Timeline,
)


def by_chip(request: Request) -> dict:
    return {r.site.name.split(" × ")[1] + f"/{r.site.chips}": r for r in rides(request)}


def test_times_are_those_of_the_deployment():
    request = first_request()
    ride = rides(request)[CHOSEN]
    d = physics.Deployment("H100-SXM", request.model, 8, weight_bits=8)
    assert ride.ttft == d.ttft(request.prompt)
    assert ride.tpot == d.tpot(1, request.prompt, request.answer)
    assert ride.total == pytest.approx(d.end_to_end(1, request.prompt, request.answer))
    assert not ride.in_time
    assert replace(ride, request=replace(request, wanted_s=ride.total * 1.001)).in_time


def test_one_request_needs_room_for_weights_and_cache():
    request = first_request()
    assert [r.fits for r in rides(request)] == [False, True, True, True, True]
    two_bytes = by_chip(replace(request, weight_size=2.0))
    lpus = next(r for name, r in two_bytes.items() if name.startswith("Groq"))
    assert not lpus.fits
    assert "does not fit" in timeline_bars.view(tuple(two_bytes.values()), 3, WHOLE).markup()
    ride = rides(request)[CHOSEN]
    assert ride.needed == ride.deployment.weight_bytes + ride.deployment.kv_bytes_per_token * (
        request.prompt + request.answer
    )


def test_a_pipeline_works_on_many_pieces_of_a_prompt_at_once():
    lpus = next(s for s in sites() if s.pp > 100)
    d = physics.Deployment(lpus.chip, "Llama-3.1-70B", 1, lpus.pp, 8)
    seconds, piece = physics.pipelined_prefill(d, 2048)
    assert seconds < d.prefill(2048) / 20
    assert 1 <= piece < 2048
    assert seconds > d.prefill(1)  # the last piece still passes all stages
    whole = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    assert physics.pipelined_prefill(whole, 2048) == (whole.prefill(2048), 2048)
    two = replace(whole, pp=2)
    assert physics.pipelined_prefill(two, 1) == (two.prefill(1), 1)
    assert physics.pipelined_prefill(two, 65536)[0] < two.prefill(65536)


def test_what_nobody_published_is_marked():
    shown = by_chip(first_request())
    assert [r.timed for r in shown.values()] == [True, True, False, False, False]
    with pytest.raises(catalog.MissingValue):
        catalog.chip("WSE-3").peak("bf16")
    assert [name for name, r in shown.items() if not r.peak_known] == ["WSE-3/4"]
    said = words(examine(timeline_bars.bars(tuple(shown.values()), 1, WHOLE).markup()))
    assert "≥ 1.15 ms" in said
    assert "≈ 8 × TPUv6e" in said
    assert "≈ 8 × H100" not in said
    assert "at least this long" in timeline_words.facts(shown["WSE-3/4"])[0][2]


def test_failure_states_are_named():
    request = first_request()
    assert "Too late: on 8 × H100-SXM" in timeline_words.problems(rides(request)[1])[0]
    long = rides(replace(request, prompt=LONGEST_PROMPT, answer=10))[1]
    assert "Too late before it begins" in timeline_words.problems(long)[0]
    assert "Does not fit" in timeline_words.problems(rides(request)[0])[0]
    assert not timeline_words.problems(rides(replace(request, wanted_s=60.0))[1])
    assert timeline_words.formula(rides(request)[0]) == ["t = TTFT + (n − 1)·TPOT"]
    nowhere = rides(replace(request, model="Llama-3.1-405B", weight_size=2.0))
    assert not any(r.fits for r in nowhere)
    assert words(examine(timeline_bars.bars(nowhere, 1, WHOLE).markup())).count("does not fit") == 5


def test_a_short_window_shows_single_tokens():
    shown = rides(first_request())
    near = timeline_bars.bars(shown, CHOSEN, TENTH).markup()
    far = timeline_bars.bars(shown, CHOSEN, WHOLE).markup()
    assert near.count("v20") > 3 * far.count("v20")
    assert "▶" in words(examine(near))


def test_every_control_changes_the_picture():
    widget = timeline()
    seen = {on_page(widget)}
    for control, value in (
        (widget.model, MODELS[1]), (widget.weight_size, 2.0), (widget.prompt, 77),
        (widget.answer, 99), (widget.wanted, 0.5), (widget.site, 4), (widget.window, TENTH),
        (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(on_page(widget))
    assert len(seen) == 9
    assert "<table" in on_page(widget)


def test_waits_for_the_predictions():
    gate = Gate()
    widget = timeline(gate)
    assert not widget.panel
    assert "<svg" not in on_page(widget)
    gate.open()
    assert "<svg" in on_page(widget)


def test_hindi():
    with speaking("hi"):
        html = timeline_bars.view(rides(first_request()), 0, WHOLE).markup()
    assert "नहीं समाता" in html
    assert "does not fit" not in html


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(MODELS),
    weight_size=st.sampled_from([4.0, 2.0, 1.0, 0.5625]),
    prompt=st.integers(1, LONGEST_PROMPT),
    answer=st.integers(1, LONGEST_ANSWER),
    wanted=st.floats(LEAST_S, MOST_S),
    chosen=st.integers(0, len(sites()) - 1),
    window=st.sampled_from([WHOLE, SECOND, TENTH]),
    language=st.sampled_from(["en", "hi"]),
)
def test_every_setting_gives_a_sound_picture(
    name, weight_size, prompt, answer, wanted, chosen, window, language
):
    shown = rides(
        Request(model=name, weight_size=weight_size, prompt=prompt, answer=answer, wanted_s=wanted)
    )
    with speaking(language):
        html = (
            timeline_bars.view(shown, chosen, window).markup()
            + timeline_bars.view(shown, chosen, window).table()
        )
        for svg in drawings(html):
            examine(svg)
        examine(timeline_bars.view(shown, chosen, window).figure().picture.standalone())
        said = timeline_words.summary(shown)
    assert not re.search(r"\b(nan|inf)\b", html, re.IGNORECASE)
    for ride in shown:
        assert 0 < ride.ttft <= ride.total
        if ride.fits:
            with speaking(language):
                assert si(ride.total, "s") in said


@pytest.mark.parametrize("values", [{"prompt": 5, "window": TENTH}, {"site": 3, "answer": 1}])
def test_still_says_what_the_widget_says(values):
    widget = Timeline()
    for name, value in values.items():
        getattr(widget, name).value = value
    bundle = widget.saved()
    assert timeline_words.summary(widget.state[0]) in bundle["text/plain"]
    assert "<svg" in saved_svg(bundle["text/html"])
