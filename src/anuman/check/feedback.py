"""Turns a graded task into sentences: what is right, what is not, and what it may come from.

Nothing here shows an expected value or a hidden input; ratios between values are as far as it goes.
"""

from .diagnosis import diagnose, ratio
from .grade import Graded, PartResult, matching, wrong_values
from .task import Task
from .words import Message, _


def explain(graded: Graded) -> list[Message]:
    """What to say about the task: points, what is right, then the likely reason of each failure."""
    fields = {
        "name": graded.task.name,
        "points": f"{graded.points:g}",
        "most": f"{graded.task.points:g}",
    }
    said = [Message(_("{name}: {points} of {most} points."), fields)]
    if graded.problem:
        return [*said, graded.problem]
    failed = [result for result in graded.parts if result.wrong]
    if not failed:
        return [*said, Message(_("All cases are right."))]
    if len(graded.parts) > 1:
        said += [_state(result) for result in graded.parts]
    for reason in _reasons(graded.task, graded.parts, failed):
        if reason not in said:
            said.append(reason)
    return said


def _state(result: PartResult) -> Message:
    part = Message(result.part.name)
    if result.earned:
        return Message(_("Right: {part}."), {"part": part})
    if result.wrong:
        return Message(_("Not yet right: {part}."), {"part": part})
    return Message(_("Right, but it counts only when the rest is right: {part}."), {"part": part})


def _reasons(task: Task, parts: tuple[PartResult, ...], failed: list[PartResult]) -> list[Message]:
    everywhere = matching(task, parts)
    if everywhere:
        return [*_how_far(task, failed[0]), Message(everywhere.hint)]
    return [reason for result in failed for reason in _reason(task, result)]


def _reason(task: Task, result: PartResult) -> list[Message]:
    for one in result.wrong:
        if one.problem:
            return [one.problem]
    misconception = matching(task, (result,))
    if misconception:
        return [*_how_far(task, result), Message(misconception.hint)]
    field, pairs = wrong_values(task, result)
    if isinstance(pairs[0][1], str):
        return [Message(_("{field} is wrong in some cases."), {"field": field})]
    return [*_how_far(task, result), *diagnose(pairs)]


def _how_far(task: Task, result: PartResult) -> list[Message]:
    """The first value that differs, as a ratio to the right one; words have none."""
    _field, pairs = wrong_values(task, result)
    found, expected = pairs[0]
    return [] if isinstance(expected, str) else [ratio(found, expected)]
