"""Courses as nbgrader's users keep them: names, settings, plug-ins, several teachers, old gradebooks."""

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook
from plain_course import ASSIGNMENT, TOOLS, PlainCourse, cell, honest

from anuman.grading.course import configuration
from anuman.grading.course.errors import BadCourse
from anuman.grading.course.folder import Course
from anuman.grading.grade import LOCK

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")
ANUMAN = str(TOOLS / "anuman")


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return PlainCourse(tmp_path_factory.mktemp("released") / "course")


@pytest.fixture
def course(released, tmp_path):
    """A course with one submission."""
    made = released.copy(tmp_path / "course")
    made.submit("ann", honest(made.release(), 0)[0])
    return made


def anuman(course, command, *words, **how):
    """Run the command on this course, from another folder."""
    words = (ANUMAN, command, ASSIGNMENT, "--course", str(course.root), *words)
    return course.run(*words, cwd=course.root.parent, ok=False, **how)


# ---- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Week 1 (loops)", "a|b", "$^", "{1}", "[x]", "what?", "x*", "..a", "हफ़्ता १", "a\\b", "1.5"],
)
@pytest.mark.parametrize("root", ["course", "a [1] (b) {c}"])
def test_names_of_any_sign_are_found(tmp_path, root, name):
    mine, other = (tmp_path / root / "submitted" / who / name for who in ("a(n)n", "b*b"))
    for folder in (mine, other, tmp_path / root / "submitted" / "c" / "Week 1 loops"):
        folder.mkdir(parents=True)
    found = Course(tmp_path / root).submissions(name, "*")
    assert [(one.student, one.folder) for one in found] == [
        ("a(n)n", str(mine)),
        ("b*b", str(other)),
    ]
    assert [one.student for one in Course(tmp_path / root).submissions(name, "a(n)n")] == ["a(n)n"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", " ", "a+b", "a/b", ".hidden"])
def test_names_that_nbgrader_forbids_are_refused(course, name):
    with Course(course.root).gradebook() as book, pytest.raises(BadCourse, match="no name of an"):
        Course(course.root).assignment(book, name)


# ---- settings --------------------------------------------------------------------------------------


def test_settings_come_from_where_nbgrader_reads_them(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    root = tmp_path / "course"
    for folder in (root, tmp_path / "jupyter"):
        folder.mkdir()
    (tmp_path / "jupyter" / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.root = '/of/another/course'\n"
        "c.CourseDirectory.submitted_directory = 'above'\nc.CourseDirectory.autograded_directory = 'user'"
    )
    (root / "more.py").write_text(
        "c = get_config()\nc.CourseDirectory.release_directory = 'part'\n"
    )
    (root / "names.py").write_text("SUBMITTED = 'own'\n")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nload_subconfig('more.py')\nimport names\n"
        "c.CourseDirectory.submitted_directory = names.SUBMITTED\n"
    )
    (root / "nbgrader_config.json").write_text('{"CourseDirectory": {"source_directory": "json"}}')
    place = Course(root).place
    assert place.root == str(root)
    assert place.submitted_directory == "own"
    assert place.autograded_directory == "user"
    assert place.release_directory == "part"
    assert place.source_directory == "json"
    assert "names" not in sys.modules
    assert os.getcwd() != str(root)


def test_settings_that_fail_are_named_with_their_place(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n1 / 0\n")
    with pytest.raises(
        BadCourse, match=rf"nbgrader_config.py in {tmp_path} fails: ZeroDivisionError"
    ):
        configuration.load(tmp_path)


LATE = """
from nbgrader.plugins import BasePlugin

class Half(BasePlugin):
    def late_submission_penalty(self, student, score, late):
        return score / 2

def hook(assignment, student, notebooks):
    open("hooked", "a").write(assignment)
"""


@pytest.mark.classroom
def test_late_penalties_hooks_and_the_rights_of_a_shared_course(course):
    (course.root / "late.py").write_text(LATE)
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(
            "\nc.AssignLatePenalties.plugin_class = 'late.Half'\n"
            "c.Autograde.post_convert_hook = 'late.hook'\nc.CourseDirectory.groupshared = True\n"
        )
    (course.folder("ann") / "timestamp.txt").write_text("2025-01-02 00:00:00 UTC")
    url = f"sqlite:///{course.root / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2025-01-01 00:00:00 UTC")
    for command in ("grade", "feedback"):
        done = anuman(course, command, umask=0o022)
        assert done.returncode == 0, done.stdout + done.stderr
    with Gradebook(url) as book:
        for name in ("numbers", "words"):
            notebook = book.find_submission_notebook(name, ASSIGNMENT, "ann")
            assert notebook.late_submission_penalty == notebook.score / 2 > 0
    assert (course.root / "hooked").read_text() == ASSIGNMENT
    assert rights(course.root / LOCK) & 0o060 == 0o060
    for step in ("autograded", "feedback"):
        for folder in (course.root / step, course.root / step / "ann", course.folder("ann", step)):
            assert rights(folder) & 0o2070 == 0o2070, folder
        for file in course.folder("ann", step).iterdir():
            assert rights(file) & 0o060 == 0o060, file


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.classroom
def test_a_test_that_nonsense_passes_is_named_before_anybody_hands_in(course):
    shutil.rmtree(course.root / "submitted")
    path = course.root / "source" / ASSIGNMENT / "numbers.ipynb"
    notebook = nbformat.read(path, 4)
    cell({"numbers": notebook}, "mean").source = "assert not abs(mean([1, 3]) - 2) > 1e-9"
    nbformat.write(notebook, path)
    course.run("nbgrader", "generate_assignment", ASSIGNMENT, "--force")
    done = anuman(course, "grade", "--nonsense", "--json", str(course.root / "report.json"))
    assert done.returncode == 1, done.stdout + done.stderr
    (one,) = json.loads((course.root / "report.json").read_text("utf-8"))["nonsense"]
    assert (one["notebook"], one["test"], one["nonsense"]) == ("numbers", "mean", "NaN")
    assert "  numbers/mean: NaN\n" in done.stdout and not course.points()


# ---- what stands in the way ------------------------------------------------------------------------


@pytest.mark.classroom
def test_of_two_runs_at_once_one_waits_and_says_so(course):
    with open(course.root / LOCK, "w") as file:
        os.chmod(file.fileno(), 0o444)  # another teacher's, whose folder it is
        fcntl.flock(file, fcntl.LOCK_EX)
        words = [ANUMAN, "grade", ASSIGNMENT]
        with subprocess.Popen(
            words, cwd=course.root, env=course.environment, text=True, stderr=subprocess.PIPE
        ) as waiting:
            assert "this one waits" in waiting.stderr.readline()
            assert not course.points()
            fcntl.flock(file, fcntl.LOCK_UN)
        assert waiting.returncode == 0
    assert course.points()["ann"]


@pytest.mark.slow
def test_settings_and_gradebooks_that_cannot_be_used_are_one_line(course):
    (course.root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.AssignLatePenalties.plugin_class = 'nowhere.Half'\n"
    )
    assert "'nowhere.Half' could not be imported" in refused(course)
    (course.root / "nbgrader_config.py").unlink()
    path = course.root / "gradebook.db"
    with contextlib.closing(sqlite3.connect(path)) as book:
        book.execute("ALTER TABLE student DROP COLUMN lms_user_id")  # as before nbgrader 0.7
    assert "no column lms_user_id. Run `nbgrader db upgrade`" in refused(course)
    assert "no column lms_user_id. Run `nbgrader db upgrade`" in refused(course, "export")
    path.write_bytes(b"no database at all" * 100)
    assert "cannot be used: file is not a database" in refused(course)


def refused(course, command="grade"):
    """The one line with which the command refuses."""
    done = anuman(course, command)
    assert done.returncode == 2, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"anuman {command}: ")
    return line
