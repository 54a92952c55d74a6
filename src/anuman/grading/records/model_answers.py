"""The teacher's own answers, put through the tests as a learner's are."""

import logging

from nbgrader import utils

from ..course.official import grade_id
from ..course.work import TEST, Outcome
from .graded_notebook import as_notebook
from .reasons import reason

QUIET = logging.Logger("nbgrader", logging.CRITICAL)


def shortfalls(outcome: Outcome) -> dict[tuple[str, str], str]:
    """The tests (notebook, task) that the answers do not pass in full, each with why."""
    found = {}
    for graded in outcome.notebooks:
        notebook = as_notebook(graded, "")
        tests = {cell.grade_id for cell in graded.cells if cell.role == TEST}
        for cell in notebook.cells:
            name = grade_id(cell)
            if name in tests:
                points, most = utils.determine_grade(cell, QUIET)
                if points is not None and points < most:
                    found[graded.name, name] = reason(name, notebook)
    return found
