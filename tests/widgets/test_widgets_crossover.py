"""Training against serving: what the widget shows at every setting, and the published shares behind it."""

import re
from html import escape, unescape
from statistics import median

import pytest
from drawing import drawings, examine, on_page, words
from gate import Gate
from hypothesis import given
from hypothesis import strategies as st

from anuman import catalog, physics
from anuman.language import speaking
from anuman.scenes.crossover import KINDS, LONGEST, MODELS, crossing
from anuman.scenes.peak_shares import KINDS as WORK
from anuman.scenes.peak_shares import peak_shares, training_run, training_tokens, typical
from anuman.widgets import crossover, published_shares
from anuman.widgets.crossover import crossover_charts, crossover_words
from anuman.widgets.crossover.crossover_widget import FEWEST_SERVED, FEWEST_TRAINED, MOST
from anuman.widgets.kit.words import percent

BILLION = 1e9


def text(html: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html))


def test_first_setting_says_three_times_the_training_tokens():
    widget = crossover()
    c = widget.state
    assert c.train_tokens == training_tokens("Llama-3.1-8B") == 15e12
    assert c.day == pytest.approx(3 * 15e12 / c.tokens_a_day)
    assert c.train_flops == pytest.approx(6 * catalog.model("Llama-3.1-8B").params * 15e12)
    shown = text(on_page(widget))
    assert crossover_words.duration(c.day) in shown
    assert crossover_words.duration(c.hours_day) in shown
    assert percent(typical("many")) in shown


def test_the_model_moves_the_lines_and_never_the_day():
    every = [crossing(model, 15e12, 1e11, "many") for model in MODELS]
    assert len({c.day for c in every}) == len({c.hours_day for c in every}) == 1
    assert len({c.train_flops for c in every}) == len({c.flops_a_day for c in every}) == len(MODELS)


def test_money_comes_earlier_by_the_ratio_of_the_shares():
    for kind in KINDS:
        c = crossing("Llama-3.1-8B", 1e12, 1e9, kind)
        assert c.hours_day / c.day == pytest.approx(typical(kind) / typical("training"))
        spent = c.hours_a_day * c.hours_day
        assert spent == pytest.approx(c.train_hours)
        assert c.inference_part(c.hours_day) == pytest.approx(0.5)
    assert typical("one") < typical("many") < typical("training")


def test_only_active_parameters_cost_arithmetic():
    model = catalog.model("DeepSeek-V3")
    c = crossing("DeepSeek-V3", 1e12, 1e9, "many")
    assert c.train_flops == pytest.approx(6 * model.params_active * 1e12)
    assert model.params_active < model.params / 10


