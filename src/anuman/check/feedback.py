"""Turns a graded task into sentences: what is right, what is not, and what it may come from.

Nothing here shows a hidden input, or an expected value other than 0, to which there is no ratio.
"""

from . import diagnosis
from .grade import Graded, PartResult, matching, wrong_values
from .task import Task
from .words import N_, Message


def explain(graded: Graded) -> list[Message]:
    """What to say about the task: points, what is right, then the likely reason of each failure."""
    fields = {
        "name": graded.task.name,
        "points": f"{graded.points:g}",
        "most": f"{graded.task.points:g}",
    }
    said = [Message(N_("{name}: {points} of {most} points."), fields)]
    if graded.problem:
        return [*said, graded.problem]
    said += _remarks(graded)
    if not any(result.wrong for result in graded.parts):
        return [*said, Message(N_("All cases are right."))]
    everywhere = matching(graded.task, graded.parts)
    if everywhere:
        first = next(result for result in graded.parts if result.wrong)
        said += [*_states(graded), *_how_far(graded.task, first), Message(everywhere.hint)]
        return said
    reasons = {
        result.part.name: _reason(graded.task, result) for result in graded.parts if result.wrong
    }
    alike = all(reason == next(iter(reasons.values())) for reason in reasons.values())
    if alike and len(reasons) == len(graded.parts):
        return [*said, *next(iter(reasons.values()))]
    for result, state in zip(graded.parts, _states(graded), strict=True):
        # What builds on a wrong value is wrong with it: a reason of its own would mislead.
        if reasons.keys() & set(result.part.needs):
            said.append(state)
        else:
            said += [state, *reasons.get(result.part.name, [])]
    return said


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


def _reason(task: Task, result: PartResult) -> list[Message]:
    for one in result.wrong:
        if one.problem:
            return [one.problem]
    misconception = matching(task, (result,))
    if misconception:
        return [*_how_far(task, result), Message(misconception.hint)]
    field, pairs = wrong_values(task, result)
    found, expected = pairs[0]
    if not isinstance(expected, float):
        wrong = Message(N_("{field} is wrong in some cases."), {"field": field})
        return [wrong, *diagnosis.shapes(found, expected)]
    how_far = _how_far(task, result)
    return [*how_far, *diagnosis.diagnose(pairs)] if how_far else []


def _how_far(task: Task, result: PartResult) -> list[Message]:
    """The first value that differs, as a ratio to the right one; words, arrays and scores have none."""
    name, pairs = wrong_values(task, result)
    found, expected = pairs[0]
    scored = any(field.name == name and field.right for field in task.result.fields)
    return [diagnosis.ratio(found, expected)] if isinstance(expected, float) and not scored else []
