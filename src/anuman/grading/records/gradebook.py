"""nbgrader's gradebook with everything of one submission as one transaction.

nbgrader's own functions commit at every step, and open the gradebook anew for each notebook.
"""

import contextlib
import json
from pathlib import Path

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

GATHERED = ("submissions", "grades", "comments")  # what the assignment's rows collect of learners


class OneCommit(Gradebook):
    """A gradebook whose commits wait for `keep`: nbgrader's own functions commit at every step."""

    def __init__(self, db_url: str, course_id: str):
        super().__init__(db_url, course_id)
        self._commit = self.db.commit
        self.db.commit = self.db.flush
        # The assignment's own rows stay as they are while a class is graded: read once.
        self.db().expire_on_commit = False
        self._held: list = []

    def hold(self, assignment: str) -> None:
        """Read the assignment, its notebooks and cells, and keep them in memory."""
        row = self.find_assignment(assignment)
        self._held = [row, *row.notebooks]
        for notebook in row.notebooks:
            self._held += [*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells]

    def keep(self) -> None:
        """Make everything since the last time permanent, all at once."""
        self._commit()
        self._forget()

    def drop(self) -> None:
        """Forget everything since the last time."""
        self.db.rollback()
        self._forget()

    def _forget(self) -> None:
        """Let go of the submission's rows, which the assignment's rows would gather."""
        held = set(map(id, self._held))
        for row in list(self.db):
            if id(row) not in held:
                self.db.expunge(row)
        for row in self._held:  # asked of the class: the row itself would load them all
            gathered = [name for name in GATHERED if hasattr(type(row), name)]
            if gathered:
                self.db.expire(row, gathered)


class _NoCommit:
    """The database as nbgrader's preprocessors see it, which commit after every cell."""

    def commit(self) -> None:
        """Not yet."""


class OfOneNotebook:
    """What nbgrader's preprocessors ask of a gradebook, for one notebook that is in memory."""

    def __init__(self, notebook: SubmittedNotebook, session):
        self.db = _NoCommit()
        self.session = session
        self._notebook = notebook
        self._grades = {grade.cell.name: grade for grade in notebook.grades}
        self._comments = {comment.cell.name: comment for comment in notebook.comments}

    def __deepcopy__(self, _memo) -> "OfOneNotebook":
        return self  # nbconvert copies the resources that it hands on

    def __enter__(self) -> "OfOneNotebook":
        return self

    def __exit__(self, *_exception) -> None:
        pass

    def find_grade(self, name: str, *_where: str) -> Grade:
        return self._grades[name]

    def find_comment(self, name: str, *_where: str):
        return self._comments[name]

    def find_submission(self, *_where: str):
        return self._notebook.assignment

    def find_submission_notebook(self, *_where: str) -> SubmittedNotebook:
        return self._notebook


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades in the transaction of the submission."""

    def preprocess(self, nb, resources):
        self.notebook_id = self.assignment_id = self.student_id = ""
        self.gradebook = resources["nbgrader"]["gradebook"]
        for index, cell in enumerate(nb.cells):
            nb.cells[index], resources = self.preprocess_cell(cell, resources, index)
        return nb, resources


class LatePenalties(AssignLatePenalties):
    """nbgrader's AssignLatePenalties in the transaction of the submission."""

    def preprocess(self, nb, resources):
        gradebook = resources["nbgrader"]["gradebook"]
        submission = gradebook.find_submission()
        notebook = gradebook.find_submission_notebook()
        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            self.init_plugin()
            gradebook.session.flush()
            gradebook.session.refresh(notebook)  # its score is computed by the database
            student = resources["nbgrader"]["student"]
            penalty = self.plugin_inst.late_submission_penalty(student, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = self._check_late_penalty(notebook, penalty)
        return nb, resources


def is_graded(book: Gradebook, assignment: str, student: str, tests: set[str]) -> bool:
    """Whether the gradebook has points for all these test cells of the student."""
    try:
        submission = book.find_submission(assignment, student)
    except MissingEntry:
        return False
    return all(
        grade.auto_score is not None
        for row in submission.notebooks
        for grade in row.grades
        if grade.cell.name in tests
    )


def recorded_digest(folder: str) -> str | None:
    """Which submission a graded folder came of; None if nbgrader's own commands made it."""
    for path in sorted(Path(folder).glob("*.ipynb")):
        with contextlib.suppress(OSError, ValueError):
            about = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("anuman", {})
            return about.get("submission")
    return None