def test_every_control_changes_the_picture():
    widget = crossover()
    seen = {on_page(widget)}
    for control, value in (
        (widget.model, "DeepSeek-V3"), (widget.kind, "one"), (widget.trained, 2000.0),
        (widget.served, 1.0), (widget.served, 7.5), (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(on_page(widget))
    assert len(seen) == 7
    assert "<table" in on_page(widget)


def test_amounts_stay_within_their_ends():
    served = crossover().served
    served.value = 1e12
    assert served.value == MOST
    served.value = 0
    assert served.value == FEWEST_SERVED


def test_the_crossing_can_be_dragged_in_both_pictures():
    widget = crossover()
    for cost, day in (("flops", 10), ("hours", 200)):
        widget._act({"drag": cost, "value": day})
        state = widget.state
        assert (state.day if cost == "flops" else state.hours_day) == pytest.approx(day, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "hi"])
@given(
    model=st.sampled_from(MODELS),
    kind=st.sampled_from(KINDS),
    trained=st.sampled_from([FEWEST_TRAINED, MOST]) | st.floats(FEWEST_TRAINED, MOST),
    served=st.sampled_from([FEWEST_SERVED, MOST]) | st.floats(FEWEST_SERVED, MOST),
)
def test_extremes_give_finite_pictures_or_named_states(lang, model, kind, trained, served):
    with speaking(lang):
        c = crossing(model, trained * BILLION, served * BILLION, kind)
        html = crossover_charts.view(c).markup()
        for svg in drawings(html):
            examine(svg)
        examine(crossover_charts.view(c).figure().picture.markup())
        assert "nan" not in text(html).lower()
        for day, picture in (
            (c.day, crossover_charts.arithmetic(c)),
            (c.hours_day, crossover_charts.money(c)),
        ):
            said = words(examine(picture.markup()))
            assert bool(crossover_words.place(day)) == (not 1 <= day <= LONGEST)
            assert (crossover_words.place(day) or crossover_words.duration(day)) in said


def test_a_locked_gate_keeps_it_closed_until_it_opens():
    gate = Gate()
    widget = crossover(gate)
    assert "Show me" in widget.markup
    assert not widget.panel
    gate.open()
    assert widget.panel
    assert "<svg" in on_page(widget)


def test_every_control_has_a_name():
    widget = crossover()
    names = [control["label"] for control in widget.panel]
    assert all(names)
    assert len(set(names)) == len(names)


def test_hindi_and_english_show_the_same_numbers():
    c = crossing("DeepSeek-V3", 14.8e12, 4e11, "one")
    said = {}
    for lang in ("en", "hi"):
        with speaking(lang):
            digits = re.findall(r"\d(?:[\d,.]*\d)?", text(crossover_charts.view(c).markup()))
            said[lang] = sorted(n.replace(",", "") for n in digits)
    assert said["en"] == said["hi"]


def test_unknown_names_and_bad_values_are_refused():
    with pytest.raises(catalog.UnknownName, match=r"Llama-3\.1-8B"):
        crossing("Llama-3.1-8", 1e12, 1e9, "many")
    with pytest.raises(ValueError, match="train_tokens"):
        crossing("Llama-3.1-8B", 0, 1e9, "many")
    with pytest.raises(ValueError, match="GPU-hours of GPT-4o"):
        training_run("GPT-4o")


def test_published_shares_by_hand():
    """6·N·D over hours times the peak: the card of Llama-2-70B; 2·N over the time of a token."""
    found = {one.row.id: one for kind in WORK for one in peak_shares(kind)}
    card = found["P369"]
    n = catalog.model("Llama-2-70B").params
    peak = catalog.chip("A100-80").peak("bf16")
    assert card.share == pytest.approx(6 * n * 2e12 / (1720320 * 3600 * peak))
    assert card.kind == "training"
    alone = found["P008"]
    n = catalog.model("Llama-3.1-8B").params
    assert alone.share == pytest.approx(2 * n / (alone.row.value * 1e-3 * peak))
    assert alone.kind == "one"
    for kind in WORK:
        shares = [one.share for one in peak_shares(kind)]
        assert len(shares) > 10
        assert all(0 < share < 1 for share in shares)
        assert typical(kind) == median(shares)


def test_picture_of_the_shares_names_medians_and_sources():
    figure = published_shares()
    svg = examine(figure.picture.markup())
    for kind in WORK:
        assert percent(typical(kind)) in words(svg)
        for one in peak_shares(kind):
            assert escape(one.row.source.title) in figure.html
    assert figure.html.count("<tr>") == 1 + sum(len(peak_shares(kind)) for kind in WORK)


def test_crossover_physics_refuses_nonsense():
    assert physics.crossover_tokens(1e12) == 3e12
    assert physics.crossover_tokens(1e12, 0.4, 0.1) == pytest.approx(0.75e12)
    assert physics.mixed_share(0.5, 0.4, 0.05) == pytest.approx(1 / 11.25)
    assert physics.mixed_share(0, 0.4, 0.05) == pytest.approx(0.05)
    assert physics.chip_hours(3600e12, 1e12, 0.5) == pytest.approx(2)
    with pytest.raises(ValueError, match="input_part"):
        physics.mixed_share(1.2, 0.4, 0.05)
    with pytest.raises(ValueError, match="serve_share"):
        physics.crossover_tokens(1e12, 0.4, 40)
