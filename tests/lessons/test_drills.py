"""Drills in a notebook: judged at once, a row that a slip ends, ten in a row remembered."""

from xml.etree import ElementTree

import pytest

from anuman.lessons.drills import ENOUGH, drill, readable
from anuman.widgets.predictions import prediction_file

TASK = "04-kv-cache/kv_bytes_per_token"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANUMAN_LANG", "en")
    return tmp_path


def answer(card, value):
    card.number.value = f"{value:.6g}"
    card.buttons[0].click()


def test_ten_in_a_row_are_remembered_once():
    card = drill(TASK)
    for _problem in range(ENOUGH + 2):
        answer(card, card.problem.answer)
        assert f"{card.row} in a row" in card.words
        card.buttons[2].click()
    records = prediction_file.read()
    assert not records.damaged
    (entry,) = records.of("drill")
    assert (entry["lesson"], entry["question"], entry["row"]) == (*TASK.split("/"), ENOUGH)


def test_a_slip_is_named_ends_the_row_and_may_be_mended():
    card = drill(TASK)
    answer(card, card.problem.answer)
    card.buttons[2].click()
    slip = card.problem.task.misconceptions[0]
    answer(card, slip.function(*card.problem.case))
    assert slip.hint in card.words and card.row == 0
    answer(card, card.problem.answer)
    assert "Right" in card.words and card.row == 0  # not at the first try


def test_the_working_ends_the_problem_and_no_number_counts_after_it():
    card = drill(TASK)
    card.buttons[1].click()
    assert readable(card.problem.worked) in card.words
    answer(card, card.problem.answer)
    assert card.row == 0 and "Right" not in card.words


def test_what_is_no_number_is_said_at_the_field_and_costs_nothing():
    card = drill(TASK)
    for typed in ("", "many", "1e", "nan"):
        card.number.value = typed
        card.buttons[0].click()
        assert card.number.problem and not card.tried


def test_skipping_a_problem_ends_the_row():
    card = drill(TASK)
    answer(card, card.problem.answer)
    card.buttons[2].click()
    card.buttons[2].click()
    assert card.row == 0


def test_a_folder_that_cannot_be_written_is_said(home, monkeypatch):
    def full(_entries):
        raise OSError("No space left on device")

    monkeypatch.setattr(prediction_file, "append", full)
    card = drill(TASK)
    for _problem in range(ENOUGH - 1):
        answer(card, card.problem.answer)
        card.buttons[2].click()
    answer(card, card.problem.answer)
    assert "No space left" in card.words


def test_powers_of_ten_are_printed_as_such():
    assert readable("3e+09 / 2.5e-06") == "3×10⁹ / 2.5×10⁻⁶"


def test_what_is_shown_is_well_formed_as_the_browser_wants_it():
    for task in ("06-under-load/goodput", TASK):
        ElementTree.fromstring(drill(task).markup)
