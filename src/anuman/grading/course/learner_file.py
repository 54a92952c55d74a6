"""Reads the notebook that a learner hands to `anuman check`: found, checked, never written."""

import difflib
import json
import stat
from dataclasses import dataclass
from pathlib import Path

from ...language import _
from .official import grade_id

MOST_BYTES = 50_000_000


class BadInput(ValueError):
    """What was handed in cannot be graded; the message says why and what to do."""


@dataclass(frozen=True)
class LearnerFile:
    """A notebook file that has the shape of one: where it lies, its bytes, its cells."""

    path: Path
    content: bytes
    cells: list[dict]

    @property
    def ids(self) -> list[str]:
        """nbgrader's ids of the cells that have one, in their order, copies included."""
        return [name for name in map(grade_id, self.cells) if name]


def find(path: str, exercises: Path, assignments: list[str]) -> Path:
    """The notebook meant by a path: of a notebook, of its folder, or the name of an assignment."""
    given = Path(path).expanduser()
    candidates = [given, exercises.parent / given, exercises / given]
    try:
        found = next((candidate for candidate in candidates if candidate.exists()), None)
    except OSError as error:
        said = _("{path} cannot be read: {error}.").format(path=path, error=error.strerror)
        raise BadInput(said) from error
    if found is None:
        said = _("there is no {path}.").format(path=path)
        raise BadInput(f"{said} {_nearest(path, exercises, assignments)}")
    if not found.is_dir():
        return found
    for name in assignments:
        if (found / f"{name}.ipynb").is_file() and found.resolve().name == name:
            return found / f"{name}.ipynb"
    notebooks = sorted(found.glob("*.ipynb"))
    if len(notebooks) == 1:
        return notebooks[0]
    if not notebooks:
        said = _("{folder} holds no notebook (*.ipynb).").format(folder=found)
        raise BadInput(f"{said} {_nearest(path, exercises, assignments)}")
    names = ", ".join(notebook.name for notebook in notebooks)
    said = _("{folder} holds several notebooks: name one of them ({names}).")
    raise BadInput(said.format(folder=found, names=names))


def _nearest(path: str, exercises: Path, assignments: list[str]) -> str:
    if not assignments:
        return _("The course has no assignments.")
    name = Path(path).stem
    near = difflib.get_close_matches(name, assignments, n=3, cutoff=0.4) or assignments
    names = _(" or ").join(f"{exercises.name}/{one}" for one in near)
    return _("Did you mean {names}?").format(names=names)


def read(path: Path) -> LearnerFile:
    """The notebook in this file. Raises BadInput for everything that is not a notebook."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(_("{path} is not a file.").format(path=path))
        if state.st_size > MOST_BYTES:
            said = _(
                "{path} has {size:.0f} MB, more than the {most:.0f} MB that are graded. Clear its "
                "outputs in JupyterLab (Edit, Clear Outputs of All Cells), save and check again."
            )
            raise BadInput(said.format(path=path, size=state.st_size / 1e6, most=MOST_BYTES / 1e6))
        content = path.read_bytes()
    except OSError as error:
        said = _("{path} cannot be read: {error}.").format(path=path, error=error.strerror)
        raise BadInput(said) from error
    return LearnerFile(path, content, _cells(path, content))


def _cells(path: Path, content: bytes) -> list[dict]:
    if not content.strip():
        raise BadInput(_("{path} is empty.").format(path=path) + " " + fresh_copy(path))
    try:
        notebook = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        said = _("{path} is not UTF-8 text (byte {byte}).").format(path=path, byte=error.start + 1)
        raise BadInput(f"{said} {fresh_copy(path)}") from error
    except json.JSONDecodeError as error:
        said = _(
            "{path} is not a notebook: its JSON breaks at line {line}, column {column} ({error})."
        ).format(path=path, line=error.lineno, column=error.colno, error=error.msg)
        raise BadInput(f"{said} {fresh_copy(path)}") from error
    except RecursionError as error:
        said = _("{path} is not a notebook: its JSON is nested too deeply.").format(path=path)
        raise BadInput(said) from error
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        said = _("{path} is JSON but not a notebook.").format(path=path)
        raise BadInput(f"{said} {fresh_copy(path)}")
    if notebook["nbformat"] != 4:
        said = _(
            "{path} has notebook format {found}; format 4 is graded. Open it in this course's "
            "JupyterLab, save it and check again."
        )
        raise BadInput(said.format(path=path, found=notebook["nbformat"]))
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not isinstance(notebook.get("metadata"), dict):
        said = _("{path} is a notebook without cells or metadata.").format(path=path)
        raise BadInput(f"{said} {fresh_copy(path)}")
    for number, cell in enumerate(cells, start=1):
        if not _is_cell(cell):
            said = _(
                "cell {number} of {path} is broken: it lacks its type, its text or its metadata."
            ).format(number=number, path=path)
            raise BadInput(f"{said} {fresh_copy(path)}")
    return cells


def _is_cell(cell) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
        return False
    source = cell.get("source")
    is_text = isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )
    return is_text and cell.get("cell_type") in ("code", "markdown", "raw")


def fresh_copy(path: Path) -> str:
    """How to get an untouched copy without losing what is there."""
    return _(
        "Nothing was changed. Keep the file under another name; JupyterLab may hold an earlier "
        "version in {folder}. A fresh copy: git restore {path}"
    ).format(folder=path.parent / ".ipynb_checkpoints", path=path)
