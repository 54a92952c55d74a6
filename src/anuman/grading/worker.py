"""Grades one submission, wherever it is asked to: in a local worker or on a Dask worker."""

import os
import threading
import time

from .course import staging
from .course.handed_in import Notebooks, Unreadable
from .course.work import Cell, Graded, Outcome, Submission, Template
from .isolation import wire
from .running.session import Session
from .running.stopped import Stopped
from .running.zygotes import CannotStart, Zygotes

_zygotes: Zygotes | None = None
_owner = 0
_one_at_a_time = threading.Lock()  # a Dask worker may have several threads


def warm() -> None:
    """Start this process's zygotes, so that the first submission need not wait for them."""
    global _zygotes, _owner
    if _zygotes is None or _owner != os.getpid():
        _zygotes, _owner = Zygotes(), os.getpid()


def grade(submission: Submission) -> Outcome:
    """Run all notebooks of a submission."""
    with _one_at_a_time:
        started = time.monotonic()
        outcome = Outcome(submission.student)
        try:
            warm()
            cells = [cell for template in submission.notebooks for cell in template.cells]
            parts = [part for cell in cells for part in (cell.before, cell.for_tests)]
            _zygotes.preload(submission.rules, tuple(filter(None, parts)))
            _grade(submission, outcome, started + submission.rules.submission_s)
        except (CannotStart, OSError, wire.BadFrame) as error:  # a killed zygote, a broken pipe
            outcome.problem = str(error) or type(error).__name__
            close()
        outcome.seconds = time.monotonic() - started
        return outcome


def close() -> None:
    """End this process's zygotes."""
    global _zygotes
    if _zygotes is not None and _owner == os.getpid():
        _zygotes.close()
    _zygotes = None


def _grade(submission: Submission, outcome: Outcome, end: float) -> None:
    notebooks = Notebooks(submission.files, submission.times, submission.notebooks)
    for template in submission.notebooks:
        files = _files(submission, template)
        with Session(_zygotes, submission.rules, end, files, submission.teachers_files) as session:
            cells = notebooks.find(template, lambda content: _cells_of(session, content))
            outcome.notes += notebooks.notes
            notebooks.notes.clear()
            if cells is None:
                outcome.notebooks.append(Graded(template.name, [], found=False))
            else:
                rebuilt, notes = staging.rebuild(template, cells, session.bound)
                session.run(rebuilt, template)
                outcome.notebooks.append(Graded(template.name, rebuilt))
                prefix = f"{template.name}: " if len(submission.notebooks) > 1 else ""
                outcome.notes += [prefix + note for note in (*notes, *session.notes)]
            end = session.end  # later than it was by the time in which others had the processors
            _zygotes.require_alive()  # else what a cell is charged with may be the zygote's end
            outcome.doubtful |= session.blame.doubtful
            outcome.starved |= session.blame.starved


def _files(submission: Submission, template: Template) -> dict[str, bytes]:
    """What lies in the learner's working folder: all but the notebook itself."""
    itself = f"{template.name}.ipynb"
    own = {name: data for name, data in submission.files.items() if name != itself}
    return {**own, **submission.teachers_files}


def _cells_of(session: Session, content: bytes) -> list[dict]:
    """The cells of a file, read in the learner's process. Raises Unreadable."""
    try:
        return _checked(session.parse(content))
    except (LookupError, Stopped) as error:
        raise Unreadable(str(error)) from None


def _checked(cells: list) -> list[dict]:
    """Cells as the parser gives them; it runs in the learner's process, so nothing is taken on trust."""
    kinds = {"kind": str, "source": str, "pictures": dict, "claimed": str}
    for one in cells:
        if type(one) is not dict or any(type(one.get(k)) is not kind for k, kind in kinds.items()):
            raise LookupError("it was read wrongly")
        if any(type(one.get(k)) not in (str, type(None)) for k in ("grade_id", "id")):
            raise LookupError("it was read wrongly")
    return cells


__all__ = ["Cell", "close", "grade", "warm"]
