"""Prices: each with its day; a bill counts tokens read, written and found in a cache."""

import re

import pytest
from rows import for_each

from anuman import catalog

TOKENS = [catalog.token_price(name) for name in catalog.token_prices()]
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
every_price = for_each("price", TOKENS, ids=lambda p: p.name)


@every_price
def test_a_price_has_its_day_and_names_a_model_of_the_catalogue_or_none(price):
    assert DAY.fullmatch(price.date)
    assert price.provider
    assert price.catalog_model == "" or price.catalog_model in catalog.models()


@every_price
def test_writing_costs_more_than_reading_and_reading_again_less(price):
    assert price.output.value > price.input.value
    assert price.cached is None or price.cached.value < price.input.value
    assert {price.input.unit, price.output.unit} == {"USD/token"}


def test_a_bill_worked_by_hand():
    # Groq, gpt-oss-120b: 0.15 and 0.60 dollars a million, 0.075 from the cache.
    price = catalog.token_price("groq gpt-oss-120b")
    assert price.bill(1e6, 0) == pytest.approx(0.15)
    assert price.bill(0, 1e6) == pytest.approx(0.60)
    assert price.bill(2e6, 1e6, cached=1e6) == pytest.approx(0.15 + 0.075 + 0.60)


def test_a_service_without_a_cache_price_charges_the_full_one():
    price = catalog.token_price("groq llama-3.3-70b")
    assert price.cached is None
    assert price.bill(1e6, 0, cached=1e6) == pytest.approx(0.59)


@pytest.mark.parametrize("tokens", [(-1, 0, 0), (0, -1, 0), (10, 0, 11)])
def test_tokens_that_cannot_be_are_refused_by_name(tokens):
    with pytest.raises(ValueError, match="part of the input"):
        TOKENS[0].bill(*tokens)


@pytest.mark.parametrize("chip", catalog.rented_chips())
def test_rents_are_of_known_chips_cheapest_first_and_dated(chip):
    rents = catalog.rentals(chip)
    assert chip in catalog.chips()
    assert [r.price.value for r in rents] == sorted(r.price.value for r in rents)
    for rent in rents:
        assert DAY.fullmatch(rent.date)
        assert rent.price.unit == "USD/hour"
        assert 0.1 < rent.price.value < 100


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(catalog.UnknownName, match=r"groq gpt-oss-120b"):
        catalog.token_price("gpt-oss-120")
    with pytest.raises(catalog.UnknownName, match="H100-SXM"):
        catalog.rentals("H100")
    with pytest.raises(catalog.UnknownName, match="electricity"):
        catalog.price("electricity")
