"""`anuman check`: real grading of one's own notebook, and every way in which it can be unusable."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from nbgrader_course import NAME, REPOSITORY, answered, cell, grade_id_of

from anuman.grading import self_check
from anuman.grading.course.learner_file import MOST_BYTES, BadInput

pytestmark = pytest.mark.classroom

TASKS = [
    *("ridge", "intensity", "step_time", "critical_batch", "copy_bandwidth", "read_sheet"),
    *("verdict", "flip_with_own"),
]


def notebook(folder):
    return nbformat.read(REPOSITORY / folder / NAME / f"{NAME}.ipynb", as_version=4)


@pytest.fixture
def mine(tmp_path):
    """Writes a notebook (or bytes) where a learner would have it; gives its path."""

    def write(content, name=f"{NAME}.ipynb"):
        path = tmp_path / "work" / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            nbformat.write(content, path)
        return path

    return write


@pytest.fixture
def perfect():
    """A learner's notebook with every task right."""
    solved = notebook("solutions")
    sources = {task: cell(solved, f"{task}-answer").source for task in TASKS}
    return answered(notebook("exercises"), sources)


def scratch_folders(tmp_path):
    return list(tmp_path.glob("anuman-check-*"))


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Temporary folders lie where the test can see what is left of them."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert scratch_folders(tmp_path) == []


def test_perfect_notebook(mine, perfect, tmp_path, capsys):
    path, result = mine(perfect), tmp_path / "result.json"
    before = path.read_bytes(), path.stat().st_mtime_ns, os.getcwd()
    assert self_check.run(str(path), result) == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns, os.getcwd()) == before
    said, errors = capsys.readouterr()
    assert f"{NAME}: 10 of 10 points" in said
    assert "read by your teacher" in said
    assert errors == ""
    written = json.loads(result.read_text(encoding="utf-8"))
    assert (written["points"], written["max_points"]) == (10, 10)
    assert [task["id"] for task in written["tasks"]] == TASKS
    assert all(set(task) == {"id", "points", "max_points", "reason"} for task in written["tasks"])
    assert all(task["reason"] == "" for task in written["tasks"])
    assert written["hand_graded"] == [{"id": "written", "max_points": 2.0}]
    assert "written: there is no answer yet." in said
    assert "Marks: 1 point" in said  # what counts, but no sample before an answer
    assert "A sample to compare with" not in said


def test_many_mistakes_in_one_notebook(mine, perfect, capsys):
    """Each lost point has its reason; a wrong kernel, old outputs and a renamed file do not matter."""
    work = answered(
        perfect,
        {
            "ridge": "def ridge(flops, bandwidth:\n    return 1",
            "intensity": "x = 1\ny = x / 0",
            "step_time": "def steptime(*arguments):\n    return 1.0",
            "critical_batch": "def critical_batch(f, b, w):\n    return 2 * f * w / (2 * b)",
            "copy_bandwidth": "import os\nos._exit(3)",
        },
    )
    work.metadata["kernelspec"] = {"name": "no-such-kernel", "display_name": "?", "language": "R"}
    cell(work, "verdict").outputs = [nbformat.v4.new_output("stream", text="old")]
    result = self_check.check(str(mine(work, "my copy.ipynb")))
    reasons = {task.id: task.reason for task in result.tasks}
    points = {task.id: task.points for task in result.tasks}
    assert points == {
        **dict.fromkeys(TASKS, 0.0),
        "read_sheet": 2.0,
        "verdict": 1.0,
        "flip_with_own": 3.0,
    }
    assert (
        "`ridge` is not defined: its answer cell stopped with SyntaxError in line 1"
        in (reasons["ridge"])
    )
    assert "ZeroDivisionError in line 2: division by zero" in reasons["intensity"]
    assert "`step_time` is not defined" in reasons["step_time"]
    assert "Keep the name" in reasons["step_time"]
    assert "Exactly 2 times too large" in reasons["critical_batch"]
    assert "DeadKernelError" in reasons["copy_bandwidth"]
    assert reasons["verdict"] == ""
    assert "points" not in "".join(reasons.values())


def test_missing_and_copied_cells(mine, perfect, capsys):
    work = perfect
    twin = nbformat.from_dict(cell(work, "ridge-answer"))
    twin.id, twin.source = "twin", "def ridge(flops, bandwidth):\n    return 0"
    work.cells.append(twin)
    gone = {"intensity-answer", "step_time", "verdict", "verdict-answer", "setup"}
    work.cells = [one for one in work.cells if grade_id_of(one) not in gone]
    path = mine(work)
    assert self_check.run(str(path)) == 1
    said = capsys.readouterr().out
    result = self_check.check(str(path))
    tasks = {task.id: task for task in result.tasks}
    assert {name: task.points for name, task in tasks.items()} == {
        **{"ridge": 0.5, "intensity": 0.0, "step_time": 0.5, "critical_batch": 0.5},
        **{"copy_bandwidth": 2.0, "read_sheet": 2.0, "verdict": 0.0, "flip_with_own": 3.0},
    }
    assert "intensity-answer is missing from your notebook" in tasks["intensity"].reason
    assert "step_time is missing from your notebook" in tasks["step_time"].reason
    assert "verdict-answer is missing" in tasks["verdict"].reason
    assert "ridge-answer is there more than once: the first counts" in said


