"""Grades one submission, wherever it is asked to: in a local worker or on a Dask worker."""

import os
import threading
import time

from .course import staging
from .course.work import Cell, Graded, Outcome, Submission, Template
from .isolation import namespaces
from .running.session import Session, Stopped
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
        except (CannotStart, namespaces.SandboxError) as error:
            outcome.problem = str(error)
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
    handed_in = {
        name.removesuffix(".ipynb"): content
        for name, content in submission.files.items()
        if name.endswith(".ipynb") and "/" not in name
    }
    for template in submission.notebooks:
        with Session(_zygotes, submission.rules, end, *_files(submission)) as session:
            content = handed_in.get(template.name)
            cells = _parsed(session, template, content, outcome)
            if cells is None:
                cells = _renamed(session, submission.notebooks, template, handed_in, outcome)
            if cells is None:
                outcome.notebooks.append(Graded(template.name, [], found=False))
                continue
            rebuilt, notes = staging.rebuild(template, cells)
            prefix = f"{template.name}: " if len(submission.notebooks) > 1 else ""
            outcome.notes += [prefix + note for note in notes]
            session.run(rebuilt, template)
            outcome.notes += [prefix + note for note in session.notes]
            outcome.notebooks.append(Graded(template.name, rebuilt))


def _files(submission: Submission) -> tuple[dict, dict]:
    """What lies in the learner's working folder, and in the tests'."""
    own = {name: data for name, data in submission.files.items() if not name.endswith(".ipynb")}
    return {**own, **submission.teachers_files}, submission.teachers_files


def _parsed(session: Session, template: Template, content: bytes | None, outcome: Outcome):
    """The cells of the submitted file of this name; None where there is none that can be read."""
    if content is None:
        return None
    try:
        return _checked(session.parse(content))
    except (LookupError, Stopped) as error:
        outcome.notes.append(f"{template.name}.ipynb cannot be graded: {error}.")
        return None


def _renamed(session, templates, template, handed_in: dict, outcome: Outcome):
    """The cells of a file with another name that holds this notebook's tasks."""
    names = {one.name for one in templates}
    for name, content in sorted(handed_in.items()):
        if name in names:
            continue
        try:
            cells = _checked(session.parse(content))
        except (LookupError, Stopped):
            continue
        if staging.closest(templates, cells) is template:
            outcome.notes.append(f"{name}.ipynb is graded as {template.name}.ipynb.")
            return cells
    return None


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
