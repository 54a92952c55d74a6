"""Which tests give points to answers that are nonsense: each is tried with the earlier answers right."""

import sys
from dataclasses import replace

import pytest
from engine import RULES, answer, cell_of_test, locked
from nbformat.v4 import new_code_cell, new_notebook, writes
from plain_course import about

from anuman.grading import evidence, nonsense, worker
from anuman.grading.course.template import as_template
from anuman.grading.course.work import BY_EVIDENCE, Submission
from anuman.grading.running.nonsense_values import NONSENSE, EqualsEverything, instead_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")

SETUP = "import math\n\ndef close(a, b):\n    return not abs(a - b) > 1e-9"
ANSWERS = {
    "mean": "def mean(v):\n    return sum(v) / len(v)",
    "order": "def order(v):\n    v.sort()",
    "double": "class Pair:\n    def total(self):\n        return 3",
    "size": "size = mean([4, 6])",
}
TESTS = {
    "mean": "assert close(mean([1, 2, 3]), 2)",
    "order": "assert order([2, 1]) is None",
    "double": "assert Pair().total() == 3",
    "size": "assert size == 5",
    "mended": "v = [2, 1]\norder(v)\nassert v == [1, 2] and mean(v) == 1.5",
    "half": "points = 0.5 if size == True else 1.0\npoints",
    "given": "assert close(1, 1)",
}


@pytest.fixture(scope="module")
def found():
    """The report on a notebook of these answers and tests."""
    cells, source = [locked(SETUP)], [new_code_cell(SETUP, metadata=about("setup", locked=True))]
    for name in TESTS:
        if name in ANSWERS:
            cells.append(answer(name=f"{name}-answer"))
            text, kind = ANSWERS[name], about(f"{name}-answer", solution=True)
            source.append(new_code_cell(text, metadata=kind))
        cells.append(cell_of_test(TESTS[name], name))
        kind = about(name, grade=True, locked=True, points=1)
        source.append(new_code_cell(TESTS[name], metadata=kind))
    solutions = {f"{name}-answer": text for name, text in ANSWERS.items()}
    template = as_template("nb", cells, solutions)
    work = Submission(
        "", (template,), {"nb.ipynb": writes(new_notebook(cells=source)).encode()}, {}, RULES
    )
    by = evidence.gather(
        (template,), BY_EVIDENCE, lambda made: worker.grade(replace(work, notebooks=made))
    )
    assert by.failed == {} and by.together
    yield nonsense.report("hw", replace(work, notebooks=by.templates), by.failed, worker.grade)
    worker.close()


def passing(found, test):
    return {one.nonsense for one in found.passed if one.test == test}


@pytest.mark.slow
def test_a_test_that_nonsense_passes_is_named_with_the_nonsense(found):
    assert passing(found, "mean") == {"NaN"}
    assert passing(found, "order") == {"None"}
    assert passing(found, "double") == passing(found, "mended") == set()
    (line,) = [one for one in found.as_text().splitlines() if one.startswith("  nb/mean: ")]
    assert line == "  nb/mean: NaN" and found.needs_attention


def test_earlier_answers_are_right_and_right_again_after_a_test(found):
    assert passing(found, "size") == set()  # made by the right mean


def test_part_of_the_points_is_told_as_such(found):
    assert {(one.nonsense, one.points) for one in found.passed if one.test == "half"} >= {
        ("1", 0.5),
        ("None", 1.0),
    }
    assert "1 (0.5 of 1)" in found.as_text()


def test_a_test_that_names_no_answer_is_not_tried(found):
    assert found.untried == ["nb/given"]


def test_what_equals_everything_does():
    thing = EqualsEverything()
    assert thing == 3 and 4 in thing and bool(thing) and (thing != 3, thing < 2) == (False, False)


def test_a_stand_in_looks_like_what_it_stands_for():
    def f(a, b=2):
        return a

    made = {kind: instead_of(f, kind)(1) for kind in NONSENSE}
    assert made["None"] is None and made["0"] == 0 and len(made["an empty array"]) == 0
    assert instead_of(f, "0").__wrapped__ is f
