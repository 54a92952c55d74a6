"""The two functions that exercises call: `check` for the grade, `examples` for the worked examples."""

from typing import Any

import numpy as np

from .call import call
from .feedback import explain
from .grade import grade, read, reading, unusable
from .puzzle import Puzzle
from .task import Case, Task, find
from .words import N_, Message


def check(task_id: str, learner: Any) -> float:
    """Points that the learner's function earns, from 0 to the task's points, as a plain float.

    Prints what is right, what is not and what it may come from, in English and Hindi. Raises
    UnknownTask for an id that does not exist; nothing that the learner's function does raises.
    """
    task = find(task_id)
    graded = grade(task, learner)
    for message in explain(graded):
        print("\n".join(message.lines()))
    return graded.points


def examples(task_id: str, learner: Any) -> None:
    """Print the worked examples of the task: the call, the learner's value and the right one."""
    task = find(task_id)
    problem = unusable(task, learner)
    if problem:
        print("\n".join(problem.lines()))
        return
    for case in task.examples:
        for message in _example(task, case, learner):
            print("\n".join(message.lines()))


def _example(task: Task, case: Case, learner: Any) -> list[Message]:
    if isinstance(task, Puzzle):
        played = call(task.job(learner), case, task.seconds, silent=False)
        return task.shown(case, *read(task, case, played))
    expected = reading(task, task.function, case)
    found, problem = read(task, case, call(learner, case, silent=False))
    arguments = ", ".join(
        f"{name}={_short(value)}" for name, value in zip(task.parameters, case, strict=True)
    )
    fields = {
        "call": f"{task.name}({arguments})",
        "expected": _written(expected),
        "found": _written(found),
    }
    if problem:
        return [Message(N_("{call} should give {expected}."), fields), problem]
    if task.result.same(found, expected):
        return [Message(N_("{call} gives {found}: right."), fields)]
    return [Message(N_("{call} gives {found}; it should give {expected}."), fields)]


def _written(values: tuple | None) -> str:
    if values is None:
        return ""
    words = [_short(value) for value in values]
    return words[0] if len(words) == 1 else f"({', '.join(words)})"


def _short(value: Any) -> str:
    """A value as Python would write it, numbers with at most six significant digits."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_short(item) for item in value)}]"
    return f"{value:.6g}" if isinstance(value, int | float) else repr(value)
