"""A student's tasks as the gradebook has them, each lost point with its reason."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import SubmittedAssignment

from ...language import _
from ..course.work import TEST, Template
from .reasons import reason
from .results import TaskResult


def tasks(
    submission: SubmittedAssignment,
    graded: Callable[[str], NotebookNode | None],
    templates: tuple[Template, ...],
) -> list[TaskResult]:
    """The tasks of all notebooks, in the order of the assignment.

    graded: gives a graded notebook by its name, None if it was not handed in.
    """
    rows = {row.notebook.name: row for row in submission.notebooks}
    found = []
    for template in templates:
        grades = {grade.cell.name: grade for grade in rows[template.name].grades}
        notebook = None
        for cell in template.cells:
            grade = grades.get(cell.grade_id)
            if grade is None:
                continue
            points, most = _points(grade), float(grade.cell.max_score)
            why = ""
            if cell.role == TEST and points is not None and points < most:
                notebook = notebook or graded(template.name)
                why = reason(cell.grade_id, notebook) if notebook else _("It was not handed in.")
            found.append(TaskResult(cell.grade_id, template.name, points, most, why))
    return found


def read_from(folder: str) -> Callable[[str], NotebookNode | None]:
    """Reads graded notebooks, which are valid since they were written, from a folder."""

    def read(name: str) -> NotebookNode | None:
        path = Path(folder, f"{name}.ipynb")
        if not path.is_file():
            return None
        return nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))

    return read


def _points(grade) -> float | None:
    """Manual points before automatic ones, extra credit added; None: a person has to read it."""
    score = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return None if score is None else float(score) + float(grade.extra_credit or 0)
