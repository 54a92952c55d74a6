"""`anuman grade` on whole classes: the points of stock nbgrader, kills at any moment, odd files."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader_course import NAME, REPOSITORY, Course
from plain_course import ASSIGNMENT, POINTS, RIGHT, TOOLS, PlainCourse, answered, cell, honest
from synthetic_class import STUDENTS, graded_class, scores

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]
ANUMAN = str(TOOLS / "anuman")


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course with one released assignment; copied by each test."""
    return PlainCourse(tmp_path_factory.mktemp("released") / "course")


@pytest.fixture
def course(released, tmp_path):
    return released.copy(tmp_path / "course")


def hand_in(course, count):
    """Honest submissions; gives the points of each student."""
    release, expected = course.release(), {}
    for number in range(count):
        notebooks, points = honest(release, number)
        course.submit(f"s{number}", notebooks)
        expected[f"s{number}"] = points
    return expected


def grade(course, *words, ok=True):
    """Run the command; gives what --json wrote, by student."""
    file = course.root.parent / "result.json"
    file.unlink(missing_ok=True)
    done = course.run(ANUMAN, "grade", ASSIGNMENT, "--json", str(file), *words, ok=False)
    assert done.returncode == 0 or not ok, done.stdout + done.stderr
    course.done = done
    if not file.exists():
        return {}
    return {one["id"]: one for one in json.loads(file.read_text("utf-8"))["students"]}


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


# ---- runs that are repeated, killed, interrupted ---------------------------------------------------


def test_a_second_run_does_nothing_and_a_new_submission_is_graded(course):
    expected = hand_in(course, 3)
    assert {one["status"] for one in grade(course).values()} == {"graded"}
    before = {path: path.stat().st_mtime_ns for path in (course.root / "autograded").rglob("*")}
    assert {one["status"] for one in grade(course).values()} == {"done"}
    assert before == {p: p.stat().st_mtime_ns for p in (course.root / "autograded").rglob("*")}
    course.submit("s1", answered(course.release(), {"mean": "mean = None"}))
    statuses = {name: one["status"] for name, one in grade(course).items()}
    assert statuses == {"s0": "done", "s1": "graded", "s2": "done"}
    assert course.points() == expected | {"s1": POINTS | {"mean": 0.0}}


def test_a_regrade_replaces_points_and_keeps_manual_ones(course):
    hand_in(course, 1)
    grade(course)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        written = book.find_grade("written", "words", ASSIGNMENT, "s0")
        written.manual_score, written.needs_manual_grade = 2.5, False
        book.find_grade("mean", "numbers", ASSIGNMENT, "s0").auto_score = 0.5
        book.find_comment("written", "words", ASSIGNMENT, "s0").manual_comment = "Good."
        book.db.commit()
    result = grade(course, "--force")["s0"]
    assert result["points"] == sum(POINTS.values()) + 2.5
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        written = book.find_grade("written", "words", ASSIGNMENT, "s0")
        assert (written.manual_score, written.needs_manual_grade) == (2.5, True)
        assert book.find_comment("written", "words", ASSIGNMENT, "s0").manual_comment == "Good."
        assert book.find_grade("mean", "numbers", ASSIGNMENT, "s0").auto_score == 2


