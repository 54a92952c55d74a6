"""One run of `anuman grade`: the teacher's own answers first, then every submission that is to be graded."""

import concurrent.futures
import contextlib
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime

from . import evidence, nonsense, pool, worker
from .course import intake, settings
from .course.errors import BadCourse
from .course.folder import Course, Found, digest
from .course.work import TEST, Outcome, Submission, Template
from .evidence import Evidence
from .progress import Progress
from .records import gradebook, report
from .records.recorder import Recorder
from .records.results import DONE, FAILED, GRADED, ClassResult, StudentResult

STARVED = "a time limit passed while other work kept this machine busy; run again when it is not"
MOST_LOSSES = 3  # of a worker over the same submission


@dataclass
class _Handed:
    """A submission on its way."""

    student: str
    files: dict[str, bytes]
    notes: list[str]
    submitted: datetime | None
    digest: str
    times: dict[str, int]
    losses: int = 0
    alone: bool = False  # tried once more, with nothing beside it


class ClassRun:
    """See the module's docstring.

    apart: all tests run apart from the learners' code. try_answers: have the teacher's own answers
    graded before anybody's.
    """

    def __init__(
        self,
        course: Course,
        assignment: str,
        there: pool.Pool,
        progress: Callable[[Progress], None] | None,
        isolate: bool,
        apart: bool = False,
        try_answers: bool = True,
    ):
        self._course, self._name, self._pool, self._progress = course, assignment, there, progress
        with contextlib.closing(course.gradebook()) as book:
            row = course.assignment(book, assignment)
            self._templates: tuple[Template, ...] = course.templates(row)
        self._rules = settings.rules(course.place, self._templates, isolate)
        self._setting = settings.settings_of(course.config).tests
        if apart:
            self._setting = evidence.APART
            for cell in (cell for template in self._templates for cell in template.cells):
                cell.forced = ""
        self._try_answers = try_answers
        self._evidence: Evidence | None = None
        teachers_files = course.teachers_files(assignment)
        self._recorder = Recorder(course, assignment, self._templates, teachers_files)
        self._tests = {
            cell.grade_id for t in self._templates for cell in t.cells if cell.role == TEST
        }
        self._results: dict[str, StudentResult] = {}
        self._again: list[_Handed] = []
        self._started = time.monotonic()

    def grade(self, student: str, force: bool) -> ClassResult:
        """Grade everybody who is to be graded; gives the whole class."""
        found = self._course.submissions(self._name, student)
        if not found:
            who = "" if student == "*" else f" of {student}"
            where = self._course.place.submitted_directory
            raise BadCourse(f"no submission{who} to {self._name} in {self._course.root / where}.")
        try:
            self._recorder.clean()
            self._grade_all(found, force)
        finally:
            self._recorder.close()
        students = [self._results[one] for one in sorted(self._results)]
        seconds = time.monotonic() - self._started
        together = self._evidence.together if self._evidence else []
        return ClassResult(self._name, students, seconds, self._doubts(students), together)

    def _doubts(self, students: list[StudentResult]) -> list[str]:
        """Tests that nobody has passed in full, and the teacher's own answers do not pass either."""
        if self._evidence is None or not self._try_answers:
            return []
        graded = [one for one in students if one.status == GRADED]
        tasks = [task for one in graded for task in one.tasks if task.id in self._tests]
        missed = {(task.notebook, task.id) for task in tasks if task.points is not None}
        missed -= {(task.notebook, task.id) for task in tasks if task.points == task.max_points}
        if not self._evidence.tried:
            alone = "the teacher's own notebook is not there, so that nobody knows whether it can be passed"
            return [f"{notebook}/{test}: {alone}" for notebook, test in sorted(missed)]
        failed = self._evidence.failed
        return [
            f"{one}/{test}: {failed[one, test]}" for one, test in failed if (one, test) in missed
        ]

    # The teacher's own answers

    def nonsense(self) -> nonsense.Report:
        """Which tests would give points to nonsense; grades nobody."""
        answers = self._course.sources(self._name, self._templates)
        if not answers:
            raise BadCourse(f"the teacher's own notebooks of {self._name} are not there.")
        try:
            templates, teachers = self._with_evidence(), self._recorder.teachers_files
            work = Submission("", templates, answers, teachers, self._rules)
            return nonsense.report(self._name, work, self._evidence.failed, self._tried)
        finally:
            self._recorder.close()

    def _with_evidence(self) -> tuple[Template, ...]:
        """The notebooks to grade with; the teacher's answers are tried when they are first asked for."""
        if self._evidence is None:
            answers = self._course.sources(self._name, self._templates) if self._try_answers else {}
            if answers:
                self._evidence = evidence.gather(
                    self._templates,
                    self._setting,
                    lambda templates: self._model(templates, answers),
                    self._rules.stand_ins,
                )
            else:
                self._evidence = evidence.unseen(self._templates, self._setting)
        return self._evidence.templates

    def _model(self, templates: tuple[Template, ...], answers: dict[str, bytes]) -> Outcome:
        teachers = self._recorder.teachers_files
        return self._tried(Submission("", templates, answers, teachers, self._rules))

    def _tried(self, work: Submission) -> Outcome:
        """What came of the teacher's answers; tried once more if the machine may have been at fault."""
        for last in (False, True):
            try:
                outcome: Outcome = self._pool.submit(worker.grade, work).result()
            except BrokenProcessPool:
                outcome = Outcome("", problem="a worker of the grading was killed")
                self._pool.renew()
            if not (outcome.problem or (outcome.doubtful and not last)):
                return outcome
        raise BadCourse(
            f"the teacher's own answers to {self._name} could not be tried: {outcome.problem}. "
            "Nothing was graded; run again."
        )

    # The submissions

    def _grade_all(self, found: list[Found], force: bool) -> None:
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
        for handed in self._again:
            handed.alone, future = True, self._submit(handed)
            while future is not None:
                future = self._finish(handed, future)

    def _tell(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(Progress(done, total, time.monotonic() - self._started))

    def _read(self, one: Found, force: bool) -> _Handed | None:
        """A submission that is to be graded; None if it is done, or cannot be read."""
        try:
            return self._handed(one, force)
        except intake.NotReadable as error:
            self._fail(one.student, [str(error.strerror)])
        except Exception as error:  # whatever it is: this student only
            self._fail(one.student, [f"It cannot be read: {type(error).__name__}: {error}"])
            self._recorder.book.drop()
        return None

    def _handed(self, one: Found, force: bool) -> _Handed | None:
        read = intake.Intake(one.folder, self._course.place.ignore)
        submitted = read.timestamp()
        files, notes = intake.beside(self._recorder.teachers_files, read.files)
        notes = read.notes + notes
        handed = _Handed(one.student, files, notes, submitted, digest(read.files), read.times)
        if not force and self._is_done(handed):
            self._results[one.student] = self._recorded(one.student)
            return None
        if not any(name.endswith(".ipynb") for name in read.files):
            self._fail(one.student, [*notes, "There is no notebook in this submission."])
            return None
        return handed

    def _is_done(self, handed: _Handed) -> bool:
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
        templates, teachers = self._with_evidence(), self._recorder.teachers_files
        work = Submission(
            handed.student, templates, handed.files, teachers, self._rules, handed.times
        )
        return self._pool.submit(worker.grade, work)

    def _finish(self, handed: _Handed, future: Future) -> Future | None:
        """Record what came of a submission; a future if it has to be tried once more at once."""
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
            outcome = Outcome(handed.student, problem=f"{type(error).__name__}: {error}")
        if not handed.alone and (outcome.problem or outcome.doubtful):
            self._again.append(handed)
        elif outcome.problem or outcome.starved:
            problem = outcome.problem or STARVED
            notes = [*handed.notes, *outcome.notes]
            self._fail(handed.student, [*notes, f"Not graded: {problem}."])
        else:
            self._record(handed, outcome)
        return None

    def _record(self, handed: _Handed, outcome: Outcome) -> None:
        notes = handed.notes + outcome.notes
        if not any(one.found for one in outcome.notebooks):
            names = ", ".join(f"{template.name}.ipynb" for template in self._templates)
            self._fail(handed.student, notes or [f"None of its notebooks is {names}."])
            return
        for name in (one.name for one in outcome.notebooks if not one.found):
            there = f"{name}.ipynb" in handed.files
            notes.append(
                f"{name}.ipynb {'could not be read' if there else 'was not handed in'}: 0 points."
            )
        try:
            tasks = self._recorder.record(outcome, handed.files, handed.submitted, handed.digest)
        except Exception as error:
            self._fail(handed.student, [*notes, f"Not recorded: {type(error).__name__}: {error}"])
            return
        self._results[handed.student] = StudentResult(handed.student, GRADED, tasks, notes)

    def _fail(self, student: str, notes: list[str]) -> None:
        self._results[student] = StudentResult(student, FAILED, [], notes)

    def _recorded(self, student: str) -> StudentResult:
        """What an earlier run found, as the gradebook has it, with the reasons from the notebooks."""
        submission = self._recorder.book.find_submission(self._name, student)
        read = report.read_from(self._recorder.final_folder(student))
        return StudentResult(student, DONE, report.tasks(submission, read, self._templates), [])
