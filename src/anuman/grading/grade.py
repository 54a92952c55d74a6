"""`anuman grade ASSIGNMENT`: a class, in parallel, with nbgrader's gradebook as the one record."""

import concurrent.futures
import contextlib
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import pool, worker
from .course.errors import BadCourse
from .course.work import TEST, Outcome, Rules, Submission, Template
from .isolation import preflight
from .records.results import DONE, FAILED, GRADED, ClassResult, StudentResult

if TYPE_CHECKING:
    from .course.folder import Course

LOCK = ".anuman-grade.lock"
MOST_LOSSES = 3  # of a worker over the same submission


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Submissions a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Seconds that the rest will take at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass
class _Handed:
    """A submission on its way."""

    student: str
    files: dict[str, bytes]
    notes: list[str]
    submitted: datetime | None
    digest: str
    losses: int = 0


def grade_course(
    course: Path,
    assignment: str,
    student: str = "*",
    force: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    unsafe: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> ClassResult:
    """Grade the submissions of an assignment. Raises BadCourse and preflight.CannotIsolate.

    student: an id or a glob. force: grade again what is graded already. workers: processes on this
    machine (None: one a core). scheduler: address of a Dask scheduler instead. unsafe: go on where
    this system cannot isolate the learners' code.
    """
    if workers is not None and workers < 1:
        raise BadCourse(f"--workers {workers}: at least one is needed.")
    if not unsafe and not scheduler:  # Dask's workers find out themselves
        preflight.require()
    with pool.workers(workers, scheduler) as there:
        there.warm()  # they start while nbgrader is imported here
        with _without("rfc3987_syntax"):
            from .course.folder import Course

        with _calm():
            place = Course(course)
            with _only_one(place.root):
                return _Run(place, assignment, there, progress, not unsafe).grade(student, force)


class _Run:
    """One run of the command."""

    def __init__(
        self, course: "Course", assignment: str, there: pool.Pool, progress, isolate: bool
    ):
        from .records.recorder import Recorder

        self._course, self._name, self._pool, self._progress = course, assignment, there, progress
        with contextlib.closing(course.gradebook()) as book:
            row = course.assignment(book, assignment)
            self._templates: tuple[Template, ...] = course.templates(row)
        self._rules: Rules = course.rules(self._templates, isolate)
        self._recorder: Recorder = Recorder(
            course, assignment, self._templates, course.teachers_files(assignment)
        )
        self._tests = {
            cell.grade_id for t in self._templates for cell in t.cells if cell.role == TEST
        }
        self._results: dict[str, StudentResult] = {}
        self._started = time.monotonic()

    def grade(self, student: str, force: bool) -> ClassResult:
        """Grade everybody who is to be graded; gives the whole class."""
        found = self._course.submissions(self._name, student)
        if not found:
            who = "" if student == "*" else f" of {student}"
            where = self._course.place.submitted_directory
            raise BadCourse(f"no submission{who} to {self._name} in {self._course.root / where}.")
        folder = os.getcwd()
        os.chdir(self._course.root)  # where nbgrader's own commands run, and its hooks
        try:
            self._recorder.clean()
            self._grade_all(found, force)
        finally:
            os.chdir(folder)
            self._recorder.close()
        students = [self._results[one] for one in sorted(self._results)]
        doubts = self._doubts(students)
        return ClassResult(self._name, students, time.monotonic() - self._started, doubts)

    def _doubts(self, students: list[StudentResult]) -> list[str]:
        """Tests that nobody has passed in full, and the teacher's own answers do not pass either."""
        from .records import model_answers

        graded = [one for one in students if one.status == GRADED]
        tasks = [task for one in graded for task in one.tasks if task.id in self._tests]
        missed = {(task.notebook, task.id) for task in tasks if task.points is not None}
        missed -= {(task.notebook, task.id) for task in tasks if task.points == task.max_points}
        if not missed or len(graded) < 2:
            return []
        answers = self._course.sources(self._name, self._templates)
        if not answers:
            return []
        teachers = self._recorder.teachers_files
        work = Submission("", self._templates, answers, teachers, self._rules)
        try:
            return model_answers.shortfalls(self._pool.submit(worker.grade, work).result(), missed)
        except Exception as error:  # the grades stand, whatever has become of this look
            return [f"they could not be tried: {type(error).__name__}: {error}"]

    def _grade_all(self, found: list, force: bool) -> None:
        waiting = iter(found)
        running: dict[Future, _Handed] = {}
        count = 0
        while True:
            while len(running) < self._pool.most_waiting:
                one = next(waiting, None)
                if one is None:
                    break
                handed = self._read(one, force)
                if handed is None:
                    count += 1
                    continue
                running[self._submit(handed)] = handed
            if not running:
                break
            done, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                handed = running.pop(future)
                again = self._finish(handed, future)
                if again is not None:
                    running[again] = handed
                else:
                    count += 1
                    self._tell(count, len(found))

    def _tell(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(Progress(done, total, time.monotonic() - self._started))

    def _read(self, one, force: bool) -> _Handed | None:
        """A submission that is to be graded; None if it is done, or cannot be read."""
        from .course import intake

        try:
            return self._handed(one, force)
        except intake.NotReadable as error:
            self._fail(one.student, [str(error.strerror)])
        except Exception as error:  # whatever it is: this student only
            self._fail(one.student, [f"It cannot be read: {type(error).__name__}: {error}"])
            self._recorder.book.drop()
        return None

    def _handed(self, one, force: bool) -> _Handed | None:
        from .course import intake
        from .course.folder import digest

        read = intake.Intake(one.folder, self._course.place.ignore)
        submitted = read.timestamp()
        files, notes = intake.beside(self._recorder.teachers_files, read.files)
        notes = read.notes + notes
        handed = _Handed(one.student, files, notes, submitted, digest(read.files))
        if not force and self._is_done(handed):
            self._results[one.student] = self._recorded(one.student)
            return None
        if not any(name.endswith(".ipynb") for name in read.files):
            self._fail(one.student, [*notes, "There is no notebook in this submission."])
            return None
        return handed

    def _is_done(self, handed: _Handed) -> bool:
        from .records import gradebook

        folder = self._recorder.final_folder(handed.student)
        if not os.path.isdir(folder):
            return False
        if not gradebook.is_graded(self._recorder.book, self._name, handed.student, self._tests):
            return False
        known = gradebook.recorded_digest(folder)
        if known is not None:
            return known == handed.digest
        before = self._course.place.get_existing_timestamp(folder)  # graded by nbgrader itself
        return not (handed.submitted and before and handed.submitted > before)

    def _submit(self, handed: _Handed) -> Future:
        teachers = self._recorder.teachers_files
        work = Submission(handed.student, self._templates, handed.files, teachers, self._rules)
        return self._pool.submit(worker.grade, work)

    def _finish(self, handed: _Handed, future: Future) -> Future | None:
        """Record what came of a submission; a future if it has to be tried once more."""
        try:
            outcome: Outcome = future.result()
        except BrokenProcessPool:
            handed.losses += 1
            if handed.losses < MOST_LOSSES:
                self._pool.renew()
                return self._submit(handed)
            self._fail(handed.student, [f"It ended {MOST_LOSSES} workers of the grading."])
            return None
        except Exception as error:  # a cluster that gave up, or a fault of ours: this student only
            self._fail(handed.student, [f"The grading failed: {type(error).__name__}: {error}"])
            return None
        notes = handed.notes + outcome.notes
        if outcome.problem:
            self._fail(handed.student, [*notes, f"The grading failed: {outcome.problem}."])
            return None
        if not any(one.found for one in outcome.notebooks):
            names = ", ".join(f"{template.name}.ipynb" for template in self._templates)
            self._fail(handed.student, notes or [f"None of its notebooks is {names}."])
            return None
        absent = [one.name for one in outcome.notebooks if not one.found]
        notes += [f"{name}.ipynb was not handed in: 0 points." for name in absent]
        try:
            tasks = self._recorder.record(outcome, handed.files, handed.submitted, handed.digest)
        except Exception as error:
            self._fail(handed.student, [*notes, f"Not recorded: {type(error).__name__}: {error}"])
            return None
        self._results[handed.student] = StudentResult(handed.student, GRADED, tasks, notes)
        return None

    def _fail(self, student: str, notes: list[str]) -> None:
        self._results[student] = StudentResult(student, FAILED, [], notes)

    def _recorded(self, student: str) -> StudentResult:
        """What an earlier run found, as the gradebook has it, with the reasons from the notebooks."""
        from .records import report

        submission = self._recorder.book.find_submission(self._name, student)
        read = report.read_from(self._recorder.final_folder(student))
        return StudentResult(student, DONE, report.tasks(submission, read, self._templates), [])


@contextlib.contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """One run of the command a course: the gradebook has one writer."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with open(root / LOCK, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadCourse("another `anuman grade` is running in this course.") from None
        yield


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
    student: str = "*",
    force: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    unsafe: bool = False,
    json_file: Path | None = None,
) -> int:
    """The command. Returns 0: all graded; 1: somebody needs attention; 2: nothing to grade."""
    from .progress import Bar

    if json_file and (json_file.is_dir() or not json_file.absolute().parent.is_dir()):
        print(f"anuman grade: --json {json_file}: no file can be written there.", file=sys.stderr)
        return 2
    if unsafe:
        print(preflight.UNPROTECTED, file=sys.stderr)
    try:
        with Bar() as bar:
            result = grade_course(
                course, assignment, student, force, workers, scheduler, unsafe, bar.show
            )
    except (BadCourse, preflight.CannotIsolate) as error:
        print(f"anuman grade: {error}", file=sys.stderr)
        return 2
    print(result.as_text())
    if json_file:
        json_file.write_text(result.as_json(), encoding="utf-8")
    return 1 if result.needs_attention else 0
