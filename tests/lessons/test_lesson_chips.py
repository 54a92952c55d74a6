"""Lesson 08: its questions and tables against the formulas, and its measurement."""

from itertools import pairwise

import pytest

from anuman import catalog
from anuman.lessons import chips
from anuman.machine import products
from anuman.widgets.own_machine.near_and_far import near_and_far


def cells(figure, row):
    return figure.words.splitlines()[row].split(" | ")


def test_predictions_are_what_the_scene_computes():
    needed, faster, watts, together = (question.answer() for question in chips.questions())
    assert needed == 313
    assert 2 < faster < 5
    assert watts == pytest.approx(needed * 300 / 5600)
    assert together < faster * chips.gpus().tokens_per_s


def test_more_users_cost_gpus_speed_and_lpus_chips():
    rows = [cells(chips.worked_users(), row) for row in range(2, 6)]
    assert [row[1] for row in rows] == ["8"] * 4
    lpus = [int(row[5].replace(",", "")) for row in rows]
    assert lpus == sorted(set(lpus))
    assert float(rows[0][4]) > 10 * float(rows[2][4])
    assert all(float(row[8]) > float(row[4]) for row in rows)


def test_published_speeds_leave_a_rest_and_one_is_too_fast_for_chips_in_turn():
    for row, copy in chips._runs():
        assert copy.reading_s + copy.hops_s < row.value / 1000, row.id
    least = float(cells(chips.faster_than_turns(), 2)[-1])
    assert 2 < least < 3


def test_the_pairings_send_less_the_rarer_they_may_be_late():
    rows = [cells(chips.pairings(), row) for row in range(2, 5)]
    assert [row[3] for row in rows] == ["every token", "once an answer", "every round"]
    model = catalog.model(chips.TRILLION)
    assert rows[0][2].endswith(f" = {4 * model.width * model.layers / 1e6:.3g} MB")
    assert rows[2][2] == f"2 × {chips.DRAFTED} × {chips.TOKEN_BYTES} B = 64 B"


def test_the_demonstration_fits_to_one_share_of_writing():
    shown = 43 / 9
    found = {row[0]: float(row[3]) for row in (cells(chips.spark(), i) for i in range(2, 6))}
    assert min(found, key=lambda share: abs(found[share] - shown)) == "85 %"


def test_the_verdict_has_no_joules_where_no_watts_are_published():
    lines = [line for line in chips.verdict().words.splitlines() if line.count(" | ") == 5][1:]
    unknown = {line.split(" | ")[0].split(" × ")[1] for line in lines if line.endswith("unknown")}
    assert unknown == {"TPUv7", "Rubin", "Groq-LP30"}


@pytest.fixture(scope="module")
def measured():
    return products.measure_products(0.5)


def test_products_read_their_whole_matrix_and_tell_the_share_of_the_call(measured):
    sizes = [point.nbytes for point in measured.points]
    assert sizes[0] == products.SMALLEST
    assert all(b == 2 * a for a, b in pairwise(sizes))
    assert all(0 < point.call_share <= 1 and point.bandwidth > 0 for point in measured.points)


def test_only_products_that_are_no_calls_are_shown(measured):
    calls = products.Product(4, 1e-6, 0.5)
    far = products.Product(2**27, 1e-2, 0.0)
    near = products.Product(2**20, 2e-5, 0.05)
    shown = near_and_far(products.Products((calls, near, far), 2**25)).words
    assert "left out" not in shown and "3.91 times" in shown
    few = near_and_far(products.Products((calls, calls), None)).words
    assert "nothing can be said" in few


def test_too_little_memory_and_bad_times_are_said_in_words():
    with pytest.raises(MemoryError, match="close other programs"):
        products._sizes(None, 1000)
    with pytest.raises(ValueError, match="seconds is -1"):
        products.measure_products(-1)
