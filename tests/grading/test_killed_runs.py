"""`anuman grade` again: runs that are repeated, killed at any moment, interrupted."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from class_runs import ANUMAN, grade, hand_in
from nbgrader.api import Gradebook
from plain_course import ASSIGNMENT, POINTS, answered

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


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


def under_way(course, *words) -> subprocess.Popen:
    """A grading that has begun to write."""
    command = subprocess.Popen(
        [ANUMAN, "grade", ASSIGNMENT, *words],
        cwd=course.root,
        env=course.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not (course.root / "autograded").exists() and time.monotonic() < end:
        time.sleep(0.01)
    return command


def test_ctrl_c_leaves_nothing_behind(course):
    expected = hand_in(course, 4)
    command = under_way(course)
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
    command = under_way(course, "--workers", "2")
    workers = [p for p in direct_children(command.pid) if "spawn_main" in words_of(p)]
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    _said, errors = command.communicate(timeout=120)
    assert command.returncode == 0, errors
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
