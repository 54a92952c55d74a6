"""`anuman grade` on whole classes: the points of stock nbgrader, odd files, clusters, ordinary users."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from class_runs import ANUMAN, grade, hand_in
from nbgrader.api import Gradebook
from nbgrader_course import NAME, REPOSITORY, Course
from plain_course import ASSIGNMENT, POINTS, RIGHT, answered, cell
from synthetic_class import STUDENTS, graded_class, scores

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


# ---- the same points as stock nbgrader -------------------------------------------------------------


def test_points_and_folders_are_those_of_stock(course, tmp_path):
    expected = hand_in(course, 7)
    (course.folder("s1") / "data.txt").write_text("mine")
    (course.root / "source" / ASSIGNMENT / "given.txt").write_text("the teacher's")
    stock = course.copy(tmp_path / "stock" / "course")
    stock.run("nbgrader", "autograde", ASSIGNMENT)
    result = grade(course)
    assert course.points() == stock.points() == expected
    assert {name: one["points"] for name, one in result.items()} == {
        name: sum(points.values()) for name, points in expected.items()
    }
    ours, theirs = files(course), files(stock)
    assert ours == theirs
    for student in expected:
        for name in ("numbers", "words"):
            mine, other = (
                nbformat.read(one.folder(student, "autograded") / f"{name}.ipynb", 4)
                for one in (course, stock)
            )
            assert [c.source for c in mine.cells] == [c.source for c in other.cells]
            assert list(map(about, mine.cells)) == list(map(about, other.cells))
    for command in ("generate_feedback", "autograde"):  # stock goes on where we stopped
        course.run("nbgrader", command, ASSIGNMENT)
    assert course.points() == expected


def files(course):
    """Paths and permissions of what lies in autograded/."""
    top = course.root / "autograded"
    return {
        (str(path.relative_to(top)), oct(path.stat().st_mode))
        for path in top.rglob("*")
        if path.is_file()
    }


def about(one):
    kept = dict(one.metadata.get("nbgrader", {}))
    return {name: kept.get(name) for name in ("grade_id", "grade", "solution", "locked", "points")}


# What the learner's own settings did to the tests, and no longer do.
BETTER = {
    "silent": {"read_sheet": 2.0, "verdict": 1.0, "flip_with_own": 3.0},
    "forged-cells": {"step_time": 0.5},
}


@pytest.fixture(scope="module")
def roofline(tmp_path_factory):
    """The course's own class, graded by the command."""
    stock = graded_class()
    course = Course(tmp_path_factory.mktemp("roofline") / "course")
    shutil.copy(stock.root / "gradebook.db", course.root)
    shutil.copytree(stock.root / "exercises", course.root / "exercises")
    shutil.copytree(stock.root / "submitted", course.root / "submitted")
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions(NAME):
            book.remove_submission(NAME, submission.student_id)
    course.stock = stock
    course.run = subprocess.run(
        [ANUMAN, "grade", NAME, "--course", str(course.root), "--json", "result.json"],
        cwd=course.root,
        env=course.environment,
        capture_output=True,
        text=True,
    )
    course.result = json.loads((course.root / "result.json").read_text("utf-8"))
    return course


@pytest.mark.xdist_group("class")
@pytest.mark.parametrize("student", STUDENTS)
def test_the_courses_own_class_gets_the_points_of_stock(roofline, student):
    assert scores(roofline, student) == scores(roofline.stock, student) | BETTER.get(student, {})


@pytest.mark.xdist_group("class")
def test_reasons_and_histogram(roofline):
    assert roofline.run.returncode == 1  # two files are no notebooks
    students = {one["id"]: one for one in roofline.result["students"]}
    for student in students.values():
        for task in student["tasks"]:
            lost = task["points"] is not None and task["points"] < task["max_points"]
            assert bool(task["reason"]) == (lost and task["id"] != "written")
    assert students["broken-file"]["status"] == students["not-a-notebook"]["status"] == "failed"
    assert "cannot be graded" in students["broken-file"]["notes"][0]
    reasons = roofline.result["summary"]["reasons"]
    assert reasons[0]["count"] > 3 and {"task", "reason", "count"} == set(reasons[0])
    assert "most frequent reasons" in roofline.run.stdout


