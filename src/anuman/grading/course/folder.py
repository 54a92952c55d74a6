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
from nbgrader.api import Assignment, Base, Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import inspect
from traitlets import TraitError

from ...paths import NBGRADER_CONFIG as CONFIG
from ...paths import is_nbgrader_course
from . import configuration, intake
from .errors import BadCourse
from .official import grade_id, official_cells
from .template import as_cell, as_template, forced
from .work import LEARNER, Cell, Template


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
        self.config = configuration.load(self.root)
        try:
            with configuration.at_home(self.root):
                self.place = CourseDirectory(config=self.config)
        except TraitError as error:
            raise BadCourse(f"{CONFIG}: {error}") from None

    def gradebook(self) -> Gradebook:
        """nbgrader's gradebook of this course."""
        tools = sysconfig.get_path("scripts")  # nbgrader starts `alembic` by name
        if tools not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
        book = Gradebook(self.place.db_url, self.place.course_id)
        _require_new(book, self.place.db_url)
        return book

    def assignment(self, gradebook: Gradebook, name: str) -> Assignment:
        """The assignment's row. Raises BadCourse naming those that there are."""
        if not name.strip() or name.startswith(".") or "/" in name or "+" in name:
            raise BadCourse(
                f"{name!r} is no name of an assignment: nbgrader allows none that is empty, begins with "
                "a dot, or holds / or +."
            )
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
            self.place.submitted_directory, "(?P<student>[^/]+)", re.escape(assignment), escape=True
        )
        # format_path escapes the root, and nothing that it is given: the named group stays a group.
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
        below = self.place.directory_structure.format(
            nbgrader_step=self.place.submitted_directory,
            student_id="*",
            assignment_id=glob.escape(assignment),
        )
        yield from glob.glob(os.path.join(glob.escape(self.place.root), below))

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
        _require_python(path, released.metadata)
        official = official_cells(notebook)
        cells = [as_cell(cell, official) for cell in released.cells]
        handed_out = {cell.grade_id for cell in cells}
        absent = [name for name in official if name not in handed_out]
        if absent:
            raise BadCourse(
                f"{path} lacks the cell {absent[0]}, which the gradebook has. Make it again: "
                f"nbgrader generate_assignment {folder.name} --force"
            )
        whole = forced(released.metadata, str(path))
        for cell in cells:
            cell.forced = cell.forced or whole
        solutions = self._solutions(folder.name, notebook.name, cells)
        own = [name.removesuffix(".py") for name in self.learners_own(folder.name)]
        return as_template(notebook.name, cells, solutions, own)

    def learners_own(self, assignment: str) -> list[str]:
        """Files of the assignment that learners hand in, and the teacher's version of which stays away."""
        return Autograde(config=self.config).exclude_overwriting.get(assignment, [])

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
        own = [Path(folder, name) for name in self.learners_own(assignment)]
        paths += [path for path in own if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    def teachers_files(self, assignment: str) -> dict[str, bytes]:
        """Files beside the source notebooks."""
        folder = self.place.format_path(self.place.source_directory, ".", assignment)
        return intake.read_teachers(folder, self.place.ignore)


def _require_new(book: Gradebook, url: str) -> None:
    """Raise BadCourse for a gradebook whose tables lack what this nbgrader keeps in them."""
    there = inspect(book.engine)
    for name, table in Base.metadata.tables.items():
        known = {column["name"] for column in there.get_columns(name)}
        lacking = [column.name for column in table.columns if column.name not in known]
        if lacking:
            book.close()
            raise BadCourse(
                f"the gradebook ({url}) was made by an older nbgrader: its table {name} has no column "
                f"{lacking[0]}. Run `nbgrader db upgrade` in the course's folder, then again."
            )


def _require_python(path: Path, metadata) -> None:
    """Raise BadCourse for a notebook whose kernel is no Python."""
    kernel = metadata.get("kernelspec", {})
    language = kernel.get("language") or metadata.get("language_info", {}).get("name") or "python"
    if "python" not in language.lower():
        raise BadCourse(
            f"{path} runs on the kernel {kernel.get('name', language)} (language {language}); anuman "
            "grade runs Python notebooks only. Grade this assignment with nbgrader autograde."
        )


def _matches(student: str, pattern: str) -> bool:
    return student == pattern or fnmatch.fnmatchcase(student, pattern)


def digest(files: dict[str, bytes]) -> str:
    """What a submission is told from an earlier one by."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(json.dumps([name, len(content)]).encode())
        total.update(content)
    return total.hexdigest()
