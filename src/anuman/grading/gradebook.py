"""Writes what workers found the way nbgrader's autograde does: outputs, grades, folders.

nbgrader's own Autograde with two changes. Execution is not done here: the cells arrive with their
outputs. And everything of one submission is one transaction in one open gradebook; its folder is
made under another name and renamed at the end, so that a killed run leaves no half-graded learner.
"""

import contextlib
import json
import os
import re
import shutil
from datetime import datetime
from pathlib import Path

import nbformat
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.preprocessors import Execute as StockExecute

from . import report
from .clean import MOST_PARSED
from .clean_markdown import as_block, clean_attachments, clean_markdown
from .course import Course
from .results import TaskResult
from .work import TEST, Cell, Graded, Outcome, Template

PARTIAL = ".partial"  # a step's folder in which submissions are made before the rename
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
NUMPY_NUMBER = re.compile(r"np\.\w+\((.*)\)")
# Of a course's own list of preprocessors: what the engine has done already.
DONE = ("Execute", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "ClearOutput")
NEEDLESS = ("CheckCellMetadata", "ClearMetadataPreprocessor")  # our metadata is the gradebook's

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


class _OfOneNotebook:
    """What nbgrader's preprocessors ask of a gradebook, for one notebook that is in memory."""

    def __init__(self, notebook: SubmittedNotebook, session):
        self.db = _NoCommit()
        self.session = session
        self._notebook = notebook
        self._grades = {grade.cell.name: grade for grade in notebook.grades}
        self._comments = {comment.cell.name: comment for comment in notebook.comments}

    def __deepcopy__(self, _memo) -> "_OfOneNotebook":
        return self  # nbconvert copies the resources that it hands on

    def __enter__(self) -> "_OfOneNotebook":
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


class Recorder(Autograde):
    """Takes outcomes, one submission at a time; see the module's docstring."""

    def __init__(
        self,
        course: Course,
        assignment: str,
        templates: tuple[Template, ...],
        teachers_files: dict[str, bytes],
    ):
        place = course.place
        place.assignment_id = assignment
        super().__init__(coursedir=place, config=course.config)
        self._assignment, self._templates = assignment, templates
        self._teachers_files = teachers_files
        self._final = place.autograded_directory
        self._partial = self._final.rstrip("/") + PARTIAL
        place.autograded_directory = self._partial
        self.book = OneCommit(place.db_url, place.course_id)
        self.book.hold(assignment)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self._sanitizing = False
        self.exporter._preprocessors = []
        chosen = self._preprocessors()
        for one in chosen:
            self.exporter.register_preprocessor(one, enabled=True)
        # The notebook is validated once, after the last of them.
        self.exporter.optimistic_validation = bool(chosen)

    def _preprocessors(self) -> list:
        """The course's own list, with ours in the place of nbgrader's."""
        chosen: list = []
        for one in self.autograde_preprocessors:
            name = one.rpartition(".")[2] if isinstance(one, str) else one.__name__
            if name in (*DONE, *NEEDLESS) or (
                isinstance(one, type) and issubclass(one, StockExecute)
            ):
                continue
            ours = {"SaveAutoGrades": SaveGrades, "AssignLatePenalties": LatePenalties}
            chosen.append(ours.get(name, one))
        return chosen

    def close(self) -> None:
        """Close the gradebook and take the partial folder away."""
        self.book.close()
        self.clean()
        self.coursedir.autograded_directory = self._final

    def clean(self) -> None:
        """Remove what a killed run has left half made."""
        top = Path(self.coursedir.root, self._partial)
        shutil.rmtree(top, ignore_errors=True)

    def final_folder(self, student: str) -> str:
        """Where the graded submission lies at the end."""
        return self.coursedir.format_path(self._final, student, self._assignment)

    def record(
        self,
        outcome: Outcome,
        files: dict[str, bytes],
        submitted: datetime | None,
        digest: str,
    ) -> list[TaskResult]:
        """Write one submission's folder and grades; gives the points of its tasks.

        Raises whatever nbgrader raises; then nothing of this submission is kept.
        """
        student = outcome.student
        folder = self._format_dest(self._assignment, student)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        try:
            self.notebooks = [f"{one.name}.ipynb" for one in outcome.notebooks if one.found]
            self.run_pre_convert_hook()
            submission = self._enter(student, submitted)
            rows = {row.notebook.name: row for row in submission.notebooks}
            self._put_files(folder, files)
            found = {}
            for graded in outcome.notebooks:
                if graded.found:
                    found[graded.name] = as_notebook(graded, digest)
                    self._notebook(student, found[graded.name], rows[graded.name])
                else:
                    _nothing_handed_in(rows[graded.name])
            self.set_permissions(self._assignment, student)
            self.run_post_convert_hook()
            # In this order: killed before the rename, the learner has no folder and is graded anew.
            final = self.final_folder(student)
            self._make_way(final)
            tasks = report.tasks(submission, found.get, self._templates)
            self.book.keep()
            os.rename(folder, final)
            return tasks
        except BaseException:
            self.book.drop()
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _make_way(self, final: str) -> None:
        os.makedirs(os.path.dirname(final), exist_ok=True)
        if os.path.lexists(final):
            away = final + PARTIAL
            os.rename(final, away)
            utils.rmtree(away)

    def _enter(self, student: str, submitted: datetime | None) -> SubmittedAssignment:
        """The row of this submission, made with those below it where it is not there."""
        if self.create_student:
            self.book.update_or_create_student(student)
        else:
            self.book.find_student(student)
        fields = {} if submitted is None else {"timestamp": submitted}
        submission = self.book.update_or_create_submission(self._assignment, student, **fields)
        if submitted is None:
            submission.timestamp = None
        return submission

    def _put_files(self, folder: str, files: dict[str, bytes]) -> None:
        """The learner's other files, under the teacher's of the same names."""
        mine = set(self.exclude_overwriting.get(self._assignment, []))
        others = {name: data for name, data in files.items() if not name.endswith(".ipynb")}
        for name, content in self._teachers_files.items():
            if name not in mine or name not in others:
                others[name] = content
        for name, content in others.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _notebook(self, student: str, graded: NotebookNode, row: SubmittedNotebook) -> None:
        name = row.notebook.name
        resources = {
            "unique_key": name,
            "output_files_dir": f"{name}_files",
            "nbgrader": {
                "student": student,
                "assignment": self._assignment,
                "notebook": name,
                "db_url": self.coursedir.db_url,
                "gradebook": _OfOneNotebook(row, self.book.db),
            },
        }
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            output, resources = self.exporter.from_notebook_node(graded, resources)
        self.write_single_notebook(output, resources)


