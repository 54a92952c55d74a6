"""Drills ask what the tasks ask: the worked line computes the answer, and each slip is named."""

import math

import pytest

from anuman import course
from anuman.check.drilling import problem
from anuman.check.task import UnknownTask, tasks, tasks_of
from anuman.language import both

DRILLED = [task for task in tasks().values() if task.drill]
every_drill = pytest.mark.parametrize("task", DRILLED, ids=lambda task: task.id)


def drawn(task):
    return [problem(task.id, str(salt)) for salt in range(40)]


def test_lessons_from_the_second_to_the_tenth_have_one():
    for lesson in course.IDS[1:10]:
        assert any(task.drill for task in tasks_of(lesson).values()), lesson


@every_drill
def test_the_worked_line_computes_the_answer(task):
    for one in drawn(task):
        line = one.worked.replace("·", "*").replace("^", "**")
        value = eval(line, {"max": max, "floor": math.floor, "sqrt": math.sqrt})
        assert value == pytest.approx(one.answer, rel=3e-3), (one.case, one.worked)


@every_drill
def test_the_right_number_is_right_and_slips_are_named(task):
    named = set()
    for one in drawn(task):
        assert one.judge(one.answer) == []
        for slip in task.misconceptions:
            said = one.judge(one._of(slip.function))
            named |= {message.text for message in said if message.text == slip.hint}
    assert len(named) >= len(task.misconceptions) / 2


@every_drill
def test_problems_are_fresh_and_the_same_for_the_same_salt(task):
    cases = [one.case for one in drawn(task)]
    assert len({repr(case) for case in cases}) > 30
    assert cases == [one.case for one in drawn(task)]
    assert not {repr(case) for case in cases} <= {repr(c) for p in task.parts for c in p.cases}


@every_drill
def test_it_is_asked_in_both_languages(task):
    question = drawn(task)[0].question
    assert question.said("en") != question.said("hi")
    assert both(task.drill.asks)[1]


def test_drawing_afresh_leaves_the_hidden_cases_alone():
    before = [task.parts[0].cases for task in DRILLED]
    for task in DRILLED:
        problem(task.id, "once more")
    assert [task.parts[0].cases for task in DRILLED] == before


def test_a_task_without_a_drill_names_those_that_have_one():
    with pytest.raises(UnknownTask, match="02-roofline/step_time"):
        problem("02-roofline/verdict", "1")
