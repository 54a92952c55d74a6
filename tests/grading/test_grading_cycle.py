"""A class of synthetic students goes through every step of nbgrader, with exact points."""

import csv
import json
import subprocess

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader_course import NAME, REPOSITORY, Course, answered, cell, text_of
from synthetic_class import STUDENTS, full, graded_class, scores, solved

pytestmark = [pytest.mark.classroom, pytest.mark.xdist_group("class")]  # graded once


@pytest.fixture(scope="module")
def graded():
    """The graded class."""
    return graded_class()


def test_generated_exercise_is_the_committed_one(graded):
    """Byte for byte; a learner's own work in it does not count, what git keeps of it does."""
    path = f"exercises/{NAME}/{NAME}.ipynb"
    made = (graded.root / path).read_bytes()
    kept = subprocess.run(["git", "show", f":{path}"], cwd=REPOSITORY, capture_output=True).stdout
    assert made in ((REPOSITORY / path).read_bytes(), kept)
    assert b"BEGIN" not in made
    assert b"return flops / bandwidth" not in made


@pytest.mark.parametrize("student", STUDENTS)
def test_exact_points_and_what_is_said(graded, student):
    _notebook, points, said = graded.students[student]
    found = scores(graded, student)
    written = found.pop("written")
    assert found == points
    # Nobody has read the written answer yet; untouched, it is 0 without reading.
    assert written in (None, 0)
    notebook = graded.read("autograded", student, NAME)
    for task, hint in said.items():
        assert hint in text_of(cell(notebook, task)), task


def test_every_student_of_the_class_was_looked_at(graded):
    assert sorted(STUDENTS) == sorted(graded.students)


def test_files_that_are_no_notebooks_do_not_stop_the_others(graded):
    assert graded.run.returncode == 1
    for student in ("broken-file", "not-a-notebook"):
        assert not (graded.root / "autograded" / student / NAME).exists()
        assert f"for student '{student}'" in graded.run.stderr
    failed = [line for line in graded.run.stderr.splitlines() if "for student '" in line]
    assert len(failed) == 2


def test_cell_that_stops_the_kernel_costs_its_own_points_only(graded):
    notebook = graded.read("autograded", "kernel-killer", NAME)
    errors = [
        one.ename for one in cell(notebook, "intensity").outputs if one.output_type == "error"
    ]
    assert errors == ["DeadKernelError"]


def test_learners_own_copy_is_untouched(graded):
    for student, (notebook, _points, _said) in graded.students.items():
        path = graded.root / "submitted" / student / NAME / f"{NAME}.ipynb"
        assert nbformat.reads(path.read_text(encoding="utf-8"), as_version=4) == notebook


def test_feedback_shows_reasons_and_no_hidden_test(graded):
    graded.nbgrader("generate_feedback", NAME)
    pages = {
        path.parts[-3]: path.read_text(encoding="utf-8")
        for path in (graded.root / "feedback").glob(f"*/{NAME}/{NAME}.html")
    }
    assert set(pages) == set(graded.students)
    for page in pages.values():
        assert "HIDDEN TESTS" not in page
        assert "widget-state+json" not in page
    assert "Upside down" in pages["wrong-0"]
    assert "अभ्यास" in pages["untouched"]


def test_export(graded):
    graded.nbgrader("export", "--to", "grades.csv")
    with (graded.root / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    for student, (_notebook, points, _said) in graded.students.items():
        assert float(rows[student]["score"]) == sum(points.values())
        assert float(rows[student]["max_score"]) == 12


def test_hand_graded_question_can_be_switched_off(tmp_path):
    course = Course(tmp_path)
    course.nbgrader("generate_assignment", NAME, ANUMAN_HAND_GRADED="0")
    assert not [one for one in course.release().cells if "hand-graded" in str(one.metadata)]
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 10


def test_exchange_from_release_to_returned_feedback(tmp_path):
    """Teacher and learner on one machine: every step goes through nbgrader's exchange."""
    course = Course(tmp_path / "course")
    course.nbgrader("generate_assignment", NAME)
    course.nbgrader("release_assignment", NAME)
    home = tmp_path / "learner"
    home.mkdir()
    (home / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'anuman'\n"
        f"c.Exchange.root = {str(tmp_path / 'course' / 'exchange')!r}\n"
        f"c.Exchange.cache = {str(tmp_path / 'cache')!r}\n"
    )
    course.nbgrader("fetch_assignment", NAME, folder=home)
    path = home / NAME / f"{NAME}.ipynb"
    assert path.read_bytes() == (course.root / "exercises" / NAME / path.name).read_bytes()
    right = solved(course.source())
    mine = answered(course.release(), {**right, "ridge": "def ridge(f, b):\n    return b / f"})
    cell(mine, "written").source = "At night 10 times, at noon not at all."
    nbformat.write(mine, path)
    course.nbgrader("submit", NAME, folder=home)
    course.nbgrader("collect", NAME)
    (student,) = (one.name for one in (course.root / "submitted").iterdir())
    course.nbgrader("autograde", NAME)
    found = scores(course, student)
    assert found == full(ridge=0.0) | {"written": None}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("written", NAME, NAME, student)
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
        assert gradebook.find_submission(NAME, student).score == 11.0
    course.nbgrader("generate_feedback", NAME)
    course.nbgrader("release_feedback", NAME)
    course.nbgrader("fetch_feedback", NAME, folder=home)
    (page,) = (home / NAME / "feedback").rglob("*.html")
    assert "Upside down" in page.read_text(encoding="utf-8")


def test_notebooks_are_stripped_and_have_stable_ids():
    for folder in ("solutions", "exercises"):
        path = REPOSITORY / folder / NAME / f"{NAME}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        ids = [one["id"] for one in notebook["cells"]]
        assert len(set(ids)) == len(ids)
        if folder == "solutions":
            assert all(not one.get("outputs") for one in notebook["cells"])
            assert notebook["metadata"]["kernelspec"]["name"] == "python3"
            assert {"ridge-answer", "ridge-test"} <= set(ids)