def _nothing_handed_in(row: SubmittedNotebook) -> None:
    for grade in row.grades:
        grade.auto_score = 0
        grade.needs_manual_grade = grade.manual_score is not None


def as_notebook(graded: Graded, digest: str) -> NotebookNode:
    """The notebook with its outputs, safe to read; its metadata says which submission it came of."""
    cells, parsed = [], 0
    for cell in graded.cells:
        parsed += len(cell.source) if cell.kind == "markdown" else 0
        cells.append(_as_cell(cell, parse=parsed <= MOST_PARSED))
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": KERNEL,
                "language_info": {"name": "python"},
                "anuman": {"submission": digest},
            },
            "cells": cells,
        }
    )


def _as_cell(cell: Cell, parse: bool) -> dict:
    metadata: dict = {"nbgrader": cell.about} if cell.about else {}
    if cell.tags:
        metadata["tags"] = cell.tags
    made = {"cell_type": cell.kind, "id": cell.id, "metadata": metadata, "source": cell.source}
    if cell.claimed:
        metadata["anuman"] = {"claimed": cell.claimed}
    if cell.role == TEST:
        metadata["anuman"] = {"apart": True}
    if cell.kind == "raw":  # pages show raw text as HTML
        made |= {"cell_type": "markdown", "source": as_block(cell.source)}
    elif cell.kind == "code":
        outputs = cell.outputs
        if cell.role == TEST:
            outputs = plain_points(outputs, float(cell.about["points"]))
        made |= {"outputs": outputs, "execution_count": cell.count}
    else:
        attachments = clean_attachments(cell.pictures)
        if attachments:
            made["attachments"] = attachments
        teachers = cell.untouched or (cell.about or {}).get("locked")
        if not teachers:
            made["source"] = clean_markdown(cell.source, attachments if parse else None)
    return made


def plain_points(outputs: list[dict], most: float) -> list[dict]:
    """A test cell's outputs with its number of points in the one form that nbgrader reads rightly.

    nbgrader gives full marks for a NumPy number, and lets one beyond the maximum end the run.
    """
    results = [one for one in outputs if one["output_type"] == "execute_result"]
    if not results:
        return outputs
    text = results[-1]["data"].get("text/plain", "")
    match = NUMPY_NUMBER.fullmatch(text)
    try:
        points = float(match[1] if match else text)
    except ValueError:  # no number: nbgrader's rule for it stands
        return outputs
    if not 0.0 <= points <= most:
        said = f"the test gave {points:g} points of {most:g}"
        error = {"output_type": "error", "ename": "NoPoints", "evalue": said, "traceback": [said]}
        return [one for one in outputs if one not in results] + [error]
    results[-1]["data"]["text/plain"] = repr(points)
    return outputs


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