def test_stuck_cell_costs_its_own_points_only(mine, perfect, tmp_path, monkeypatch):
    course = tmp_path / "impatient"
    course.mkdir()
    for folder in ("lessons", "seeds", "locale", "exercises", "solutions"):
        (course / folder).symlink_to(REPOSITORY / folder)
    settings = (REPOSITORY / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(settings + "\nc.Execute.timeout = 5\n", "utf-8")
    monkeypatch.setenv("ANUMAN_COURSE", str(course))
    work = answered(perfect, {"ridge": "while True:\n    print('x' * 1000)"})
    result = self_check.check(str(mine(work)))
    assert result.points == 9.5
    assert "was stopped at the time limit" in result.tasks[0].reason
    assert os.environ["ANUMAN_COURSE"] == str(course)


BROKEN = {
    "empty": (b"", "is empty"),
    "blank": (b" \n", "is empty"),
    "not json": (b'{\n "cells": [\n  oops', "breaks at line 3, column 3"),
    "cut off": (b'{"cells": [{"cell_type": "code"', "its JSON breaks at line 1"),
    "not text": (b"\xff\xfe\x00binary", "is not UTF-8 text (byte 1)"),
    "deep": (b"[" * 100_000, "is not a notebook"),
    "a list": (b"[]", "is JSON but not a notebook"),
    "no cells": (b'{"nbformat": 4, "metadata": {}}', "without cells"),
    "old": (b'{"nbformat": 3, "worksheets": []}', "notebook format 3"),
    "broken cell": (
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}',
        "cell 1 of",
    ),
    "no tasks": (
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
        "holds no task of any assignment",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_file_that_is_no_exercise(name, mine, capsys):
    content, message = BROKEN[name]
    path = mine(content)
    assert self_check.run(str(path)) == 2
    said, errors = capsys.readouterr()
    assert message in errors
    assert str(path) in errors
    assert said == ""
    assert path.read_bytes() == content


def test_result_file_that_cannot_be_written(mine, perfect, tmp_path, capsys):
    """Said before the grading, not after it; never over a notebook."""
    path = mine(perfect)
    for target in (tmp_path / "no" / "such" / "folder.json", tmp_path, path):
        assert self_check.run(str(path), target) == 2
        assert f"--json {target}" in capsys.readouterr().err
    assert nbformat.read(path, as_version=4) == perfect


def test_huge_file(mine, capsys):
    path = mine(b"{}")
    with path.open("r+b") as file:
        file.truncate(MOST_BYTES + 1)
    assert self_check.run(str(path)) == 2
    assert "Clear its outputs" in capsys.readouterr().err


def test_paths(mine, tmp_path, capsys, monkeypatch):
    assert self_check.run("exercises/02-rooflin") == 2
    assert f"Did you mean exercises/{NAME}" in capsys.readouterr().err
    (tmp_path / "none").mkdir()
    assert self_check.run(str(tmp_path / "none")) == 2
    assert "holds no notebook" in capsys.readouterr().err
    mine(b"", "a.ipynb")
    mine(b"", "b.ipynb")
    assert self_check.run(str(tmp_path / "work")) == 2
    assert "a.ipynb, b.ipynb" in capsys.readouterr().err
    assert self_check.run(os.devnull) == 2
    assert "is not a file" in capsys.readouterr().err
    found = self_check.find(NAME, REPOSITORY / "exercises", [NAME])
    assert found == REPOSITORY / "exercises" / NAME / f"{NAME}.ipynb"


def test_copy_of_the_course_without_solutions(mine, perfect, tmp_path, monkeypatch, capsys):
    for folder in ("lessons", "seeds", "locale", "exercises"):
        (tmp_path / "class" / folder).mkdir(parents=True)
    monkeypatch.setenv("ANUMAN_COURSE", str(tmp_path / "class"))
    with pytest.raises(BadInput, match=r"no solutions/.*your teacher grades"):
        self_check.check(str(mine(perfect)))


@pytest.mark.parametrize("when", ["processes start", "a cell runs"])
def test_interrupt_leaves_nothing(when, mine, perfect, tmp_path):
    """Ctrl-C: no scratch course, no process, no traceback."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = mine(answered(perfect, {"ridge": "import time\ntime.sleep(60)"}))
    before = path.read_bytes()
    check = subprocess.Popen(
        [sys.executable, "-m", "anuman.cli", "check", str(path)],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120
    wanted = _isolated_for_a_second if when == "a cell runs" else _children
    while not (children := wanted(check.pid)):
        assert check.poll() is None, check.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    check.send_signal(signal.SIGINT)
    _said, errors = check.communicate(timeout=60)
    assert check.returncode == 130, errors
    assert errors.strip() == "anuman: stopped."
    assert list(temporary.iterdir()) == []
    end = time.monotonic() + 30
    while left := [pid for pid in children if _alive(pid)]:  # they notice that their parent is gone
        assert time.monotonic() < end, left
        time.sleep(0.05)
    assert path.read_bytes() == before


def _isolated_for_a_second(pid):
    """Descendants in a process namespace of their own, now and a second later: the learner's."""

    def isolated():
        found = []
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(OSError):  # it may have ended meanwhile
                if os.readlink(f"/proc/{child.pid}/ns/pid") != os.readlink("/proc/self/ns/pid"):
                    found.append(child.pid)
        return found

    first = isolated()
    time.sleep(1)
    return sorted(set(first) & set(isolated()))


def _children(pid):
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True
    )
    return [int(line) for line in listed.stdout.split()]


def _alive(pid):
    """Whether it runs; one that has ended and waits to be collected by a subreaper does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_command(mine, perfect, tmp_path):
    """Through the command line, in a folder that is not the course's."""
    path = mine(answered(perfect, {"ridge": "def ridge(a, b):\n    return b / a"}))
    done = subprocess.run(
        [sys.executable, "-m", "anuman.cli", "check", "work", "--json", "out.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert "Upside down" in done.stdout
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["points"] == 9.5
    assert path.exists()
