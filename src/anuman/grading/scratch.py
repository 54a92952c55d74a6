"""One grading in a course of its own: a temporary folder, graded there as a class would be.

Where this system can isolate, `anuman grade`'s engine does it, so that learner and teacher see the same;
elsewhere nbgrader's own converter does, in this process.
"""

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

STUDENT = "me"


class GradingFailed(RuntimeError):
    """nbgrader gave up; the message carries the end of its log."""


@dataclass(frozen=True)
class Score:
    """One graded cell: its id, the points nbgrader gave (None: to be read by a person), the most."""

    id: str
    points: float | None
    most: float


@dataclass(frozen=True)
class Graded:
    """Scores in the order of the assignment, the assignment's own notebook and the graded one."""

    scores: list[Score]
    release: NotebookNode
    notebook: NotebookNode


def grade(course: Path, assignment: str, content: bytes) -> Graded:
    """Grade one notebook (its bytes) as a submission to an assignment of this course."""
    import nbformat
    from nbgrader.converters import GenerateAssignment, NbGraderException
    from nbgrader.coursedir import CourseDirectory

    from .isolation import preflight

    with tempfile.TemporaryDirectory(prefix="anuman-check-") as folder, _quiet(course) as log:
        root = Path(folder).resolve()
        config = _config(course, root)
        shutil.copytree(course / "solutions" / assignment, root / "solutions" / assignment)
        submission = root / "submitted" / STUDENT / assignment / f"{assignment}.ipynb"
        submission.parent.mkdir(parents=True)
        submission.write_bytes(content)
        shutil.copy(course / "nbgrader_config.py", root)
        place = CourseDirectory(config=config, assignment_id=assignment)
        try:
            GenerateAssignment(coursedir=place, config=config).start()
            if preflight.why_not() is None:
                _isolated(root, assignment)
            else:
                _stock(place, config)
        except NbGraderException as error:
            raise GradingFailed("\n".join([str(error), *log.last()])) from error
        release = root / "exercises" / assignment / f"{assignment}.ipynb"
        graded = root / "autograded" / STUDENT / assignment / f"{assignment}.ipynb"
        return Graded(
            _scores(place.db_url, assignment),
            nbformat.read(release, as_version=4),
            nbformat.read(graded, as_version=4),
        )


def _isolated(root: Path, assignment: str) -> None:
    from .course.errors import BadCourse
    from .grade import grade_course
    from .records.results import FAILED

    try:
        (mine,) = grade_course(root, assignment, workers=1, try_answers=False).students
    except BadCourse as error:
        raise GradingFailed(str(error)) from error
    if mine.status == FAILED:
        raise GradingFailed("\n".join(mine.notes))


def _stock(place, config) -> None:
    from nbgrader.converters import Autograde

    Autograde(coursedir=place, config=config).start()


def _config(course: Path, root: Path):
    """The course's own nbgrader settings, with every path in the scratch folder."""
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    database = root / "gradebook.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        # An empty database makes nbgrader start alembic to ask for the version of its tables,
        # which is needed to migrate a gradebook; this one lives for seconds.
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{database}"
    return config


def _scores(db_url: str, assignment: str) -> list[Score]:
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        notebook = gradebook.find_submission_notebook(assignment, assignment, STUDENT)
        return [
            Score(grade.name, grade.auto_score, float(grade.max_score)) for grade in notebook.grades
        ]


class _Log(logging.Handler):
    """Keeps the log, to be shown only if the grading fails."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())

    def last(self, count: int = 20) -> list[str]:
        return self.records[-count:]


@contextlib.contextmanager
def _quiet(course: Path) -> Iterator[_Log]:
    """nbgrader's log and SQLAlchemy's warnings kept away from the terminal; the kernel told where
    the course lies, as it runs in the scratch folder; no settings but the course's; all of it undone
    at the end.
    """
    logger, log = logging.getLogger("traitlets"), _Log()
    propagate, folder = logger.propagate, os.getcwd()
    set_here = {"ANUMAN_COURSE": str(course), "JUPYTER_NO_CONFIG": "1"}
    before = {name: os.environ.get(name) for name in set_here}
    os.environ.update(set_here)
    logger.addHandler(log)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield log
    finally:
        logger.removeHandler(log)
        logger.propagate = propagate
        os.chdir(folder)
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
