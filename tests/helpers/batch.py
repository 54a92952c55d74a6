"""Grades many attacks among honest neighbours, and notes everything that happened."""

import ctypes
import functools
import hashlib
import json
import os
import re
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import hostile_files
import hostile_pages
import nbformat
import psutil
from attack import Attack, from_toml
from plain_course import ASSIGNMENT, PlainCourse, honest

REPOSITORY = Path(__file__).resolve().parents[2]
FAMILIES = {
    **{
        name: from_toml(name)
        for name in ("patched", "peeking", "escape", "resources", "wire", "odd")
    },
    "pages": [*from_toml("pages"), *hostile_pages.ATTACKS],
    "files": hostile_files.ATTACKS,
}
# What may come out otherwise for root: its walls are built in another way, and it may read everything.
OF_THE_USER = ("peeking", "escape", "resources", "files")
# Graded together: all that is code, and all that is odd about files.
BATCHES = {
    "code": [attack for family in FAMILIES if family != "files" for attack in FAMILIES[family]],
    "walls": [attack for family in OF_THE_USER if family != "files" for attack in FAMILIES[family]],
    "files": FAMILIES["files"],
}
AS_ORDINARY = [("code", "ordinary"), ("files", "ordinary")]
AS_ROOT = [("walls", "root"), ("files", "root")]
RUNS = AS_ROOT + AS_ORDINARY if os.name == "posix" and os.geteuid() == 0 else AS_ORDINARY
UID = 47_110  # of the ordinary user, when root runs the tests
CELL_S = 2  # time limit of a cell
SUBMISSION_S = {"files": 12}  # where an attack goes for the time limit of a whole submission
RUN_S = 600  # a run that takes longer hangs
MOST_RUNS = 4  # on a machine that is busy with something else
OPEN = "Not graded: "  # what the report says of whoever the next run grades
NEIGHBOURS = {"a-neighbour": 0, "m-neighbour": 2, "z-neighbour": 1}
PR_SET_CHILD_SUBREAPER = 36
HARMLESS_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/etc", "/", "/run", "/usr/lib")
# Nothing of these may show in what a learner's cells put out.
SECRETS = ["REACHED"] + [
    f"SECRET-{name}"
    for name in (
        *("solution", "config", "environment", "home", "neighbour"),
        *("hidden-mean", "hidden-scale", "hidden-repeat", "hidden-count"),
    )
]
OWN_RESULTS = ("autograded", "feedback", "gradebook.db")


@dataclass
class Outcome:
    """What came of one run."""

    course: PlainCourse
    status: int
    said: str
    results: dict[str, dict]  # of --json, by student
    points: dict[str, dict]  # of the gradebook, by student
    feedback_status: int = 0
    feedback_said: str = ""
    changed: list[str] = field(default_factory=list)
    escaped: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)

    def outputs(self, student: str) -> str:
        """All that the learner's own cells show as outputs in this student's graded notebooks."""
        texts = []
        for path in self.course.folder(student, "autograded").glob("*.ipynb"):
            for one in nbformat.read(path, 4).cells:
                if not one.metadata.get("nbgrader", {}).get("points"):
                    texts += [json.dumps(output) for output in one.get("outputs", [])]
        return "\n".join(texts)

    def pages(self, student: str) -> dict[str, str]:
        """This student's feedback pages by notebook."""
        folder = self.course.folder(student, "feedback")
        return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


class Listener:
    """Listens on this machine's addresses and notes whoever comes."""

    def __init__(self, folder: Path):
        self.seen: list[str] = []
        self.path = folder / "socket"
        tcp = socket.create_server(("", 0))
        self.port = tcp.getsockname()[1]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("", self.port))
        self.sockets = [tcp, udp]
        if socket.has_ipv6:
            self.sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for address in (str(self.path), f"\0anuman-attack-{self.port}"):
            one = socket.socket(socket.AF_UNIX)
            one.bind(address)
            one.listen()
            self.sockets.append(one)
        self.path.chmod(0o777)
        self.wake, self.end = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            for one in select.select([*self.sockets, self.end], [], [])[0]:
                if one is self.end:
                    return
                self.seen.append(str(one.getsockname()))
                if one.type == socket.SOCK_DGRAM:
                    one.recv(100)
                else:
                    one.accept()[0].close()

    def close(self) -> list[str]:
        """Stop listening; who came."""
        self.wake.send(b"x")
        self.thread.join()
        for one in (*self.sockets, self.wake, self.end):
            one.close()
        return self.seen


@functools.cache
def _template() -> tuple[PlainCourse, tempfile.TemporaryDirectory]:
    folder = tempfile.TemporaryDirectory(prefix="attacks-template-")
    return PlainCourse(Path(folder.name) / "course", timeout_s=CELL_S), folder


def filled(folder: Path, listener: Listener, attacks: list[Attack]) -> PlainCourse:
    """A course with the attacks' and the neighbours' submissions."""
    course = _template()[0].copy(folder / "course")
    limit = SUBMISSION_S.get(attacks[0].family, 120)
    with (course.root / "nbgrader_config.py").open("a") as settings:
        settings.write(f"c.GradeSettings.submission_seconds = {limit}\n")
    release = course.release()
    values = {
        "@COURSE@": str(course.root),
        "@HOME@": str(course.home),
        "@PORT@": str(listener.port),
        "@SOCKET@": str(listener.path),
        "@HOST@": socket.gethostbyname(socket.gethostname()),
    }

    def fill(text: str) -> str:
        return re.sub("@[A-Z]+@", lambda found: values.get(found[0], found[0]), text)

    for attack in attacks:
        notebooks = attack.notebooks(release, fill)
        if attack.write:
            attack.write(course.folder(attack.name), notebooks)
        else:
            course.submit(attack.name, {n: json.dumps(b).encode() for n, b in notebooks.items()})
    for student, number in NEIGHBOURS.items():
        notebooks, _points = honest(release, number)
        notebooks["numbers"].cells[0].source += "\nSECRET-neighbour"
        course.submit(student, notebooks)
    return course


