"""What a task is: a reference function, cases in parts with points, and named misconceptions."""

import copy
import difflib
import functools
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from anuman import course

from .call import SECONDS
from .result import Result
from .words import Message

Case = tuple  # the arguments of one call, in the order of the signature


class UnknownTask(LookupError):
    """No task has this id."""


@dataclass(frozen=True)
class Part:
    """Cases that earn points together: all right, or none.

    fields: names of the result's fields that count here (none given: all of them).
    needs: names of parts before it that must be right too, else this one earns nothing.
    shown: cases like these that a learner may be shown; they are tried only to explain what is wrong.
    """

    name: str
    points: float
    cases: tuple[Case, ...]
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    shown: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Misconception:
    """A wrong function with exactly the task's signature, and what to tell whoever wrote it."""

    name: str
    function: Callable
    hint: str


@dataclass(frozen=True)
class Slip(Misconception):
    """A misconception whose function is made from the task's reference."""

    make: Callable[[Callable], Callable] = None

    def of(self, reference: Callable) -> Misconception:
        """The same with its function."""
        return Misconception(self.name, functools.wraps(reference)(self.make(reference)), self.hint)


def changed(change: Callable, name: str, hint: str) -> Slip:
    """A slip that makes `change(right)` of every right result."""
    return Slip(name, None, hint, lambda reference: lambda *case: change(reference(*case)))


def off_by(factor: float, name: str, hint: str) -> Slip:
    """A slip that makes every result `factor` times what is right."""
    return changed(lambda right: factor * right, name, hint)


@dataclass(frozen=True)
class Drill:
    """A task's law as a question for one number, without end.

    draw: makes the source of its cases.  asks: the question, with the parameters as gaps.  worked: the
    right number's arithmetic, for the values of a case.  unit: of the number.  field: which of the
    result's fields is asked for.  digits: that the drawn numbers keep: nobody types more.
    """

    draw: Callable[[], Iterator[Case]]
    asks: str
    worked: Callable[..., str]
    unit: str = ""
    field: int = 0
    digits: int = 3


@dataclass(frozen=True)
class Task:
    """One graded function. `function` is the reference; its parameter names are the signature.

    uses: the name of an earlier task's function that a learner may call here. follow: what this task's
    function is, given that one; so a slip that was made there does not cost points here again.
    """

    id: str
    function: Callable
    result: Result
    examples: tuple[Case, ...]
    parts: tuple[Part, ...]
    misconceptions: tuple[Misconception, ...]
    uses: str = ""
    follow: Callable[[Callable], Callable] | None = None
    drill: Drill | None = None

    def __post_init__(self):
        named = (m.of(self.function) if isinstance(m, Slip) else m for m in self.misconceptions)
        object.__setattr__(self, "misconceptions", tuple(named))

    @property
    def name(self) -> str:
        """The id without its assignment, which is also the name of the learner's function."""
        return self.id.rpartition("/")[2]

    @property
    def points(self) -> float:
        """Most points that the task can earn."""
        return float(sum(part.points for part in self.parts))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the arguments."""
        code = self.function.__code__
        return code.co_varnames[: code.co_argcount]

    @property
    def seconds(self) -> float:
        """Most seconds that one case may take."""
        return SECONDS

    @property
    def case_names(self) -> tuple[str, ...]:
        """What the values of a case are called."""
        return self.parameters

    def job(self, function: Callable) -> Callable:
        """What is called with a case's values to try a function: here the function itself."""
        return function

    def run(self, function: Callable, case: Case) -> Any:
        """What one of our own functions (reference or misconception) gives for a case."""
        return self.job(function)(*copy.deepcopy(case))

    def goal(self, case: Case) -> Any:
        """What a right answer gives for a case."""
        return self.run(self.function, case)

    def worth(self, part: Part, found: list[tuple | None], all_right: bool) -> float:
        """Points of a part for the readings of its cases: all or none, unless a task says otherwise."""
        return part.points if all_right else 0.0

    def remarks(self, case: Case, found: tuple | None) -> list[Message]:
        """What is said about a case besides right and wrong; found: the reading, if there is one."""
        return []


@functools.cache
def tasks_of(assignment: str) -> dict[str, Task]:
    """Every task of one assignment, by id, in the order of the notebook."""
    package = importlib.import_module(f"anuman.check.{course.lesson(assignment).module}")
    return {task.id: task for task in package.TASKS}


def tasks() -> dict[str, Task]:
    """Every task of every assignment, by id."""
    return {id: task for name in course.IDS for id, task in tasks_of(name).items()}


def find(task_id: str) -> Task:
    """The task with this id, "02-roofline/ridge", or "ridge" while only one assignment has it.

    Loads no assignment but the one that the id names. Raises UnknownTask naming the nearest ids.
    """
    assignment = str(task_id).rpartition("/")[0]
    if assignment in course.IDS and task_id in tasks_of(assignment):
        return tasks_of(assignment)[task_id]
    known = tasks()
    same_name = [task for task in known.values() if task.name == task_id]
    if len(same_name) == 1:
        return same_name[0]
    if same_name:
        raise UnknownTask(
            f"{task_id!r} is a task of several assignments: say which, e.g. {same_name[0].id!r}"
        )
    names = [*known, *(task.name for task in known.values())]
    near = difflib.get_close_matches(str(task_id), names, n=1, cutoff=0.0)
    raise UnknownTask(f"no task {task_id!r}; the nearest is {near[0]!r}. Known: {', '.join(known)}")
