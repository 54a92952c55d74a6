"""An nbgrader course on disk: its settings, its assignment, its submissions."""

import contextlib
import fnmatch
import glob
import hashlib
import json
import os
import re
import sysconfig
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Assignment, Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Float, Integer, List, TraitError, Unicode
from traitlets.config import Config, Configurable
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from ...paths import NBGRADER_CONFIG as CONFIG
from ...paths import is_nbgrader_course
from . import bindings, intake
from .errors import BadCourse
from .official import grade_id, official_cells
from .work import LEARNER, LOCKED, TEST, TEXT, Cell, Rules, Template


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


@dataclass(frozen=True)
class Found:
    """A submission on disk."""

    student: str
    folder: str


class Course:
    """See the module's docstring."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        if not is_nbgrader_course(self.root):
            raise BadCourse(f"{root} is no nbgrader course: it has no {CONFIG}.")
        self.config = self._load()
        self.place = CourseDirectory(config=self.config)

    def _load(self) -> Config:
        try:
            config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        except ConfigFileNotFound:  # all settings are nbgrader's own
            config = Config()
        except Exception as error:  # the teacher's own code
            raise BadCourse(f"{CONFIG} fails: {type(error).__name__}: {error}") from error
        if "root" not in config.CourseDirectory:
            config.CourseDirectory.root = str(self.root)
        return config

    def gradebook(self) -> Gradebook:
        """nbgrader's gradebook of this course."""
        tools = sysconfig.get_path("scripts")  # nbgrader starts `alembic` by name
        if tools not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
        return Gradebook(self.place.db_url, self.place.course_id)

    def assignment(self, gradebook: Gradebook, name: str) -> Assignment:
        """The assignment's row. Raises BadCourse naming those that there are."""
        if not name or "/" in name or name.startswith(".") or any(c in name for c in "*?[]+"):
            raise BadCourse(f"{name!r} is no name of an assignment.")
        try:
            found = gradebook.find_assignment(name)
        except MissingEntry:
            self._enter(name, gradebook)
            found = gradebook.find_assignment(name)
        if not found.notebooks:
            raise BadCourse(f"assignment {name!r} has no notebooks in the gradebook.")
        return found

    def _enter(self, name: str, gradebook: Gradebook) -> None:
        """Put an assignment that was released from another gradebook into this one; releases stay as they are."""
        source = self.place.format_path(self.place.source_directory, "", name)
        if not glob.glob(os.path.join(glob.escape(source), "*.ipynb")):
            there = ", ".join(one.name for one in gradebook.assignments) or "none"
            raise BadCourse(
                f"no assignment {name!r}: {source} holds no notebook, and the gradebook has none of "
                f"that name (it has: {there})."
            ) from None
        with tempfile.TemporaryDirectory(prefix="anuman-release-") as elsewhere:
            config = deepcopy(self.config)
            config.CourseDirectory.release_directory = elsewhere
            place = CourseDirectory(config=config, assignment_id=name)
            try:
                GenerateAssignment(coursedir=place, config=config).start()
            except NbGraderException as error:
                raise BadCourse(f"assignment {name!r} cannot be generated: {error}") from error
        gradebook.db.expire_all()

    def submissions(self, assignment: str, student: str) -> list[Found]:
        """Submissions in submitted/, in the order of the students' ids."""
        pattern = self.place.format_path(
            self.place.submitted_directory, "(?P<student>[^/]+)", assignment, escape=True
        )
        # format_path escapes the root only: the named group stays a group.
        matcher = re.compile(pattern)
        found = []
        for folder in self._folders(assignment):
            match = matcher.fullmatch(folder)
            one = match["student"] if match else ""
            if one and _matches(one, student) and not self._excluded(one):
                found.append(Found(one, folder))
        return sorted(found, key=lambda one: one.student)

    def _excluded(self, student: str) -> bool:
        """Whether the course's settings leave this student out."""
        patterns = self.place.student_id_exclude.split(",")
        return any(_matches(student, pattern.strip()) for pattern in patterns)

    def _folders(self, assignment: str) -> Iterator[str]:
        yield from glob.glob(
            self.place.format_path(self.place.submitted_directory, "*", glob.escape(assignment))
        )

    def templates(self, assignment: Assignment) -> tuple[Template, ...]:
        """The notebooks as they are handed out, with the tests as the gradebook has them."""
        folder = Path(self.place.format_path(self.place.release_directory, ".", assignment.name))
        return tuple(self._template(folder, notebook) for notebook in assignment.notebooks)

    def _template(self, folder: Path, notebook) -> Template:
        path = folder / f"{notebook.name}.ipynb"
        try:
            released = nbformat.read(path, as_version=4)
        except (OSError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
            raise BadCourse(
                f"{path} cannot be read ({error}). Make it again: "
                f"nbgrader generate_assignment {folder.name} --force"
            ) from None
        official = official_cells(notebook)
        cells = [_cell(cell, official) for cell in released.cells]
        handed_out = {cell.grade_id for cell in cells}
        absent = [name for name in official if name not in handed_out]
        if absent:
            raise BadCourse(
                f"{path} lacks the cell {absent[0]}, which the gradebook has. Make it again: "
                f"nbgrader generate_assignment {folder.name} --force"
            )
        return as_template(notebook.name, cells, self._solutions(folder.name, notebook.name, cells))

    def _solutions(self, assignment: str, name: str, cells: list[Cell]) -> dict[str, str]:
        """The answers in the teacher's own source by their ids; none where it cannot be read."""
        answers = {cell.grade_id for cell in cells if cell.role == LEARNER and cell.grade_id}
        folder = self.place.format_path(self.place.source_directory, ".", assignment)
        with contextlib.suppress(OSError, nbformat.reader.NotJSONError, nbformat.ValidationError):
            source = nbformat.read(Path(folder, f"{name}.ipynb"), as_version=4)
            return {grade_id(c): c.source for c in source.cells if grade_id(c) in answers}
        return {}

    def sources(self, assignment: str, templates: tuple[Template, ...]) -> dict[str, bytes]:
        """The teacher's own notebooks as files; none if one of them is not there."""
        folder = self.place.format_path(self.place.source_directory, ".", assignment)
        paths = [Path(folder, f"{template.name}.ipynb") for template in templates]
        if not all(path.is_file() for path in paths):
            return {}
        return {path.name: path.read_bytes() for path in paths}

    def rules(self, templates: tuple[Template, ...], isolate: bool) -> Rules:
        """Limits and modules for this assignment's submissions."""
        try:
            settings = GradeSettings(config=self.config)
            seconds = settings.cell_seconds or Execute(config=self.config).timeout
        except TraitError as error:
            raise BadCourse(f"{CONFIG}: {error}") from None
        if not seconds or seconds < 0:  # for nbgrader there is no limit then
            seconds = settings.submission_seconds
        cells = [cell for template in templates for cell in template.cells]
        locked = bindings.imported_modules(c.source for c in cells if c.role == LOCKED)
        plain = bindings.imported_modules(c.source for c in cells if c.role == LEARNER)
        tests = bindings.imported_modules(c.source for c in cells if c.role == TEST)
        tests += bindings.imported_modules(c.before for c in cells)
        listed = [one for one in settings.refused if _imported(one, locked)]
        refused = [one for one in settings.refused if one not in listed]
        withheld = (*refused, *settings.stand_ins)
        learners = [m for m in {*locked, *plain} if not any(_covers(w, m) for w in withheld)]
        return Rules(
            cell_s=float(seconds),
            submission_s=settings.submission_seconds,
            memory=settings.memory,
            disk=settings.disk,
            processes=settings.processes,
            refused=tuple(refused),
            stand_ins=tuple(settings.stand_ins),
            isolate=isolate,
            preload=tuple(sorted(learners)),
            preload_trusted=tuple(sorted({*locked, *plain, *tests})),
            python_path=tuple(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))),
        )

    def teachers_files(self, assignment: str) -> dict[str, bytes]:
        """Files beside the source notebooks."""
        folder = self.place.format_path(self.place.source_directory, ".", assignment)
        return intake.read_teachers(folder, self.place.ignore)


