"""Problems without end: a task's cases drawn afresh, a learner's number held against reference and slips."""

from dataclasses import dataclass
from itertools import islice

from .diagnosis import times
from .draws import salted, seeded
from .grade import reading
from .result import close
from .task import Case, Task, UnknownTask, find, tasks_of
from .words import N_, Message

KINDS = 6  # sources that draw kinds of cases in turn have at most so many
WHOLE = 10_000  # whole numbers below this are never rounded


@dataclass(frozen=True)
class Problem:
    """One drawn case of a task that has a drill."""

    task: Task
    case: Case

    @property
    def answer(self) -> float:
        """The number that is asked for."""
        return self._of(self.task.function)

    @property
    def question(self) -> Message:
        """What is asked, with the drawn values."""
        values = zip(self.task.parameters, self.case, strict=True)
        return Message(self.task.drill.asks, {name: _said(value) for name, value in values})

    @property
    def worked(self) -> str:
        """The arithmetic that leads to the answer."""
        return self.task.drill.worked(*self.case)

    def judge(self, value: float) -> list[Message]:
        """What is wrong with this number: a slip by its name, else how far it is; nothing if it is right."""
        if close(value, self.answer):
            return []
        for slip in self.task.misconceptions:
            theirs = self._of(slip.function)
            if close(value, theirs) and not close(theirs, self.answer):
                return [Message(slip.hint)]
        return [Message(N_("Not so: {times}"), {"times": times(value, self.answer)})]

    def _of(self, function) -> float:
        return reading(self.task, function, self.case)[self.task.drill.field]


def problem(task_id: str, salt: str) -> Problem:
    """The problem of this task that belongs to the salt. Raises UnknownTask where there is no drill."""
    task = find(task_id)
    if task.drill is None:
        have = [one.id for one in tasks_of(task.id.partition("/")[0]).values() if one.drill]
        raise UnknownTask(f"{task.id!r} has no drill; those that have one: {', '.join(have)}")
    with salted(f" {salt}"):
        place = seeded(task.id).randrange(KINDS)
        drawn = next(islice(task.drill.draw(), place, None))
    return Problem(task, tuple(_short(value, task.drill.digits) for value in drawn))


def _short(value: object, digits: int) -> object:
    """A number with few digits; small whole numbers, lists and words as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int) and abs(value) < WHOLE:
        return value
    return type(value)(float(f"{value:.{digits}g}"))


def _said(value: object) -> object:
    """A value as a sentence holds it: no digit is lost, and a log's rows can be read."""
    if isinstance(value, float) and value < WHOLE:
        return f"{value:.8g}"
    if isinstance(value, list) and isinstance(value[0], dict):
        return "; ".join(_row(row) for row in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _row(row: dict) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in row.items())
