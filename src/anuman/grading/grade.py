"""`anuman grade ASSIGNMENT`: a class, in parallel, with nbgrader's gradebook as the one record."""

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..language import N_, _
from . import pool
from .course.errors import BadCourse, in_one_line
from .isolation import preflight
from .progress import Bar, Progress
from .records.results import ClassResult

if TYPE_CHECKING:
    from .class_run import ClassRun
    from .course.folder import Course
    from .nonsense import Report

LOCK = ".anuman-grade.lock"
WAITING = N_("Another `anuman grade` is running in this course: this one waits until it has ended.")


def grade_course(
    course: Path,
    assignment: str,
    student: str = "*",
    force: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    unsafe: bool = False,
    progress: Callable[[Progress], None] | None = None,
    apart: bool = False,
    try_answers: bool = True,
) -> ClassResult:
    """Grade the submissions of an assignment. Raises BadCourse and preflight.CannotIsolate.

    student: an id or a glob. force: grade again what is graded already. workers: processes on this
    machine (None: one a core). scheduler: address of a Dask scheduler instead. unsafe: go on where
    this system cannot isolate the learners' code. apart: run every test apart from the learners' code,
    whatever the teacher's answers show. try_answers: grade the teacher's own answers before anybody's.
    """
    with _class_run(
        course, assignment, workers, scheduler, unsafe, progress, apart, try_answers
    ) as run:
        return run.grade(student, force)


def nonsense(course: Path, assignment: str, workers: int | None = None, **how) -> "Report":
    """Which tests would give points to nonsense; grades nobody. Raises as `grade_course`.

    how: scheduler, unsafe and apart as for `grade_course`.
    """
    with _class_run(course, assignment, workers, **how) as run:
        return run.nonsense()


@contextlib.contextmanager
def _class_run(
    course: Path,
    assignment: str,
    workers: int | None,
    scheduler: str | None = None,
    unsafe: bool = False,
    progress: Callable[[Progress], None] | None = None,
    apart: bool = False,
    try_answers: bool = True,
) -> Iterator["ClassRun"]:
    """A run in this course, alone there, on workers that are starting."""
    if workers is not None and workers < 1:
        raise BadCourse(f"--workers {workers}: at least one is needed.")
    if not unsafe and not scheduler:  # Dask's workers find out themselves
        preflight.require()
    with pool.workers(workers, scheduler) as there:
        there.warm()  # they start while nbgrader is imported here
        with _without("rfc3987_syntax"):
            from .class_run import ClassRun
            from .course.configuration import at_home
            from .course.folder import Course

        with _calm():
            place = Course(course)
            with _only_one(place), at_home(place.root), in_one_line(place.place.db_url):
                yield ClassRun(place, assignment, there, progress, not unsafe, apart, try_answers)


@contextlib.contextmanager
def _only_one(course: "Course") -> Iterator[None]:
    """One run of the command a course: the gradebook has one writer, and whoever comes later waits."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    from .course.shared import share

    path = course.root / LOCK
    try:
        # To be read, which is enough for a lock: the file may be another teacher's.
        file = os.open(path, os.O_RDONLY | os.O_CREAT, 0o664)
    except OSError as error:
        said = _("{folder} cannot be written ({error}): grades could not be kept there.")
        raise BadCourse(said.format(folder=course.root, error=error.strerror)) from None
    try:
        share(course.place, path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(_(WAITING), file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


@contextlib.contextmanager
def _without(module: str) -> Iterator[None]:
    """Imports go on as if this optional module were not installed.

    jsonschema imports rfc3987_syntax for a kind of address that no notebook has; it compiles 38
    grammars when imported, half of nbgrader's import time.
    """
    there = module in sys.modules
    if not there:
        sys.modules[module] = None
    try:
        yield
    finally:
        if not there:
            del sys.modules[module]


@contextlib.contextmanager
def _calm() -> Iterator[None]:
    """nbgrader's log and SQLAlchemy's warnings kept away from the terminal."""
    logger = logging.getLogger("traitlets")
    before = logger.propagate, logger.level
    logger.propagate = False
    nothing = logging.NullHandler()
    logger.addHandler(nothing)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(nothing)
        logger.propagate = before[0]


def run(
    course: Path,
    assignment: str,
    json_file: Path | None,
    student: str,
    force: bool,
    nonsense_only: bool,
    **how,
) -> int:
    """The command. Returns 0: all graded; 1: somebody needs attention; 2: nothing to grade.

    nonsense_only: grade nobody, say which tests nonsense passes. how: workers, scheduler, unsafe and
    apart as for `grade_course`.
    """
    if json_file and (json_file.is_dir() or not json_file.absolute().parent.is_dir()):
        said = _("--json {file}: no file can be written there.").format(file=json_file)
        print(f"anuman grade: {said}", file=sys.stderr)
        return 2
    if how["unsafe"]:
        print(_(preflight.UNPROTECTED), file=sys.stderr)
    try:
        if nonsense_only:
            result = nonsense(course, assignment, **how)
        else:
            with Bar() as bar:
                result = grade_course(course, assignment, student, force, progress=bar.show, **how)
    except (BadCourse, preflight.CannotIsolate) as error:
        print(f"anuman grade: {error}", file=sys.stderr)
        return 2
    print(result.as_text())
    if json_file:
        json_file.write_text(result.as_json(), encoding="utf-8")
    return 1 if result.needs_attention else 0
