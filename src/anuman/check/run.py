"""The two functions that exercises call: `check` for the grade, `examples` for the worked examples."""

from collections.abc import Iterator
from typing import Any

from .call import Outcome, call
from .feedback import explain
from .grade import grade, read, reading, unusable
from .result import Unread
from .score import Scored
from .task import Case, Task, find
from .time_limit import TimeLimit
from .words import N_, Message, in_both_languages, to_the_reader
from .written import called, written


def check(task_id: str, learner: Any, used: Any = None) -> float:
    """Points that the learner's function earns, from 0 to the task's points, as a plain float.

    used: the learner's function of an earlier task that this one may call (Task.uses): what it gets
    wrong does not count here once more. Prints what is right, what is not and what it may come from,
    in English and, behind a divider, in Hindi. Raises UnknownTask for an id that does not exist;
    nothing that the learner's function does raises.
    """
    task = find(task_id)
    graded = grade(task, learner, used)
    print(in_both_languages(explain(graded)))
    return graded.points


def examples(task_id: str, learner: Any) -> None:
    """Print the worked examples of the task, in the reader's language: the call, both values."""
    task = find(task_id)
    problem = unusable(task, learner)
    print(to_the_reader([problem] if problem else list(_examples(task, learner))))


def _examples(task: Task, learner: Any) -> Iterator[Message]:
    """Every example, until one takes too long: the next would cost as much again."""
    said = _score if isinstance(task, Scored) else _example
    for case in task.examples:
        outcome = call(task.job(learner), case, task.seconds, silent=False)
        yield from said(task, case, outcome)
        if isinstance(outcome.error, TimeLimit):
            return


def _score(task: Scored, case: Case, outcome: Outcome) -> list[Message]:
    return task.shown(case, *read(task, case, outcome))


def _example(task: Task, case: Case, outcome: Outcome) -> list[Message]:
    expected = reading(task, task.function, case)
    found, problem = read(task, case, outcome)
    fields = {
        "call": called(task, case),
        "expected": written(expected),
        "found": written(found),
    }
    if problem:
        return [Message(N_("{call} should give {expected}."), fields), problem]
    if task.result.same(found, expected):
        return [Message(N_("{call} gives {found}: right."), fields)]
    unread = [value.message for value in found if isinstance(value, Unread)]
    return [Message(N_("{call} gives {found}; it should give {expected}."), fields), *unread]
