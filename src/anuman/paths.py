"""Where the course lies on disk and where a learner's own records are kept."""

import os
from pathlib import Path

MARKS = ("lessons", "seeds", "locale")
NBGRADER_CONFIG = "nbgrader_config.py"
NBGRADER_MARKS = (NBGRADER_CONFIG, "gradebook.db", "source", "submitted")


class CourseNotFound(RuntimeError):
    """The folder that holds lessons/, seeds/ and locale/ was not found."""


def course_root() -> Path:
    """Folder of the course: ANUMAN_COURSE, else the checkout that this package runs from, else a parent of the working folder.

    Raises CourseNotFound when none of them holds the course.
    """
    given = os.environ.get("ANUMAN_COURSE")
    candidates = (
        [Path(given)]
        if given
        else [Path(__file__).resolve().parents[2], Path.cwd(), *Path.cwd().parents]
    )
    for folder in candidates:
        if all((folder / mark).is_dir() for mark in MARKS):
            return folder.resolve()
    raise CourseNotFound(
        f"no course in {candidates[0]}: a course folder holds {', '.join(MARKS)}. "
        "Run from the course folder, or set ANUMAN_COURSE to it."
    )


def nbgrader_course() -> Path:
    """The working folder if it is an nbgrader course, else the folder of this course."""
    here = Path.cwd()
    return here if is_nbgrader_course(here) else course_root()


def is_nbgrader_course(folder: Path) -> bool:
    """Whether it looks like one: nbgrader itself needs no settings file."""
    return any((folder / mark).exists() for mark in NBGRADER_MARKS)


def home() -> Path:
    """Folder of a learner's own records (predictions, measurements): ANUMAN_HOME, else ~/.anuman."""
    folder = Path(os.environ.get("ANUMAN_HOME") or Path.home() / ".anuman").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
