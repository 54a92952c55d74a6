"""Lesson 09: its questions and tables against the formulas, and its measurement of energy."""

import pytest

from anuman import catalog
from anuman.lessons import crores, fleets, money, own_energy
from anuman.machine import energy


def numbers(line: str) -> list[float]:
    cells = (cell.split()[0].replace(",", "") for cell in line.split(" | "))
    return [float(cell) for cell in cells if cell.replace(".", "", 1).isdigit()]


def test_predictions_are_what_the_tables_show():
    chips, hurry, wage, licence = (question.answer() for question in money.questions())
    prices = numbers(money.worked_rent().words.splitlines()[-1])[1:]
    assert chips == pytest.approx(max(prices) / min(prices), rel=0.01)
    assert hurry == pytest.approx(numbers(fleets.moving().words.splitlines()[-1])[2], rel=0.01)
    assert 0 < wage < 100  # rupees an hour: hardly anybody's time is worth less
    assert licence == pytest.approx(2e17 / 1e12 / 365, rel=1e-3)


def test_the_article_s_exact_sums_imply_one_rate_and_the_bound_another():
    rows = [numbers(line)[-1] for line in _rates()]
    assert rows[0] == rows[1] == 80
    assert rows[2] < 80


def _rates() -> list[str]:
    return [
        " | ".join(line.split(" | ")[4:5]) for line in crores.worked_rupees().words.splitlines()[2:]
    ]


def test_sums_stand_in_both_scripts():
    words = crores.worked_rupees().words
    assert "1.6 lakh crore" in words and "१.६ लाख करोड़" in words and "६,००० करोड़" in words


def test_electricity_is_the_small_part_of_owning():
    rows = [line.split(" | ") for line in money.worked_tco().words.splitlines()[2:]]
    assert len(rows) == 3
    for row in rows:
        assert float(row[5].split()[0]) < 25 and float(row[6].split()[0]) < 100


def test_every_list_price_can_pay_a_rent():
    for line in money.published().words.splitlines()[2:]:
        assert 0 < float(line.split(" | ")[-1].split()[0]) < 100


def test_verdicts_show_the_bill_and_the_price_at_which_it_flips():
    bill = money.verdict().words
    price = catalog.token_price("openai gpt-5-mini")
    assert f"{price.bill(30_000 * 1155, 30_000 * 211):.1f}" in bill
    assert "0.981" in money.per_dollar().words


def test_stated_watts_become_joules_and_are_called_stated():
    own = own_energy.measure(45, seconds=0.05)
    one = own.runs[0]
    assert one.joules == pytest.approx(45 * one.seconds)
    assert "45 W, stated by you" in own_energy.per_weight(own).picture.standalone()
    rows = own_energy.a_million(own, rupees_per_kwh=10).words.splitlines()
    kwh, rupees = numbers(rows[2])[:2]
    assert rupees == pytest.approx(10 * kwh, rel=0.01)


def test_energy_that_nobody_knows_stays_unknown(monkeypatch):
    monkeypatch.setattr(energy, "meter", lambda: None)
    own = own_energy.measure(seconds=0.05)
    assert own.runs[0].joules is None and "unknown" in own.origin
    assert "unknown | unknown" in own_energy.a_million(own).words
    assert "unknown" in own_energy.per_weight(own).picture.standalone()


def test_a_counter_that_can_be_read_is_used(monkeypatch):
    class Counter:
        def joules(self):
            return 3.0

    monkeypatch.setattr(energy, "meter", Counter)
    own = own_energy.measure(seconds=0.05)
    assert own.runs[0].joules == 3.0 and "counted" in own.origin


@pytest.mark.parametrize("watts", [0, -5, "45", True, float("nan"), 1e6])
def test_watts_that_are_no_power_are_refused_in_one_line(watts, capsys):
    assert own_energy.measure(watts) is None
    assert own_energy.a_million(None).words  # the cells below still show what is published


def test_a_stop_keeps_nothing(monkeypatch):
    def stopped(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(own_energy, "_write", stopped)
    assert own_energy.measure(45) is None
