"""Turns a graded task into sentences: what is right, what is not, and what it may come from.

Nothing here shows a hidden input, or what it should give (other than 0, to which there is no ratio).
Where no mistake can be named, a case that may be shown stands with the learner's own value.
"""

from collections.abc import Iterator
from typing import Any

from . import diagnosis
from .grade import Graded, PartResult, matching, wrong_values
from .result import RETURNS_NONE, Unread
from .score import Scored
from .task import Task
from .words import N_, Message
from .written import called, written

CARRIED = N_(
    "Right, given what {function} returns, which is not right yet: that costs points only there."
)
FALLS_THROUGH = N_(
    "In some cases the function returns None: one of its ways to the end has no return (a chain of "
    "if and elif in which no condition is true, for example)."
)


def explain(graded: Graded) -> list[Message]:
    """What to say about the task: points, what is right, then the likely reason of each failure."""
    fields = {
        "name": graded.task.name,
        "points": f"{graded.points:g}",
        "most": f"{graded.task.points:g}",
    }
    messages = [Message(N_("{name}: {points} of {most} points."), fields)]
    if graded.problem:
        return [*messages, graded.problem]
    messages += _remarks(graded)
    if not any(result.wrong for result in graded.parts):
        carried = any(result.carried for result in graded.parts)
        about = {"function": graded.task.uses}
        return [
            *messages,
            Message(CARRIED, about) if carried else Message(N_("All cases are right.")),
        ]
    everywhere = matching(graded.task, graded.parts)
    if everywhere:
        first = next(result for result in graded.parts if result.wrong)
        messages += [*_states(graded), *_how_far(graded, first), Message(everywhere.hint)]
        return messages
    reasons = {result.part.name: _reason(graded, result) for result in graded.parts if result.wrong}
    alike = all(reason == next(iter(reasons.values())) for reason in reasons.values())
    if alike and len(reasons) == len(graded.parts):
        return [*messages, *next(iter(reasons.values()))]
    for result, state in zip(graded.parts, _states(graded), strict=True):
        # What builds on a wrong value is wrong with it: a reason of its own would mislead.
        if reasons.keys() & set(result.part.needs):
            messages.append(state)
        else:
            messages += [state, *reasons.get(result.part.name, [])]
    return messages


def _remarks(graded: Graded) -> list[Message]:
    """What the task says about its cases, each once."""
    tried = {id(one.case): one for result in graded.parts for one in result.tried}
    return [m for one in tried.values() for m in graded.task.remarks(one.case, one.found)]


def _states(graded: Graded) -> list[Message]:
    """For each part whether it is right; nothing for a task of one part."""
    return [_state(result) for result in graded.parts] if len(graded.parts) > 1 else []


def _state(result: PartResult) -> Message:
    part = Message(result.part.name)
    if result.earned:
        return Message(N_("Right: {part}."), {"part": part})
    if result.wrong:
        return Message(N_("Not yet right: {part}."), {"part": part})
    return Message(N_("Right, but it counts only when the rest is right: {part}."), {"part": part})


def _reason(graded: Graded, result: PartResult) -> list[Message]:
    task = graded.task
    problem = next((one.problem for one in result.wrong if one.problem), None)
    if problem == RETURNS_NONE and any(one.found for part in graded.parts for one in part.tried):
        return [Message(FALLS_THROUGH)]
    if problem:
        return [problem]
    unread = [value.message for value in _counted(task, result) if isinstance(value, Unread)]
    if unread:
        return unread[:1]
    misconception = matching(task, (result,))
    if misconception:
        return [*_how_far(graded, result), Message(misconception.hint)]
    if isinstance(task, Scored):  # its score is said already
        return []
    field, pairs = wrong_values(task, result)
    found, expected = pairs[0]
    how_far = _how_far(graded, result)
    named = diagnosis.diagnose(pairs) if how_far else []
    if named:
        return [*how_far, *named]
    if how_far and result.example:
        return [_shown(graded, result, field)]
    words = Message(field) if " " in field else field  # a name stays as it is
    wrong = [Message(N_("{field} is wrong in some cases."), {"field": words})]
    if isinstance(expected, str) and result.example:
        return [*wrong, _shown(graded, result, field)]
    return how_far or [*wrong, *diagnosis.shapes(found, expected)]


def _counted(task: Task, result: PartResult) -> Iterator[Any]:
    """The values that count in a part, of every case that is wrong."""
    for one in result.wrong:
        for field, value in zip(task.result.fields, one.found or (), strict=False):
            if not result.part.fields or field.name in result.part.fields:
                yield value


def _shown(graded: Graded, result: PartResult, field: str) -> Message:
    """A case that may be shown and, for numbers, how far off the learner's value is.

    The value itself only if the function has seen no hidden case.
    """
    one, at = result.example, graded.task.result.names.index(field)
    found, expected = one.found[at], one.expected[at]
    fields = {"call": called(graded.task, one.case), "found": written(one.found)}
    if not isinstance(expected, float):
        private = N_("For example, what {call} gives is not right.")
        return Message(
            private if graded.private else N_("For example, {call} gives {found}."), fields
        )
    fields["ratio"] = diagnosis.times(found, expected, coarse=graded.private)
    if not graded.private:
        return Message(N_("For example, {call} gives {found}: {ratio}"), fields)
    if diagnosis.have_ratio(found, expected):
        return Message(N_("For example, {call} gives a value {ratio}"), fields)
    return Message(N_("For example, what {call} gives is wrong: {ratio}"), fields)


def _how_far(graded: Graded, result: PartResult) -> list[Message]:
    """The first value that differs, as a ratio to the right one; words, arrays and scores have none."""
    found, expected = wrong_values(graded.task, result)[1][0]
    if isinstance(graded.task, Scored) or not isinstance(expected, float):
        return []
    return [diagnosis.ratio(found, expected, coarse=graded.private)]
