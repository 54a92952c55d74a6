"""Tasks whose points grow with a score, along straight lines between the corners of a curve."""

from dataclasses import dataclass
from itertools import pairwise

from .task import Case, Task
from .words import Message

Curve = tuple[tuple[float, float], ...]  # (score, points), both growing


def points_for(score: float, curve: Curve) -> float:
    """Points for a score: none up to the first corner, those of the last corner from there on."""
    if score <= curve[0][0]:
        return 0.0
    for (low, few), (high, many) in pairwise(curve):
        if score <= high:
            return few + (many - few) * (score - low) / (high - low)
    return curve[-1][1]


@dataclass(frozen=True)
class Scored(Task):
    """A puzzle: not right or wrong, but better and worse; its remarks say the score."""

    curve: Curve = ()

    def shown(self, case: Case, found: tuple | None, problem: Message | None) -> list[Message]:
        """What a worked example says: the score, or the problem where there is none."""
        return [problem] if problem else self.remarks(case, found)
