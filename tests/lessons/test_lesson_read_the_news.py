"""Lesson 11: its numbers come from the claims themselves, the bench and the day of print are right."""

from dataclasses import replace

import pytest

from anuman import catalog
from anuman.lessons import read_the_news
from anuman.scenes import day_of_print
from anuman.scenes.claim_test import Bench, every, moving_figures
from anuman.widgets import workbench


def test_the_questions_have_plausible_truths():
    truths = [question.answer() for question in read_the_news.questions()]
    assert 0 < truths[0] < len(every()) and 0 < truths[1] < len(every())
    assert all(0 < share < 100 for share in truths[2:])


def test_a_quotient_is_as_uncertain_as_its_assumption():
    low, high = Bench(claim="S0.3", figure="valuation", factor=1.5).span
    figures = catalog.claim("S0.3").figures
    assert high == pytest.approx(1.5 * figures["deal"].value / figures["valuation"].value)
    assert high / low == pytest.approx(1.5**2)


def test_what_varies_moves_the_number_that_decides():
    for id in every():
        for figure in moving_figures(id):
            low, high = Bench(claim=id, figure=figure).span
            assert low < high, (id, figure)


def test_an_interval_holds_the_number_or_not():
    b = Bench(claim="S0.3")
    assert replace(b, low=2.0, high=4.0).holds and replace(b, low=3.0, high=4.0).holds is False
    assert b.holds is None and Bench(claim="S0.1", low=1.0, high=2.0).holds is None


def test_a_figure_from_after_the_day_of_print_makes_the_claim_later():
    article = catalog.article("004").id
    assert day_of_print.judge_day(article, catalog.claim("S4.6")).when == day_of_print.ON_THE_DAY
    later = day_of_print.judge_day(article, catalog.claim("S4.1"))
    assert later.when == day_of_print.LATER and later.last > later.printed
    assert day_of_print.judge_day("000", catalog.claim("S0.8")).when == day_of_print.NO_SUM


@pytest.mark.slow
def test_every_claim_can_be_put_on_the_bench_and_judged():
    bench = workbench()
    for id, (_article, claim) in every().items():
        bench.claim.value = id
        assert claim.why["en"] not in bench.words
        bench.judge.click()
        assert bench.test.problem
        bench.test.value = claim.test_kind
        bench.low.value, bench.high.value = "1", "1e6"
        bench.judge.click()
        assert claim.why["en"] in bench.words, id
    assert "nan" not in bench.markup and "inf<" not in bench.markup
    assert bench.saved()["text/html"]


def test_what_cannot_be_read_is_said_at_its_field_and_opens_nothing():
    bench = workbench()
    bench.test.value, bench.low.value, bench.high.value = "arithmetic", "many", "4"
    bench.judge.click()
    assert "not a number" in bench.low.problem and not bench.state.open
    bench.low.value = "5"
    bench.judge.click()
    assert bench.high.problem and not bench.state.open


def test_the_second_half_of_the_measurements_judges_the_first():
    speeds = [100.0 + step for step in range(20)] * 2
    rows = read_the_news.interval_table(speeds).words.splitlines()
    assert "80 %" in rows[2] and rows[4].endswith("100 %")
    assert "fewer than 20" in read_the_news.own_interval(0).words