# ---- odd submissions -----------------------------------------------------------------------------


def test_odd_files_cost_nobody_anything(course):
    expected = hand_in(course, 1)
    release = course.release()
    perfect = answered(release, {})
    for name in ("fifo", "link", "future", "nonsense", "renamed", "one-missing", "huge", "deep"):
        course.submit(name, perfect)
        expected[name] = POINTS
    os.mkfifo(course.folder("fifo") / "pipe")
    (course.folder("link") / "stolen.db").symlink_to(course.root / "gradebook.db")
    (course.folder("link") / "loop").symlink_to(".")
    (course.folder("future") / "timestamp.txt").write_text("2099-01-01 00:00:00 UTC")
    (course.folder("nonsense") / "timestamp.txt").write_bytes(b"\xff yesterday")
    (course.folder("renamed") / "words.ipynb").rename(course.folder("renamed") / "words (2).ipynb")
    (course.folder("one-missing") / "words.ipynb").unlink()
    expected["one-missing"] = POINTS | {"stack": 0.0, "count": 0.0, "shout": 0.0}
    with open(course.folder("huge") / "big.bin", "wb") as file:
        file.truncate(10**12)
    deep = course.folder("deep").joinpath(*["d"] * 30)
    deep.mkdir(parents=True)
    (deep / "x").write_text("x")
    (course.root / "submitted" / "linked").mkdir()
    (course.root / "submitted" / "linked" / ASSIGNMENT).symlink_to(course.folder("s0"))
    course.folder("empty").mkdir(parents=True)
    result = grade(course, ok=False)
    assert course.done.returncode == 1
    assert {s: p for s, p in course.points().items()} == expected
    assert result["linked"]["status"] == result["empty"]["status"] == "failed"
    assert "link" in result["linked"]["notes"][0]
    for name in ("fifo", "link", "future", "nonsense", "renamed", "one-missing", "huge", "deep"):
        assert result[name]["notes"], name
    assert result["s0"]["notes"] == []
    assert not (course.folder("link", "autograded") / "stolen.db").exists()
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        assert book.find_submission(ASSIGNMENT, "future").timestamp is None


def test_one_student_and_bad_input(course):
    expected = hand_in(course, 2)
    grade(course, "--student", "s1")
    assert course.points() == {"s1": expected["s1"]}
    for words, said in (
        (["--student", "nobody"], "no submission of nobody"),
        (["--course", "/"], "no nbgrader course"),
        (["--workers", "0"], "at least one"),
        (["--scheduler", "tcp://127.0.0.1:9"], "cheduler"),
    ):
        grade(course, *words, ok=False)
        assert course.done.returncode == 2 and said in course.done.stderr, course.done.stderr
        assert "Traceback" not in course.done.stderr
    done = course.run(ANUMAN, "grade", "hw9", ok=False)
    assert done.returncode == 2 and "it has: hw" in done.stderr
    assert "holds no notebook" in done.stderr


