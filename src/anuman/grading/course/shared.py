"""Folders and files of a course that several teachers of one Unix group keep together (c.CourseDirectory.groupshared)."""

import contextlib
import os
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

GROUPS = (
    0o2770  # what nbgrader gives such a folder: all rights, and the group for what is made in it
)


def make_folder(place: CourseDirectory, folder: str | Path) -> None:
    """Make a folder and those above it; in a shared course the whole group may write in them."""
    path = Path(folder)
    made = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for one in made:
        share(place, one)


def share(place: CourseDirectory, path: Path) -> None:
    """Give the group of a shared course its rights on what is ours here."""
    if place.groupshared:
        rights = GROUPS if path.is_dir() else 0o660
        with contextlib.suppress(PermissionError):  # another teacher's: theirs to give
            os.chmod(path, (path.stat().st_mode | rights) & 0o2777)
