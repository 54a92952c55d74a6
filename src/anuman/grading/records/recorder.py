"""Writes what workers found the way nbgrader's autograde does: outputs, grades, folders.

nbgrader's own Autograde with two changes. Execution is not done here: the cells arrive with their
outputs. And everything of one submission is one transaction in one open gradebook; its folder is
made under another name and renamed at the end, so that a killed run leaves no half-graded learner.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute as StockExecute

from ..course.folder import Course
from ..course.shared import make_folder
from ..course.work import Outcome, Template
from . import report
from .gradebook import LatePenalties, OfOneNotebook, OneCommit, SaveGrades
from .graded_notebook import as_notebook
from .results import TaskResult

PARTIAL = ".partial"  # a step's folder in which submissions are made before the rename
# Of a course's own list of preprocessors: what the engine has done already.
DONE = ("Execute", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "ClearOutput")
NEEDLESS = ("CheckCellMetadata", "ClearMetadataPreprocessor")  # our metadata is the gradebook's


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
        # As nbgrader: such a file is never copied, and what the learner handed in is what counts.
        own = self.exclude_overwriting.get(assignment, [])
        self.teachers_files = {n: data for n, data in teachers_files.items() if n not in own}
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
        make_folder(self.coursedir, folder)
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
        make_folder(self.coursedir, os.path.dirname(final))
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
        others = {name: data for name, data in files.items() if not name.endswith(".ipynb")}
        for name, content in {**others, **self.teachers_files}.items():
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
                "gradebook": OfOneNotebook(row, self.book.db),
            },
        }
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            output, resources = self.exporter.from_notebook_node(graded, resources)
        self.write_single_notebook(output, resources)


def _nothing_handed_in(row: SubmittedNotebook) -> None:
    for grade in row.grades:
        grade.auto_score = 0
        grade.needs_manual_grade = grade.manual_score is not None
