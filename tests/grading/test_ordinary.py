"""A hundred ordinary test cells of other courses: right answers get what they get from stock nbgrader."""

import datetime
import json
import sys

import pytest
from ordinary import RECORD, TASKS, graded

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]
FEWEST = 97
A_SAMPLE = 6  # tests that nbgrader itself runs
STOCK = json.loads(RECORD.read_text(encoding="utf-8"))["missed"]


def test_right_answers_to_a_hundred_ordinary_tests(tmp_path):
    assert len(TASKS) == 100
    file = tmp_path / "result.json"
    ours, said = graded(
        tmp_path / "ours", list(TASKS), "anuman", "grade", "hw", "--json", str(file)
    )
    for student in ("ann", "bob"):
        assert 100 - len(ours[student]) >= FEWEST, (student, ours[student], said)
        assert not set(ours[student]) - set(STOCK[student]), (student, said)
    assert ours["nobody"] == sorted(TASKS)
    together = {name.partition("/")[2] for name in json.loads(file.read_text())["together"]}
    # What can be told apart from the answers stays apart.
    assert {"default_kw", "np_testing", "fraction", "recursion", "big_int"}.isdisjoint(together)
    assert {"shuffle", "given_base", "date", "stringio", "mock_input"} <= together


def test_stock_nbgrader_is_as_recorded_in_a_sample_that_changes_every_day(tmp_path):
    names, days = list(TASKS), datetime.date.today().toordinal()
    sample = [names[(days * A_SAMPLE + at) % len(names)] for at in range(A_SAMPLE)]
    stock, said = graded(tmp_path / "stock", sample, "nbgrader", "autograde", "hw")
    for student in ("ann", "bob"):
        assert stock[student] == sorted(set(sample) & set(STOCK[student])), said
    assert stock["nobody"] == sorted(sample), said