def _matches(student: str, pattern: str) -> bool:
    return student == pattern or fnmatch.fnmatchcase(student, pattern)


def _imported(module: str, imported: list[str]) -> bool:
    return any(_covers(module, one) for one in imported)


def _covers(package: str, module: str) -> bool:
    return module == package or module.startswith(package + ".")


def as_template(name: str, cells: list[Cell], solutions: dict[str, str]) -> Template:
    """The notebook with what is known of its names: the answers' own, and the teacher's.

    solutions: the teacher's answers by the ids of their cells.
    """
    _hand_down(cells, solutions)
    stubs = [cell.source for cell in cells if cell.role == LEARNER and cell.grade_id]
    asked: set[str] = set()
    for text in (*stubs, *solutions.values()):
        asked |= bindings.bound(text) | bindings.changed(text)
        asked -= bindings.bound(bindings.imports(text))
    kept: set[str] = set()
    for cell in cells:
        kept |= bindings.bound(cell.before) | bindings.bound(cell.for_tests)
    return Template(name, tuple(cells), tuple(sorted(asked)), tuple(sorted(kept - asked)))


def _hand_down(cells: list[Cell], solutions: dict[str, str]) -> None:
    """Give each graded cell what its tests may rely on of the cells above it.

    That is what the teacher's unlocked cells define and the teacher's answers import. It stands where
    the teacher put it, whatever a submission has made of those cells.
    """
    above: list[str] = []
    for cell in cells:
        if cell.kind == "code" and not cell.grade_id:
            above.append(bindings.definitions(cell.source))
        elif cell.kind == "code":
            cell.before = "\n".join(filter(None, above))
            above = [bindings.imports(solutions.get(cell.grade_id, ""))]


def _cell(cell, official: dict) -> Cell:
    """A cell of the release notebook, with its part in the grading."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    known = official.get(name)
    kept = {"id": cell.get("id"), "tags": list(cell.metadata.get("tags", []))}
    if known is None:
        role = LEARNER if cell.cell_type == "code" else TEXT
        return Cell(role, cell.cell_type, cell.source, **kept)
    about = dict(known.metadata["nbgrader"])
    if known.cell_type != "code":
        role = TEXT
    elif about["solution"]:
        role = LEARNER
    else:
        role = TEST if about["grade"] else LOCKED
    return Cell(role, known.cell_type, known.source, grade_id=name, about=about, **kept)


def digest(files: dict[str, bytes]) -> str:
    """What a submission is told from an earlier one by."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(json.dumps([name, len(content)]).encode())
        total.update(content)
    return total.hexdigest()