def test_a_new_gradebook_learns_the_assignment_from_its_source(course):
    """A fresh clone has releases and no gradebook.db; `alembic`, which nbgrader starts, is not on PATH."""
    expected = hand_in(course, 2)
    released = {p: p.read_bytes() for p in course.root.glob("release/**/*.ipynb")}
    (course.root / "gradebook.db").unlink()
    done = subprocess.run(
        [ANUMAN, "grade", ASSIGNMENT],
        cwd=course.root,
        env={"PATH": "/usr/bin:/bin", "HOME": str(course.root.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert course.points() == expected
    assert {p: p.read_bytes() for p in course.root.glob("release/**/*.ipynb")} == released


def test_a_pasted_picture_of_a_written_answer_stays(course):
    notebooks = answered(course.release(), {})
    written = cell(notebooks, "written")
    written.source = "![x](attachment:a.png) because"
    written.attachments = {"a.png": {"image/png": "iVBORw0KGgo=", "text/html": "<script>"}}
    course.submit("s0", notebooks)
    grade(course)
    kept = cell(
        {"w": nbformat.read(course.folder("s0", "autograded") / "words.ipynb", 4)}, "written"
    )
    assert kept.attachments == {"a.png": {"image/png": "iVBORw0KGgo="}}
    assert kept.source == written.source


# ---- without isolation, and with a cluster -----------------------------------------------------------


def test_a_system_that_cannot_isolate_is_refused_with_a_remedy(course):
    hand_in(course, 1)
    code = (
        "import sys\nfrom anuman.grading.isolation import preflight\nfrom anuman import cli\n"
        "preflight._try = lambda: ('unshare user fails with ENOSPC', 'sudo sysctl x')\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    done = course.run(sys.executable, "-c", code, "grade", ASSIGNMENT, ok=False)
    assert done.returncode == 2
    assert "unshare user fails with ENOSPC" in done.stderr and "sudo sysctl x" in done.stderr
    assert "--unsafe" in done.stderr and course.points() == {}


def test_unsafe_says_what_is_unprotected_and_grades(course):
    expected = hand_in(course, 3)
    grade(course, "--unsafe")
    assert "WITHOUT isolation" in course.done.stderr
    assert course.points() == expected


CLUSTER = """
import ctypes, fcntl, os, socket, struct, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x40000000 | (0 if os.geteuid() == 0 else 0x10000000)):
    sys.exit(77)
with socket.socket() as s:  # the loopback of the new network is down
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
python, anuman, *words = sys.argv[1:]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
address = "tcp://127.0.0.1:8786"
started = [subprocess.Popen([python, "-m", "distributed.cli.dask_scheduler", "--port", "8786", "--no-dashboard"], **quiet)]
for _ in range(2):
    started.append(subprocess.Popen([python, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"], **quiet))
from distributed import Client
with Client(address, timeout=60) as client:
    client.wait_for_workers(2, timeout=60)
code = subprocess.run([anuman, "grade", *words, "--scheduler", address]).returncode
for process in started:
    process.terminate()
for process in started:
    process.wait()
sys.exit(code)
"""


def test_a_cluster_of_two_workers(course, tmp_path):
    pytest.importorskip("distributed", reason="the optional extra `cluster`")
    expected = hand_in(course, 6)
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    done = course.run(sys.executable, str(script), sys.executable, ANUMAN, ASSIGNMENT, ok=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert course.points() == expected


# ---- an ordinary user ------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="is an ordinary user already")
def test_as_an_ordinary_user(course):
    """The same command as user 65534, with its own walls (no root anywhere)."""
    expected = hand_in(course, 3)
    code = "import os\nstatus = open('/proc/self/status').read()\nprint(os.getuid(), os.listdir('/root') if os.path.exists('/root') else [])"
    course.submit("spy", answered(course.release(), {"mean": f"{code}\n{RIGHT['mean']}"}))
    expected["spy"] = POINTS
    for path in (course.root, course.home, *course.root.parents):
        if path == Path("/tmp"):
            break
        os.chmod(path, 0o755)
    subprocess.run(["chown", "-R", "65534:65534", course.root, course.home], check=True)
    python = str(Path(sys.executable).resolve().parents[1])
    words = [sys.executable, str(REPOSITORY / "tests" / "helpers" / "as_user.py"), "65534"]
    done = course.run(*words, f"{python}:{REPOSITORY}", ANUMAN, "grade", ASSIGNMENT, ok=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert course.points() == expected
    graded = nbformat.read(course.folder("spy", "autograded") / "numbers.ipynb", 4)
    said = "".join(o.get("text", "") for o in cell({"n": graded}, "mean-answer").outputs)
    assert said.startswith("1000 ")


def test_the_last_of_a_class_is_recorded_as_the_first_was(course, monkeypatch):
    """The rows that are read for a submission do not become more with the class."""
    from nbgrader.api import Base
    from sqlalchemy import event

    from anuman.grading.grade import grade_course
    from anuman.grading.records.gradebook import OneCommit

    loaded, seen = [], [0]
    keep = OneCommit.keep

    def count(*_row):
        seen[0] += 1

    def keep_and_count(book):
        keep(book)
        loaded.append(seen[0])
        seen[0] = 0

    monkeypatch.setattr(OneCommit, "keep", keep_and_count)
    event.listen(Base, "load", count, propagate=True)
    try:
        hand_in(course, 12)
        grade_course(course.root, ASSIGNMENT, workers=1)
    finally:
        event.remove(Base, "load", count)
    assert len(loaded) == 12
    assert len(set(loaded[2:])) == 1, loaded
