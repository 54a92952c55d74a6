"""The teacher's own answers, put through the tests as a learner's are."""

import logging

from nbgrader import utils

from ..course.official import grade_id
from ..course.work import Outcome
from .graded_notebook import as_notebook
from .reasons import reason

QUIET = logging.Logger("nbgrader", logging.CRITICAL)


def shortfalls(outcome: Outcome, tests: set[tuple[str, str]]) -> list[str]:
    """Which of these tests (notebook, task) the answers do not pass in full, and why."""
    found = []
    for graded in outcome.notebooks:
        notebook = as_notebook(graded, "")
        for cell in notebook.cells:
            if (graded.name, grade_id(cell)) in tests and utils.is_grade(cell):
                points, most = utils.determine_grade(cell, QUIET)
                if points is not None and points < most:
                    found.append(
                        f"{graded.name}/{grade_id(cell)}: {reason(grade_id(cell), notebook)}"
                    )
    return found
