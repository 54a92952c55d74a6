"""Settings of `anuman grade` in nbgrader_config.py, and the rules that they make for an assignment."""

import os
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Enum, Float, Integer, List, TraitError, Unicode
from traitlets.config import Configurable

from ...paths import NBGRADER_CONFIG as CONFIG
from . import bindings
from .errors import BadCourse
from .work import APART, BY_EVIDENCE, LEARNER, LOCKED, TEST, TOGETHER, Rules, Template

SQLITE = "sqlite:///"
STARTED_IN = os.getcwd()  # what PYTHONPATH names may be relative to it
EXCHANGES = ("/usr/local/share/nbgrader", "/srv/nbgrader", "/usr/share/nbgrader")  # nbgrader's own


class GradeSettings(Configurable):
    """Settings of `anuman grade` in nbgrader_config.py, as c.GradeSettings.NAME."""

    cell_seconds = Float(allow_none=True, default_value=None, help="None: c.Execute.timeout").tag(
        config=True
    )
    submission_seconds = Float(600.0, help="for all notebooks of a submission").tag(config=True)
    memory = Integer(2 << 30, help="bytes, for all processes of a submission").tag(config=True)
    disk = Integer(128 << 20, help="bytes of the scratch folder").tag(config=True)
    processes = Integer(64, help="processes and threads of a submission").tag(config=True)
    refused = List(
        Unicode(),
        ["anuman.physics", "anuman.serving", "anuman.lm"],
        help="modules that a learner's process has not, unless a locked cell imports them",
    ).tag(config=True)
    stand_ins = List(
        Unicode(),
        ["anuman.check"],
        help="modules whose functions do nothing in a learner's process",
    ).tag(config=True)
    shown = List(
        Unicode(), help="folders of data that learners' code may read, as absolute paths"
    ).tag(config=True)
    tests = Enum(
        (BY_EVIDENCE, APART, TOGETHER),
        BY_EVIDENCE,
        help="in which process tests run: apart from the learner's code, or together with it",
    ).tag(config=True)


def settings_of(config) -> GradeSettings:
    """The course's own settings. Raises BadCourse for one that cannot be."""
    try:
        return GradeSettings(config=config)
    except TraitError as error:
        raise BadCourse(f"{CONFIG}: {error}") from None


def rules(place: CourseDirectory, templates: tuple[Template, ...], isolate: bool) -> Rules:
    """Limits and modules for an assignment's submissions."""
    settings = settings_of(place.config)
    try:
        seconds = settings.cell_seconds or Execute(config=place.config).timeout
    except TraitError as error:
        raise BadCourse(f"{CONFIG}: {error}") from None
    if not seconds or seconds < 0:  # for nbgrader there is no limit then
        seconds = settings.submission_seconds
    cells = [cell for template in templates for cell in template.cells]
    locked = bindings.imported_modules(c.source for c in cells if c.role == LOCKED)
    plain = bindings.imported_modules(c.source for c in cells if c.role == LEARNER)
    tests = bindings.imported_modules(c.source for c in cells if c.role == TEST)
    tests += bindings.imported_modules(c.before for c in cells)
    listed = [one for one in settings.refused if any(bindings.covers(one, m) for m in locked)]
    refused = [one for one in settings.refused if one not in listed]
    withheld = (*refused, *settings.stand_ins)
    learners = [m for m in {*locked, *plain} if not any(bindings.covers(w, m) for w in withheld)]
    return Rules(
        cell_s=float(seconds),
        submission_s=settings.submission_seconds,
        memory=settings.memory,
        disk=settings.disk,
        processes=settings.processes,
        refused=tuple(refused),
        stand_ins=tuple(settings.stand_ins),
        shown=tuple(_shown(place, settings.shown)),
        hidden=tuple(map(str, _secret(place))),
        isolate=isolate,
        preload=tuple(sorted(learners)),
        preload_trusted=tuple(sorted({*locked, *plain, *tests})),
        python_path=_python_path(),
    )


def _python_path() -> tuple[str, ...]:
    """The folders of PYTHONPATH, wherever the working folder is now."""
    named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return tuple(
        filter(os.path.isdir, (os.path.normpath(os.path.join(STARTED_IN, one)) for one in named))
    )


def _secret(place: CourseDirectory) -> list[Path]:
    """Folders and files that no learner may see: course, gradebook, exchange, home."""
    steps = ("source", "release", "submitted", "autograded", "feedback")
    folders = [Path(place.root, getattr(place, f"{step}_directory")) for step in steps]
    found = [Path(place.root), *(one for one in folders if not one.is_relative_to(place.root))]
    exchange = place.config.Exchange.get("root")
    found += map(Path, (exchange,) if isinstance(exchange, str) and exchange else EXCHANGES)
    if place.db_url.startswith(SQLITE):
        found.append(Path(place.root, place.db_url.removeprefix(SQLITE)))
    found.append(Path.home())
    return [path.resolve() for path in found if path.resolve() != Path("/")]


def _shown(place: CourseDirectory, folders: list[str]) -> list[str]:
    """The folders of data, each by its real path. Raises BadCourse for one that would show what is secret."""
    found = []
    for folder in folders:
        path = Path(folder).resolve()
        if not Path(folder).is_absolute() or not path.is_dir():
            raise BadCourse(f"{CONFIG}: c.GradeSettings.shown names {folder}, which is no folder.")
        for one in _secret(place):
            inside = path.is_relative_to(one) and one != Path.home().resolve()
            if one.is_relative_to(path) or inside:
                raise BadCourse(
                    f"{CONFIG}: c.GradeSettings.shown names {folder}, which would show learners' code "
                    f"{one}. Put the data elsewhere."
                )
        found.append(str(path))
    return found
