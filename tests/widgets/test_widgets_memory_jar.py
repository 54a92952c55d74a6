"""The memory jar: what it shows at every setting, and what it never does."""

import re
from dataclasses import replace

import pytest
from drawing import drawings, examine, on_page, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import catalog, physics
from anuman.language import si, speaking
from anuman.scenes.jar import (
    FULL,
    LATENT,
    MODELS,
    PAGED,
    RESERVED,
    Jar,
    first_jar,
    kept_heads,
    kv_per_token,
    sites,
)
from anuman.widgets import memory_jar
from anuman.widgets.memory_jar import jar_drawing, jar_words
from anuman.widgets.memory_jar.jar_widget import LONGEST, MOST, MemoryJar


def shown(widget: MemoryJar) -> str:
    return on_page(widget)


def test_one_line_of_the_configuration_turns_eleven_requests_into_one():
    jar = first_jar()
    assert (jar.model.name, jar.memory) == ("Llama-3.1-70B", 8 * catalog.chip("H100-SXM").capacity)
    assert jar.token == 2 * 80 * 8 * 128 * 2
    assert jar.token * jar.context == 40 * 2**30
    assert jar.held == 11
    every = replace(jar, kept=jar.model.heads)
    assert every.token * every.context == 320 * 2**30
    assert every.held == 1


def test_what_each_layer_keeps():
    assert kept_heads(catalog.model("Llama-3.1-70B")) == (8, 64, 1)
    assert kept_heads(catalog.model("Llama-2-7B")) == (32, 8, 1)
    deepseek = catalog.model("DeepSeek-V3")
    assert kept_heads(deepseek) == (LATENT, 128, 8, 1)
    assert kv_per_token(deepseek, LATENT, 2) == 61 * (512 + 64) * 2
    assert kv_per_token(deepseek, 128, 2) == 2 * 61 * 128 * 128 * 2
    for name in catalog.models():
        model = catalog.model(name)
        own = kv_per_token(model, kept_heads(model)[0], 2)
        assert own == physics.kv_cache_bytes_per_token(model, 2)


def test_reserving_wastes_and_pages_do_not():
    jar = replace(first_jar(), policy=RESERVED)
    assert jar.held == 11
    assert jar.waste == pytest.approx(1 - sum(jar.length(r) for r in range(8)) / (8 * jar.context))
    paged = replace(jar, policy=PAGED)
    assert paged.held > 2 * jar.held
    assert paged.waste < 0.001
    assert replace(jar, policy=FULL).waste == 0


def test_pages_are_filled_one_after_the_other():
    jar = replace(first_jar(), policy=PAGED, context=5000)
    assert jar.slots(0) == -(-2500 // 16) * 16
    left = jar.memory - jar.weights
    assert jar.reserved(jar.held) <= left < jar.reserved(jar.held + 1)
    assert jar.reserved(19) == sum(jar.slots(r) for r in range(19)) * jar.token


def test_every_control_changes_the_picture():
    widget = memory_jar()
    seen = {shown(widget)}
    for control, value in (
        (widget.site, ("H200", 8)), (widget.model, "Llama-3.1-8B"), (widget.weight_size, 1.0),
        (widget.kept, 32), (widget.kv_size, 1.0), (widget.policy, RESERVED), (widget.context, 777),
        (widget.requests, 5), (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(shown(widget))
    assert len(seen) == 10
    assert "<table" in shown(widget)


def test_another_model_begins_as_built():
    widget = memory_jar()
    widget.kept.value = 64
    for name in (*MODELS[1:], MODELS[0]):
        widget.model.value = name
        assert widget.state.kept == kept_heads(catalog.model(name))[0]
        assert [value for _label, value in widget.kept.options] == list(
            kept_heads(catalog.model(name))
        )
        assert name in shown(widget)


def test_what_does_not_fit_is_named():
    jar = replace(first_jar(), requests=20)
    assert "11 fit, 9 must wait" in jar_drawing.view(jar).markup()
    root = examine(jar_drawing.jar(jar).markup())
    assert "does not fit" in words(root)
    assert "5 more above" in words(root)
    assert root.findall(".//*[@style]")
    too_large = replace(jar, chips=1)
    assert "Not one request" in jar_drawing.view(too_large).markup()
    assert "below 0, so no request" in jar_drawing.view(too_large).markup()
    assert not jar_words.problems(replace(jar, requests=11))


def test_slabs_carry_numbers_and_thin_ones_become_a_block():
    few = words(examine(jar_drawing.jar(replace(first_jar(), requests=4)).markup()))
    assert "| 1 | 2 | 3 | 4 |" in few
    jar = replace(first_jar(), context=2048, requests=700)
    many = words(examine(jar_drawing.jar(jar).markup()))
    assert "700 requests," in many
    assert "| 1 | 2 |" not in many


def test_waits_for_the_predictions():
    gate = Gate()
    widget = memory_jar(gate)
    assert not widget.panel
    assert "<svg" not in shown(widget)
    gate.open()
    assert "<svg" in shown(widget)


def test_hindi():
    with speaking("hi"):
        html = jar_drawing.view(replace(first_jar(), requests=20)).markup()
    assert "नहीं समाता" in html
    assert "1,31,072" in html


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    site=st.sampled_from(sites()),
    name=st.sampled_from(MODELS),
    kept=st.integers(0, 3),
    weight_size=st.sampled_from([4.0, 2.0, 1.0, 0.5625]),
    kv_size=st.sampled_from([2.0, 1.0, 0.5]),
    context=st.integers(128, LONGEST),
    requests=st.integers(1, MOST),
    policy=st.sampled_from([FULL, RESERVED, PAGED]),
    language=st.sampled_from(["en", "hi"]),
)
def test_every_setting_gives_a_sound_picture(
    site, name, kept, weight_size, kv_size, context, requests, policy, language
):
    model = catalog.model(name)
    heads = kept_heads(model)
    jar = Jar(
        chip=site[0],
        chips=site[1],
        model=model,
        weight_size=weight_size,
        kept=heads[kept % len(heads)],
        kv_size=kv_size,
        context=context,
        requests=requests,
        policy=policy,
    )
    with speaking(language):
        html = jar_drawing.view(jar).markup()
        said = jar_words.summary(jar)
        for svg in drawings(html):
            examine(svg)
        examine(jar_drawing.view(jar).figure().picture.standalone())
    assert not re.search(r"\b(nan|inf)\b", html, re.IGNORECASE)
    assert jar.weights + jar.reserved(jar.held) <= jar.memory or jar.held == 0
    assert jar.fits == (jar.requests <= jar.held)
    assert bool(jar_words.problems(jar)) != jar.fits
    with speaking(language):
        assert si(jar.memory, "B") in said
