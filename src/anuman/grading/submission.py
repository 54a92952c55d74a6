"""Brings the cells of a submission back into the shape that nbgrader can grade.

Learners copy, delete and paste cells. A copy carries the id of its original; nbgrader 0.9 ends the
whole class's run over one, gives no grade for a deleted test cell, and believes the points that a
submission states. The gradebook knows every cell of the assignment, so nothing of this is needed.
Named in nbgrader_config.py.
"""

from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from .course.official import grade_id, official_cells


class Tidy(NbGraderPreprocessor):
    """nbgrader metadata from the gradebook; copies set aside; deleted test cells put back."""

    def preprocess(self, nb, resources):
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as gradebook:
            official = official_cells(
                gradebook.find_notebook(place["notebook"], place["assignment"])
            )
        found = set()
        for cell in nb.cells:
            name = grade_id(cell)
            cell.metadata.pop("nbgrader", None)
            if name not in official:
                continue
            if name in found:
                self.log.warning("Cell %r is there more than once; the first counts.", name)
                set_aside(cell)
                continue
            found.add(name)
            cell.metadata["nbgrader"] = official[name].metadata["nbgrader"]
            if cell.metadata["nbgrader"]["locked"]:
                cell.source = official[name].source
        missing = [cell for name, cell in official.items() if name not in found]
        top = [cell for cell in missing if _is_read_only(cell)]
        end = [cell for cell in missing if cell.metadata["nbgrader"]["grade"]]
        for cell in top + end:
            self.log.warning("Cell %r was missing; it is put back.", grade_id(cell))
        nb.cells = [*top, *nb.cells, *end]
        return nb, resources


def set_aside(cell) -> None:
    """Make a cell plain text that is not run."""
    cell.cell_type = "raw"
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


def _is_read_only(cell) -> bool:
    about = cell.metadata["nbgrader"]
    return about["locked"] and not about["grade"]
