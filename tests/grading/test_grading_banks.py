"""Every assignment's bank of answers through real nbgrader: exact points, each answer's own hint."""

import functools
import subprocess
import tempfile
from pathlib import Path

import pytest
from nbgrader_course import NAME, REPOSITORY, Course, cell, text_of
from synthetic_class import bank_names, bank_students, scores

from anuman.course import IDS

pytestmark = pytest.mark.classroom

# The bank of NAME is handed in by the class of test_grading_cycle.py.
OTHERS = [name for name in IDS if name != NAME]


@functools.cache
def graded(name: str) -> Course:
    """The bank of one assignment after generate_assignment and autograde, once for all tests of a run."""
    folder = tempfile.TemporaryDirectory(prefix="anuman-bank-")  # goes with the course, at the end
    course = Course(Path(folder.name).resolve() / "course", name)
    course.folder = folder
    course.nbgrader("generate_assignment", name)
    course.students = bank_students(course.source(), course.release(), name)
    for student, (notebook, _points, _said) in course.students.items():
        course.submit(student, notebook)
    course.nbgrader("autograde", name)
    return course


def together(name):
    """Tests of one bank go to one worker, which grades it once."""
    return pytest.mark.xdist_group(f"bank-{name}")


@pytest.mark.parametrize("name", [pytest.param(name, marks=together(name)) for name in OTHERS])
def test_generated_exercise_is_the_committed_one(name):
    path = f"exercises/{name}/{name}.ipynb"
    made = (graded(name).root / path).read_bytes()
    kept = subprocess.run(["git", "show", f":{path}"], cwd=REPOSITORY, capture_output=True).stdout
    assert made in ((REPOSITORY / path).read_bytes(), kept)
    assert b"BEGIN" not in made


@pytest.mark.parametrize(
    ("name", "student"),
    [
        pytest.param(name, student, marks=together(name))
        for name in OTHERS
        for student in bank_names(name)
    ],
)
def test_exact_points_and_what_is_said(name, student):
    course = graded(name)
    _notebook, points, said = course.students[student]
    found = scores(course, student)
    assert found.pop("written") == 0  # untouched
    assert found == points
    notebook = course.read("autograded", student, name)
    for task, hint in said.items():
        assert hint in text_of(cell(notebook, task)), task
