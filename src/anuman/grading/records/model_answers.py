"""The teacher's own answers, put through the tests as a learner's are."""

import logging

from nbgrader import utils

from ..course.official import grade_id
from ..course.work import TEST, Outcome
from .graded_notebook import as_notebook
from .reasons import reason

Key = tuple[str, str]  # notebook, test
QUIET = logging.Logger("nbgrader", logging.CRITICAL)


def shortfalls(outcome: Outcome) -> dict[Key, str]:
    """The tests that the answers do not pass in full, each with why."""
    notebooks = {graded.name: as_notebook(graded, "") for graded in outcome.notebooks}
    return {
        (name, test): reason(test, notebooks[name])
        for (name, test), (points, most) in earned(outcome).items()
        if points < most
    }


def earned(outcome: Outcome) -> dict[Key, tuple[float, float]]:
    """The points of each test, and the most that it gives."""
    found = {}
    for graded in outcome.notebooks:
        tests = {cell.grade_id for cell in graded.cells if cell.role == TEST}
        for cell in as_notebook(graded, "").cells:
            name = grade_id(cell)
            if name in tests:
                points, most = utils.determine_grade(cell, QUIET)
                if points is not None:
                    found[graded.name, name] = points, most
    return found
