"""A course's settings and plug-ins, found where nbgrader's own commands find them."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from traitlets.config import Application, Config

from ...paths import NBGRADER_CONFIG as CONFIG
from .errors import BadCourse


def load(root: Path) -> Config:
    """nbgrader_config (.py or .json) of the course's folder, above those of this user and this machine.

    Where a course lies, only its own settings say: others are of the course that they name.
    """
    with at_home(root):
        # Told to read none, Jupyter would make an empty folder for them, which stays behind.
        folders = [] if os.environ.get("JUPYTER_NO_CONFIG") else jupyter_config_path()
        config = _read(folders, "in one of the folders of `jupyter --paths`")
        config.CourseDirectory.pop("root", None)
        config.merge(_read([str(root)], f"in {root}"))
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(root)
    return config


def _read(folders: list[str], where: str) -> Config:
    """The settings in these folders; an earlier one wins."""
    reader = Application()
    reader.raise_config_file_errors = True
    try:
        reader.load_config_file(CONFIG.removesuffix(".py"), path=folders)
    except (Exception, SystemExit) as error:  # the teacher's own code
        raise BadCourse(f"{CONFIG} {where} fails: {type(error).__name__}: {error}") from error
    return reader.config


@contextlib.contextmanager
def at_home(root: Path) -> Iterator[None]:
    """The course's folder as the working folder and among those of modules, as nbgrader's commands run.

    Modules that lie there are forgotten at the end: another course may have its own of that name.
    """
    folder, path, known = os.getcwd(), list(sys.path), set(sys.modules)
    os.chdir(root)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        os.chdir(folder)
        sys.path[:] = path
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).parent == root:
                del sys.modules[name]
