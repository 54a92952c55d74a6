"""Runs a learner's function over the cases of a task and finds out what is right."""

import functools
import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .call import Outcome, TimeLimit, call, without_arguments
from .result import Unreadable, kind
from .task import Case, Misconception, Part, Task
from .words import N_, Message

TASK_SECONDS = 10.0  # for all cases of a task together


@dataclass(frozen=True)
class Tried:
    """One case: the expected reading, and the learner's (or the problem that took its place)."""

    case: Case
    expected: tuple
    found: tuple | None = None
    problem: Message | None = None


@dataclass(frozen=True)
class PartResult:
    """The cases of one part, the first that are not right, and whether it earns its points."""

    part: Part
    tried: tuple[Tried, ...]
    wrong: tuple[Tried, ...]
    earned: bool


@dataclass(frozen=True)
class Graded:
    """The outcome of a whole task. problem: why nothing could be tried at all."""

    task: Task
    parts: tuple[PartResult, ...] = ()
    problem: Message | None = None

    @property
    def points(self) -> float:
        """Points earned, between 0 and the task's points."""
        return float(sum(result.part.points for result in self.parts if result.earned))


def grade(task: Task, learner: Any) -> Graded:
    """Try every part of the task with the learner's object."""
    problem = unusable(task, learner)
    if problem:
        return Graded(task, problem=problem)
    results: dict[str, PartResult] = {}
    end = time.monotonic() + TASK_SECONDS
    for part in task.parts:
        tried = tuple(_tries(task, part, learner, end))
        wrong = tuple(one for one in tried if not _right(task, part, one))
        earned = not wrong and all(results[name].earned for name in part.needs)
        results[part.name] = PartResult(part, tried, wrong, earned)
    return Graded(task, tuple(results.values()))


def unusable(task: Task, learner: Any) -> Message | None:
    """Why this object cannot be called like the task's function, or None if it can."""
    fields = {"name": task.name, "signature": f"{task.name}({', '.join(task.parameters)})"}
    if not callable(learner):
        fields["kind"] = kind(learner)
        return Message(N_("{name} is no function but {kind}: write def {signature}: …"), fields)
    try:
        signature = inspect.signature(learner)
    except (TypeError, ValueError):  # some built-in functions have none
        return None
    try:
        signature.bind(*task.parameters)
    except TypeError:
        fields["found"] = f"{task.name}{signature}"
        return Message(N_("The arguments must be {signature}; yours are {found}."), fields)
    return None


def _tries(task: Task, part: Part, learner: Callable, end: float) -> Iterator[Tried]:
    """Every case of a part, until one takes too long: the next would cost as much again."""
    for case in part.cases:
        expected = task.result.read(task.goal(case))
        left = max(0.1, end - time.monotonic())
        outcome = call(task.job(learner), case, seconds=min(task.seconds, left))
        found, problem = read(task, case, outcome)
        yield Tried(case, expected, found, problem)
        if isinstance(outcome.error, TimeLimit):
            return


def reading(task: Task, function: Callable, case: Case) -> tuple:
    """What one of our own functions (reference or misconception) gives for a case."""
    return task.result.read(task.run(function, case))


def read(task: Task, case: Case, outcome: Outcome) -> tuple[tuple | None, Message | None]:
    """The learner's reading, or the problem that prevents one."""
    if not outcome.returned:
        return None, _raised(task, case, outcome)
    try:
        return task.result.read(outcome.value), None
    except Unreadable as error:
        return None, error.message


def _right(task: Task, part: Part, one: Tried) -> bool:
    return one.found is not None and task.result.right(one.found, one.expected, part.fields)


def _raised(task: Task, case: Case, outcome: Outcome) -> Message:
    error = outcome.error
    if isinstance(error, Unreadable):
        return error.message
    if isinstance(error, NotImplementedError):
        return Message(
            N_("No answer yet: put your own code in place of raise NotImplementedError().")
        )
    if isinstance(error, TimeLimit):
        return Message(
            N_("The function takes more than {seconds} seconds: does a loop never end?"),
            {"seconds": f"{task.seconds:g}"},
        )
    if isinstance(error, RecursionError):
        return Message(N_("The function calls itself without end (RecursionError)."))
    if isinstance(error, SystemExit):
        return Message(N_("The function calls exit() or quit(); use return."))
    fields = {
        "error": type(error).__name__,
        "text": without_arguments(_text(error), task.case_names, case),
        "line": outcome.line,
        "source": outcome.source,
    }
    if outcome.line and outcome.source:
        return Message(
            N_("The function stops with {error}: {text} (line {line}: {source})"), fields
        )
    return Message(N_("The function stops with {error}: {text}"), fields)


def _text(error: BaseException) -> str:
    """The first 200 characters of the error's own message; its __str__ is the learner's code."""
    outcome = call(functools.partial(str, error), ())
    text = outcome.value if isinstance(outcome.value, str) else ""
    return " ".join(text.split())[:200]


def matching(task: Task, results: tuple[PartResult, ...]) -> Misconception | None:
    """The misconception that gives the learner's values in all these cases, wrong ones among them."""
    for misconception in task.misconceptions:
        differs = False
        for result in results:
            for one in result.tried:
                theirs = reading(task, misconception.function, one.case)
                fields = result.part.fields
                if one.found is None or not task.result.same(one.found, theirs, fields):
                    break
                differs = differs or not task.result.right(theirs, one.expected, fields)
            else:
                continue
            break
        else:
            if differs:
                return misconception
    return None


def wrong_values(task: Task, result: PartResult) -> tuple[str, list[tuple]]:
    """Name of the first field that counts and differs, and its (found, expected) where it differs."""
    for index, field in enumerate(task.result.fields):
        if result.part.fields and field.name not in result.part.fields:
            continue
        values = [(one.found[index], one.expected[index]) for one in result.wrong if one.found]
        wrong = [pair for pair in values if not (field.right or field.same)(*pair)]
        if wrong:
            return field.name, wrong
    raise ValueError(f"nothing differs in part {result.part.name!r}")
