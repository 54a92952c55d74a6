"""Price against time: what is shown, at the first setting and at the extremes."""

import pytest
from drawing import drawings, examine, on_page
from gate import Gate

from anuman.language import number
from anuman.scenes.offers import CHIPS, MODELS, Market, listed_rent
from anuman.widgets import offers
from anuman.widgets.offers import offers_chart


def sound(widget) -> str:
    """What is shown, after looking at its picture."""
    (svg,) = drawings(widget.markup)
    examine(svg)
    return on_page(widget)


def test_it_stays_closed_until_the_predictions_are_made():
    gate = Gate()
    widget = offers(gate)
    assert not widget.opened
    gate.open()
    assert "MI300X" in sound(widget)


def test_cards_show_the_cheapest_offer_that_keeps_the_promise():
    widget = offers()
    widget.promise.value = 10
    kept = Market(promise_s=10).chosen
    html = sound(widget)
    assert f"<b>{number(kept.usd)} USD</b>" in html
    assert offers_chart.named(kept) in html


def test_rupees_are_dollars_at_the_rate_that_is_shown():
    widget = offers()
    widget.money.value = True
    m = Market(rupees=True)
    html = sound(widget)
    assert f"₹\u00a0{number(m.chosen.usd * m.money)}" in html
    assert number(m.money, 4) in html and "2025-12-26" in html


def test_a_rent_that_is_typed_is_the_learner_s_until_another_chip_is_chosen():
    widget = offers()
    widget.rent.value = 0.5
    assert widget.state.usd_per_hour == 0.5
    widget.chip.value = "B200"
    assert widget.state.usd_per_hour is None
    assert widget.rent.value == pytest.approx(listed_rent("B200"), abs=0.01)


def test_a_promise_that_nobody_keeps_is_said_and_still_drawn():
    widget = offers()
    widget.promise.value = 1
    assert "the fastest takes" in sound(widget)


def test_every_chip_to_try_and_every_extreme_gives_a_sound_picture():
    widget = offers()
    for chip in widget._layout["tries"]:
        chip.click()
        sound(widget)
    for model in MODELS:
        for promise, used, prompt, answer, cached in (
            (1, 0.05, 16, 16, 0), (200, 1, 32_768, 8192, 0.95), (200, 0.05, 32_768, 16, 0),
        ):  # fmt: skip
            widget.set(
                model=model,
                promise=promise,
                utilisation=used,
                input=prompt,
                output=answer,
                cached=cached,
            )
            sound(widget)
    for rent in (0.01, 100):
        widget.set(chip=CHIPS[-1], rent=rent)
        sound(widget)


def test_dragging_moves_the_promise_along_the_line():
    widget = offers()
    widget._dragged(42.0)
    assert widget.state.promise_s == 42.0
