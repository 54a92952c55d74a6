"""Reads a submission's folder as untrusted: ordinary files only, of limited size, links never followed."""

import errno
import fnmatch
import os
import stat
import warnings
from datetime import UTC, datetime, timedelta

from nbgrader.utils import parse_utc

MOST_FILE = 50_000_000  # bytes
MOST_TOGETHER = 60_000_000
MOST_FILES = 1_000
MOST_DEPTH = 8
MOST_NAMED = 20  # files that are left out, each with a note of its own
TIMESTAMP = "timestamp.txt"
AHEAD = timedelta(hours=26)  # that a clock may be wrong, or a timestamp without its zone
JUNK = ("__MACOSX", "._*")  # what macOS puts into archives
FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
FOLDER = getattr(os, "O_DIRECTORY", 0)


class NotReadable(OSError):
    """The submission's folder itself cannot be read; the message says why."""


class Intake:
    """What lies in a submission's folder: files by relative path, remarks on what was left out."""

    def __init__(self, folder: str, ignored: list[str]):
        self.files: dict[str, bytes] = {}
        self.times: dict[str, int] = {}  # when each was changed, in ns
        self.notes: list[str] = []
        self._ignored = ignored
        self._left = MOST_TOGETHER
        self._unnamed = 0
        try:
            descriptor = os.open(folder, FLAGS | FOLDER)
        except OSError as error:
            why = "it is a link" if error.errno in (errno.ELOOP, errno.ENOTDIR) else error.strerror
            raise NotReadable(error.errno, f"the folder cannot be read: {why}") from None
        try:
            self._folder(descriptor, "", 0)
        finally:
            os.close(descriptor)
        self._lift()
        if self._unnamed:
            self.notes.append(f"{self._unnamed} more files are left out.")

    def _leave_out(self, path: str, why: str) -> None:
        """Say so, of the first ones by name: nobody reads a thousand notes."""
        if len(self.notes) < MOST_NAMED:
            self.notes.append(f"{path} is left out: {why}.")
        else:
            self._unnamed += 1

    def _folder(self, descriptor: int, prefix: str, depth: int) -> None:
        for name in sorted(os.listdir(descriptor), key=_weight):
            path = prefix + name
            if any(fnmatch.fnmatch(name, pattern) for pattern in (*JUNK, *self._ignored)):
                continue
            if len(self.files) >= MOST_FILES:
                self.notes.append(
                    f"More than {MOST_FILES} files: {path} and the rest are left out."
                )
                return
            try:
                path.encode()
                one = os.open(name, FLAGS, dir_fd=descriptor)
            except UnicodeEncodeError:
                self._leave_out(ascii(path), "its name is no text")
                continue
            except OSError as error:
                why = "it is a link" if error.errno == errno.ELOOP else error.strerror
                self._leave_out(path, why)
                continue
            try:
                self._one(one, path, depth)
            finally:
                os.close(one)

    def _one(self, descriptor: int, path: str, depth: int) -> None:
        state = os.fstat(descriptor)
        if stat.S_ISDIR(state.st_mode):
            if path.endswith(".ipynb"):  # it would stand in the place of a graded notebook
                self._leave_out(path, "it is a folder")
            elif depth < MOST_DEPTH:
                self._folder(descriptor, path + "/", depth + 1)
            else:
                self._leave_out(path, "its folders are nested too deeply")
            return
        if not stat.S_ISREG(state.st_mode):
            self._leave_out(path, "it is no ordinary file")
            return
        if state.st_size > min(MOST_FILE, self._left):
            self._leave_out(path, f"it has {state.st_size / 1e6:.0f} MB, too many")
            return
        with os.fdopen(os.dup(descriptor), "rb") as file:
            content = file.read(MOST_FILE)  # it may grow while we read
        self._left -= len(content)
        self.files[path], self.times[path] = content, state.st_mtime_ns

    def _lift(self) -> None:
        """Where the notebooks lie in a folder, as an archive may unpack, take that folder's place."""
        notebooks = [name for name in self.files if name.endswith(".ipynb")]
        folder = os.path.commonpath(map(os.path.dirname, notebooks)) if notebooks else ""
        if not folder:
            return
        self.notes.append(f"The notebooks lie in {folder}/; it is graded from there.")
        for held in (self.files, self.times):
            inner = {
                n.removeprefix(folder + "/"): held.pop(n)
                for n in [*held]
                if n.startswith(folder + "/")
            }
            held.update(inner)

    def timestamp(self) -> datetime | None:
        """When the work was handed in, as nbgrader's file says; None where that cannot be."""
        content = self.files.get(TIMESTAMP)
        if content is None or not content.strip():
            return None
        try:
            with warnings.catch_warnings():
                # Those of an unknown zone: nbgrader takes it for UTC, too.
                warnings.simplefilter("ignore")
                stated = parse_utc(content[:200].decode().strip())
        except Exception:  # dateutil promises nothing about what it raises
            self.notes.append(f"{TIMESTAMP} holds no time; it does not count.")
            return None
        now = datetime.now(UTC).replace(tzinfo=None)
        if stated > now + AHEAD:
            self.notes.append(f"{TIMESTAMP} states a time to come; it does not count.")
            return None
        return stated


def _weight(name: str) -> tuple:
    """What counts comes first, so that the limits leave out the rest."""
    return not name.endswith(".ipynb"), name != TIMESTAMP, name


def read_teachers(folder: str, ignored: list[str]) -> dict[str, bytes]:
    """The files that the teacher put beside the notebooks, by relative path."""
    found: dict[str, bytes] = {}
    for root, folders, names in os.walk(folder):
        for listed in (folders, names):
            listed[:] = [n for n in listed if not any(fnmatch.fnmatch(n, p) for p in ignored)]
        for name in names:
            if root != folder or not name.endswith(".ipynb"):  # those are the assignment's own
                path = os.path.join(root, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder).replace(os.sep, "/")] = file.read()
    return found


def beside(
    teachers: dict[str, bytes], files: dict[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    """The learner's files that can lie in one folder with the teacher's, and notes on the others.

    A file cannot lie where the teacher has a folder, nor in a folder where the teacher has a file.
    """
    folders = {folder for name in teachers for folder in _folders_of(name)}
    kept, notes = {}, []
    for name, content in files.items():
        if name in folders or any(folder in teachers for folder in _folders_of(name)):
            notes.append(f"{name} is left out: the teacher's files have its place.")
        else:
            kept[name] = content
    if len(notes) > MOST_NAMED:
        notes[MOST_NAMED:] = [f"{len(notes) - MOST_NAMED} more files are left out."]
    return kept, notes


def _folders_of(name: str) -> list[str]:
    """The folders that a file of this path lies in: of a/b/c these are a and a/b."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: at + 1]) for at in range(len(parts))]
