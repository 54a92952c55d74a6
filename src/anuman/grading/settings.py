"""An nbgrader course folder as nbgrader itself sees it: its settings, and where things lie."""

import contextlib
from pathlib import Path

from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

MARKS = ("nbgrader_config.py", "gradebook.db")


class BadCourse(ValueError):
    """The folder or the assignment is not there, or nothing in it can be worked on."""


class Course:
    """A course folder, its settings and one of its assignments. Raises BadCourse."""

    def __init__(self, folder: Path, assignment: str):
        self.folder, self.assignment = folder.resolve(), assignment
        if not any((self.folder / name).is_file() for name in MARKS):
            raise BadCourse(
                f"{folder} holds no nbgrader_config.py: name the course folder with --course DIR."
            )
        self.config = _config(self.folder)
        if "root" not in self.config.CourseDirectory:
            self.config.CourseDirectory.root = str(self.folder)
        self.place = CourseDirectory(config=self.config, assignment_id=assignment)

    def path(self, step: str, student: str) -> Path:
        """The folder of a student's work in one of nbgrader's steps, e.g. place.autograded_directory."""
        return Path(self.place.format_path(step, student, self.assignment))


def _config(folder: Path) -> Config:
    """The settings that nbgrader's own commands would have in this folder."""
    with contextlib.chdir(folder):
        app = NbGrader()
        app.load_config_file()
    return app.config