@pytest.mark.parametrize("after", range(6))
def test_killed_at_any_moment_the_next_run_finishes(course, after):
    """kill -9 of the command when so many students are done (0: before the first)."""
    expected = hand_in(course, 6)
    command = subprocess.Popen(
        [ANUMAN, "grade", ASSIGNMENT, "--workers", "2"],
        cwd=course.root,
        env=course.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    top = course.root / "autograded"
    end = time.monotonic() + 120
    while command.poll() is None and time.monotonic() < end:
        started = [p for p in (course.root / "autograded.partial").glob("*")]
        if len(list(top.glob(f"s*/{ASSIGNMENT}"))) >= after and (after or started):
            break
        time.sleep(0.002 if after else 0.05)
    children = descendants(command.pid)
    command.kill()
    command.wait()
    gone_by = time.monotonic() + 20
    while any(map(alive, children)) and time.monotonic() < gone_by:
        time.sleep(0.05)
    assert not [pid for pid in children if alive(pid)]
    for student in (path.parent.name for path in top.glob(f"s*/{ASSIGNMENT}")):  # is whole
        assert len(list(course.folder(student, "autograded").glob("*.ipynb"))) == 2
        assert course.points()[student] == expected[student]
    statuses = [one["status"] for one in grade(course).values()]
    assert statuses.count("done") >= min(after, 1) and "failed" not in statuses
    assert course.points() == expected
    assert not (course.root / "autograded.partial").exists()


def descendants(pid):
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        with contextlib.suppress(OSError):
            for path in Path(f"/proc/{one}/task").glob("*/children"):
                children = list(map(int, path.read_text().split()))
                found += children
                waiting += children
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_half_graded_by_stock_is_graded_anew(course):
    expected = hand_in(course, 1)
    shutil.copytree(course.folder("s0"), course.folder("s0", "autograded"))
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        book.add_student("s0")
        book.add_submission(ASSIGNMENT, "s0")
    assert grade(course)["s0"]["status"] == "graded"
    assert course.points() == expected


def test_ctrl_c_leaves_nothing_behind(course):
    expected = hand_in(course, 4)
    command = subprocess.Popen(
        [ANUMAN, "grade", ASSIGNMENT],
        cwd=course.root,
        env=course.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not (course.root / "autograded").exists() and time.monotonic() < end:
        time.sleep(0.01)
    children = descendants(command.pid)
    command.send_signal(signal.SIGINT)
    _said, errors = command.communicate(timeout=60)
    assert command.returncode == 130 and errors.strip().endswith("anuman: stopped.")
    assert "Traceback" not in errors
    end = time.monotonic() + 30
    while left := [pid for pid in children if alive(pid)]:  # they notice that their parent is gone
        assert time.monotonic() < end, left
        time.sleep(0.05)
    grade(course)
    assert course.points() == expected


def test_a_lost_worker_costs_nothing(course):
    expected = hand_in(course, 6)
    command = subprocess.Popen(
        [ANUMAN, "grade", ASSIGNMENT, "--workers", "2"],
        cwd=course.root,
        env=course.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    end = time.monotonic() + 60
    while not (course.root / "autograded").exists() and time.monotonic() < end:
        time.sleep(0.01)
    workers = [p for p in direct_children(command.pid) if "spawn_main" in words_of(p)]
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    said, _ = command.communicate(timeout=120)
    assert command.returncode == 0, said
    assert course.points() == expected


def test_a_script_without_a_guard_may_grade(course):
    expected = hand_in(course, 3)
    script = course.root.parent / "evening.py"
    script.write_text(
        "from pathlib import Path\n"
        "from anuman.grading.grade import grade_course\n"
        "print('started')\n"
        f"grade_course(Path({str(course.root)!r}), {ASSIGNMENT!r}, workers=2)\n"
    )
    done = course.run(sys.executable, str(script))
    assert done.stdout.count("started") == 1
    assert course.points() == expected


def direct_children(pid):
    return [
        int(word)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for word in path.read_text().split()
    ]


def words_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


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


# ---- what one submission, or a course of its own settings, may hold ------------------------------


def test_a_submission_that_cannot_be_read_is_the_only_one_that_fails(course, monkeypatch):
    from anuman.grading.course import intake
    from anuman.grading.grade import grade_course

    expected = hand_in(course, 2)
    (course.folder("s0") / "timestamp.txt").write_text("9" * 37 + "01h")
    read = intake.Intake.timestamp

    def broken(self):
        if "timestamp.txt" not in self.files:
            raise RuntimeError("a fault of ours")
        return read(self)

    monkeypatch.setattr(intake.Intake, "timestamp", broken)
    first, second = grade_course(course.root, ASSIGNMENT, workers=1).students
    assert first.status == "graded" and "holds no time" in first.notes[0]
    assert second.status == "failed" and "a fault of ours" in second.notes[0]
    assert course.points() == {"s0": expected["s0"]}


@pytest.mark.parametrize("stated", ["9" * 37 + "01h", "2025-01-01 00:00:00 \x00", "1e999999", "٣"])
def test_a_timestamp_of_nonsense_is_a_note(tmp_path, stated):
    import warnings

    from anuman.grading.course.intake import Intake

    (tmp_path / "timestamp.txt").write_text(stated)
    read = Intake(str(tmp_path), [])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read.timestamp() is None or not read.notes


def test_many_files_that_are_left_out_make_few_notes(tmp_path):
    from anuman.grading.course.intake import Intake

    for number in range(50):
        (tmp_path / f"link-{number}").symlink_to("nowhere")
    notes = Intake(str(tmp_path), []).notes
    assert len(notes) == 21 and notes[-1] == "30 more files are left out."


def test_the_teachers_files_beside_the_learners(course):
    """Clashing paths are the teacher's; a file that is not overwritten is the learner's own."""
    source = course.root / "source" / ASSIGNMENT
    (source / "data").mkdir()
    (source / "data" / "a.txt").write_text("teacher")
    (source / "list.txt").write_text("teacher")
    (source / "own.txt").write_text("teacher")
    (source / "absent.txt").write_text("teacher")
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(
            f"\nc.Autograde.exclude_overwriting = {{{ASSIGNMENT!r}: ['own.txt', 'absent.txt']}}\n"
        )
    notebooks = answered(
        course.release(), {"mean": f"print(open('own.txt').read())\n{RIGHT['mean']}"}
    )
    course.submit("s0", notebooks)
    folder = course.folder("s0")
    (folder / "data").write_text("learner")
    (folder / "list.txt").mkdir()
    (folder / "list.txt" / "a").write_text("learner")
    (folder / "own.txt").write_text("learner")
    result = grade(course, ok=False)["s0"]
    assert result["status"] == "graded" and course.points() == {"s0": POINTS}
    assert len(result["notes"]) == 2 and "data is left out" in result["notes"][0]
    graded = course.folder("s0", "autograded")
    texts = {name: (graded / name).read_text() for name in ("data/a.txt", "list.txt", "own.txt")}
    assert texts == {"data/a.txt": "teacher", "list.txt": "teacher", "own.txt": "learner"}
    assert not (graded / "absent.txt").exists()
    ran = cell({"n": nbformat.read(graded / "numbers.ipynb", 4)}, "mean-answer")
    assert ran.outputs[0].text == "learner\n"


@pytest.mark.parametrize(
    ("setting", "seconds"),
    [
        ("c.Execute.timeout = -1", 600),
        ("c.Execute.timeout = None", 600),
        ("c.ExecutePreprocessor.timeout = 7", 7),
        ("c.Execute.timeout = 8; c.GradeSettings.cell_seconds = 9", 9),
        ("", 30),
    ],
)
def test_limits_are_those_of_nbgraders_settings(tmp_path, setting, seconds):
    from anuman.grading.course import settings
    from anuman.grading.course.folder import Course as OnDisk

    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{setting}\n")
    assert settings.rules(OnDisk(tmp_path).place, (), isolate=True).cell_s == seconds


def test_a_setting_of_the_wrong_kind_is_named(tmp_path):
    from anuman.grading.course import settings
    from anuman.grading.course.errors import BadCourse
    from anuman.grading.course.folder import Course as OnDisk

    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 'long'\n")
    with pytest.raises(BadCourse, match="timeout"):
        settings.rules(OnDisk(tmp_path).place, (), isolate=True)


def test_students_that_the_course_excludes(tmp_path):
    from anuman.grading.course.folder import Course as OnDisk

    for student in ("ann", "bob", "test-1", "test-2"):
        (tmp_path / "submitted" / student / ASSIGNMENT).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.student_id_exclude = 'bob, test-*'\n"
    )
    assert [one.student for one in OnDisk(tmp_path).submissions(ASSIGNMENT, "*")] == ["ann"]


def test_a_course_needs_no_settings_file(course, monkeypatch):
    from anuman import paths
    from anuman.grading.course import settings
    from anuman.grading.course.folder import Course as OnDisk

    (course.root / "nbgrader_config.py").unlink()
    (course.root / "gradebook.db").unlink()
    monkeypatch.chdir(course.root)
    assert paths.nbgrader_course() == course.root
    assert settings.rules(OnDisk(course.root).place, (), isolate=True).cell_s == 30
    monkeypatch.chdir(course.root.parent)
    assert paths.nbgrader_course() == paths.course_root()


def test_tests_that_the_teachers_own_answers_fail_are_named(course, tmp_path):
    hand_in(course, 2)
    grade(course)
    assert json.loads((tmp_path / "result.json").read_text("utf-8"))["doubts"] == []
    path = course.root / "source" / ASSIGNMENT / "words.ipynb"
    notebook = nbformat.read(path, 4)
    cell({"words": notebook}, "stack").source = "assert len(Stack()) == 0  # cannot run apart"
    nbformat.write(notebook, path)
    course.run("nbgrader", "generate_assignment", ASSIGNMENT, "--force")
    grade(course, "--force", ok=False)  # the notes say what cannot cross
    (doubt,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["doubts"]
    assert doubt.startswith("words/stack: ")
    assert "teacher's own source" in course.done.stdout
    assert "len()" in doubt
