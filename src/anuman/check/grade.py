"""Runs a learner's function over the cases of a task and finds out what is right."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .call import Outcome, call
from .errors import described, text_of
from .result import Unread, Unreadable, kind
from .task import Case, Misconception, Part, Task
from .time_limit import Budget, TimeLimit
from .words import N_, Message

TASK_SECONDS = 10.0  # for all cases of a task together
LEFT_SECONDS = 0.5  # for the other parts of a task of which one has taken too long


@dataclass(frozen=True)
class Tried:
    """One case: the expected reading, and the learner's (or the problem that took its place)."""

    case: Case
    expected: tuple
    found: tuple | None = None
    problem: Message | None = None


@dataclass(frozen=True)
class PartResult:
    """The cases of one part, those that are not right, and the points it earns.

    carried: right but for what an earlier task's function gets wrong. example: a case that may be
    shown and is wrong, tried only when something is wrong.
    """

    part: Part
    tried: tuple[Tried, ...]
    wrong: tuple[Tried, ...]
    points: float
    carried: bool = False
    example: Tried | None = None

    @property
    def earned(self) -> bool:
        """Whether all its points are earned."""
        return self.points == self.part.points


@dataclass(frozen=True)
class Graded:
    """The outcome of a whole task. problem: why nothing could be tried at all.

    private: the function runs in another process and has seen the hidden cases of this task and of
    others, so that nothing it returns is shown, and no ratio with more than two digits.
    """

    task: Task
    parts: tuple[PartResult, ...] = ()
    problem: Message | None = None
    private: bool = False

    @property
    def points(self) -> float:
        """Points earned, between 0 and the task's points."""
        return float(sum(result.points for result in self.parts))


def grade(task: Task, learner: Any, used: Any = None) -> Graded:
    """Try every part of the task with the learner's object; used: their function of task.uses."""
    problem = unusable(task, learner)
    if problem:
        return Graded(task, problem=problem)
    results: dict[str, PartResult] = {}
    budget = Budget(max(TASK_SECONDS, task.seconds))
    for part in task.parts:
        tried = tuple(_tries(task, part.cases, learner, budget))
        off = tuple(one for one in tried if not _right(task, part, one))
        wrong = tuple(one for one in off if not _follows(task, part, one, used))
        earned = all(results[name].earned for name in part.needs)
        results[part.name] = PartResult(
            part,
            tried,
            wrong,
            task.worth(part, [one.found for one in tried], not wrong) if earned else 0.0,
            carried=bool(off) and not wrong,
            example=_example(task, part, learner, budget)
            if wrong and all(w.found for w in wrong)
            else None,
        )
    private = getattr(type(learner), "runs_elsewhere", False)
    return Graded(task, tuple(results.values()), private=private)


def _example(task: Task, part: Part, learner: Callable, budget: Budget) -> Tried | None:
    """The first case that a learner may see and that is wrong: one of the part's, or a worked one."""
    tried = _tries(task, (*part.shown, *task.examples), learner, budget)
    return next((one for one in tried if one.found and not _right(task, part, one)), None)


def _follows(task: Task, part: Part, one: Tried, used: Any) -> bool:
    """Whether a value is what a right function makes of the earlier task's function as it stands."""
    if not (task.follow and callable(used) and one.found):
        return False
    outcome = call(task.follow(used), one.case, seconds=task.seconds)
    theirs, _problem = read(task, one.case, outcome)
    return theirs is not None and task.result.same(one.found, theirs, part.fields)


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


def _tries(
    task: Task, cases: tuple[Case, ...], learner: Callable, budget: Budget
) -> Iterator[Tried]:
    """Every case, until one takes too long: the next would cost as much again."""
    for case in cases:
        expected = task.result.read(task.goal(case))
        with budget.spent():
            most = min(task.seconds, max(0.1, budget.left))
            outcome = call(task.job(learner), case, seconds=most)
        found, problem = read(task, case, outcome)
        yield Tried(case, expected, found, problem)
        if isinstance(outcome.error, TimeLimit):
            budget.left = min(budget.left, LEFT_SECONDS)
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
        return _not_answered(task, outcome)
    if isinstance(error, TimeLimit):
        return Message(
            N_(
                "After {seconds} seconds the function had not ended. Either a loop never ends, or the "
                "computer is busy: close other programs and check again."
            ),
            {"seconds": f"{task.seconds:g}"},
        )
    if isinstance(error, RecursionError):
        return Message(
            N_(
                "The function calls itself too often (RecursionError): without end, or more than a "
                "thousand times, for which a loop is needed."
            )
        )
    if isinstance(error, SystemExit):
        return Message(N_("The function calls exit() or quit(); use return."))
    fields = {
        "error": described(outcome, task.case_names, case),
        "line": outcome.line,
        "source": outcome.source,
    }
    if "inhomogeneous shape" in text_of(error):
        return Message(
            N_(
                "NumPy cannot make one array of lists of different lengths: go through them one by one."
            )
        )
    if outcome.line and outcome.source and outcome.function not in ("", task.name):
        fields["function"] = outcome.function
        return Message(
            N_("{function}, which is called here, stops with {error} (line {line}: {source})"),
            fields,
        )
    if outcome.line and outcome.source:
        return Message(N_("The function stops with {error} (line {line}: {source})"), fields)
    return Message(N_("The function stops with {error}"), fields)


def _not_answered(task: Task, outcome: Outcome) -> Message:
    """That this task has no answer yet, or the one whose function it calls."""
    if task.uses and outcome.function == task.uses:
        return Message(
            N_("It calls {function}, which has no answer yet: write that one first."),
            {"function": task.uses},
        )
    return Message(N_("No answer yet: put your own code in place of raise NotImplementedError()."))


def matching(task: Task, results: tuple[PartResult, ...]) -> Misconception | None:
    """The misconception that gives the learner's values in all these cases, wrong ones among them."""
    return next((m for m in task.misconceptions if _explains(task, m, results)), None)


def _explains(task: Task, misconception: Misconception, results: tuple[PartResult, ...]) -> bool:
    differs = False
    for result in results:
        fields = _fields(task, result.part)
        for one in result.tried:
            theirs = reading(task, misconception.function, one.case)
            if one.found is None or not task.result.same(one.found, theirs, fields):
                return False
            differs = differs or not task.result.right(theirs, one.expected, result.part.fields)
    return differs


def _fields(task: Task, part: Part) -> tuple[str, ...]:
    """The fields that count in a part and in those it needs: a label alone names no mistake."""
    needed = [field for one in task.parts if one.name in part.needs for field in one.fields]
    return (*part.fields, *needed) if part.fields else ()


def wrong_values(task: Task, result: PartResult) -> tuple[str, list[tuple]]:
    """Name of the first field that counts and differs, and its (found, expected) where it differs."""
    for index, field in enumerate(task.result.fields):
        if result.part.fields and field.name not in result.part.fields:
            continue
        values = [(one.found[index], one.expected[index]) for one in result.wrong if one.found]
        values = [pair for pair in values if not isinstance(pair[0], Unread)]
        wrong = [pair for pair in values if not (field.right or field.same)(*pair)]
        if wrong:
            return field.name, wrong
    raise ValueError(f"nothing differs in part {result.part.name!r}")