def _tree(folder: Path) -> dict[str, str]:
    """What lies below a folder: path -> kind, rights and content; links and pipes are not followed."""
    found = {}
    for where, folders, files in os.walk(folder):
        if Path(where) == folder:
            folders[:] = [name for name in folders if name not in OWN_RESULTS]
        for name in [*folders, *files]:
            path = os.path.join(where, name)
            about = os.lstat(path)
            content = ""
            if stat.S_ISLNK(about.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(about.st_mode) and about.st_size < 5_000_000:
                content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            found[path] = f"{about.st_mode:o} {content}"
    return {p: about for p, about in found.items() if Path(p).name not in OWN_RESULTS}


def _escaped(course: PlainCourse) -> set[str]:
    """Files that only an attack would have written."""
    found = [str(path) for path in course.root.parent.rglob("*escaped*")]
    for folder in {*HARMLESS_PLACES, sys.prefix, str(Path(np_folder()))}:
        if os.path.isdir(folder):
            found += [
                os.path.join(folder, name) for name in os.listdir(folder) if "escaped" in name
            ]
    return {p for p in found if "/submitted/" not in p and "/autograded/" not in p}


def np_folder() -> str:
    """Where NumPy lies."""
    import numpy

    return os.path.dirname(numpy.__file__)


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _survivors(before: set[psutil.Process]) -> list[str]:
    """Processes that the run left behind, after a moment; they are ended here."""
    end = time.monotonic() + 5
    while True:
        left = _children() - before
        alive = []
        for process in left:
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(process.pid, os.WNOHANG)
                else:
                    alive.append(process)
            except (psutil.NoSuchProcess, ChildProcessError):
                pass
        if not alive or time.monotonic() > end:
            break
        time.sleep(0.05)
    said = [f"{process.pid} {process.cmdline()}" for process in alive if process.is_running()]
    for process in alive:
        process.kill()
    return said


def command(user: str, *words: str) -> list[str]:
    """The words of an `anuman` command for this user."""
    words = (sys.executable, "-m", "anuman.cli", *words)
    if user == "root" or os.geteuid() != 0:
        return list(words)
    needed = ":".join(dict.fromkeys([sys.base_prefix, sys.prefix, str(REPOSITORY)]))
    return [sys.executable, str(Path(__file__).with_name("as_user.py")), str(UID), needed, *words]


@functools.cache
def graded(batch: str, user: str) -> Outcome:
    """The batch's submissions graded by this user, once for all tests."""
    return run(BATCHES[batch], user)


def run(attacks: list[Attack], user: str) -> Outcome:
    """Grade these attacks among honest neighbours and make the feedback pages."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans come to us
    kept = tempfile.TemporaryDirectory(prefix=f"attacks-{user}-", ignore_cleanup_errors=True)
    folder = Path(kept.name).resolve()
    folder.chmod(0o755)
    listener = Listener(folder)
    course = filled(folder, listener, attacks)
    course.kept = kept
    if user == "ordinary" and os.geteuid() == 0:
        for where, folders, files in os.walk(folder):
            for name in [".", *folders, *files]:
                os.chown(os.path.join(where, name), UID, UID, follow_symlinks=False)
    before, escaped_before = _tree(course.root) | _tree(course.home), _escaped(course)
    processes = _children()
    report = folder / "grades.json"
    words = ("grade", ASSIGNMENT, "--course", str(course.root), "--json", str(report))
    results: dict[str, dict] = {}
    for _ in range(MOST_RUNS):
        status, text = _grade(command(user, *words), course, folder / "said")
        students = json.loads(report.read_text())["students"] if report.exists() else []
        results |= {s["id"]: s for s in students if _is_open(results.get(s["id"]))}
        if not any(map(_is_open, results.values())):
            break
    outcome = Outcome(course, status, text, results, course.points())
    outcome.survivors = _survivors(processes)
    feedback = subprocess.run(
        command(user, "feedback", ASSIGNMENT, "--course", str(course.root)),
        cwd=folder,
        env=course.environment,
        capture_output=True,
        text=True,
        timeout=RUN_S,
    )
    outcome.feedback_status = feedback.returncode
    outcome.feedback_said = feedback.stdout + feedback.stderr
    after = _tree(course.root) | _tree(course.home)
    outcome.changed = [path for path, about in before.items() if after.get(path) != about]
    outcome.escaped = sorted(_escaped(course) - escaped_before)
    outcome.connections = listener.close()
    return outcome


def _grade(words: list[str], course: PlainCourse, file: Path) -> tuple[int, str]:
    """Exit status and output of this command; the output goes through a file, which nobody can fill."""
    with file.open("w+") as said:
        status = subprocess.run(
            words,
            cwd=file.parent,
            env=course.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=RUN_S,
        ).returncode
        said.seek(0)
        return status, said.read()


def _is_open(result: dict | None) -> bool:
    """Whether the grader itself could not say anything of this submission yet."""
    return result is None or any(note.startswith(OPEN) for note in result["notes"])


def end_of(text: str, lines: int = 40) -> str:
    """The end of what a command said."""
    return "\n".join(text.splitlines()[-lines:])


def remove(course: PlainCourse) -> None:
    """Remove a course's folder."""
    shutil.rmtree(course.root.parent, ignore_errors=True)
