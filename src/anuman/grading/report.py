"""A student's tasks as the gradebook has them, each lost point with its reason."""

from pathlib import Path

import nbformat
from nbgrader.api import SubmittedAssignment

from .reasons import reason
from .results import TaskResult
from .work import TEST, Template


def tasks(
    submission: SubmittedAssignment, folder: str, templates: tuple[Template, ...]
) -> list[TaskResult]:
    """The tasks of all notebooks, in the order of the assignment."""
    rows = {row.notebook.name: row for row in submission.notebooks}
    found = []
    for template in templates:
        grades = {grade.cell.name: grade for grade in rows[template.name].grades}
        path = Path(folder, f"{template.name}.ipynb")
        notebook = None
        for cell in template.cells:
            grade = grades.get(cell.grade_id)
            if grade is None:
                continue
            points, most = _points(grade), float(grade.cell.max_score)
            why = ""
            if cell.role == TEST and points is not None and points < most:
                if notebook is None and path.is_file():
                    notebook = nbformat.read(path, as_version=4)
                why = reason(cell.grade_id, notebook) if notebook else "It was not handed in."
            found.append(TaskResult(cell.grade_id, template.name, points, most, why))
    return found


def _points(grade) -> float | None:
    """Manual points before automatic ones, extra credit added; None: a person has to read it."""
    score = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return None if score is None else float(score) + float(grade.extra_credit or 0)
