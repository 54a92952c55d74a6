"""A class of synthetic students goes through every step of nbgrader, with exact points."""

import copy
import csv
import json
import subprocess

import nbformat
import pytest
from answer_bank import answers
from nbgrader.api import Gradebook
from nbgrader_course import NAME, REPOSITORY, Course, answered, cell, grade_id_of, text_of

TASKS = {
    "ridge": 1,
    "intensity": 1,
    "step_time": 2,
    "critical_batch": 1,
    "copy_bandwidth": 2,
    "verdict": 3,
}
WRONG, RIGHT = answers(NAME, "wrong"), answers(NAME, "right")
STUCK_S = 6  # time limit of a cell here: above the 2 s of one call in each of three parts


def by_task(bank):
    return {task: [answer for answer in bank if answer.task == task] for task in TASKS}


def solved(source):
    """Sources of the model answers by task."""
    return {task: cell(source, f"{task}-answer").source for task in TASKS}


def full(**lost):
    """Points by task: everything except what is named."""
    return {**{task: float(most) for task, most in TASKS.items()}, **lost}


def bank_students(source, release):
    """One submission for each row of the bank: name -> (notebook, points by task, what is said)."""
    students = {}
    for kind, bank in (("wrong", by_task(WRONG)), ("right", by_task(RIGHT))):
        for row in range(max(map(len, bank.values()))):
            picked = {task: entries[row] for task, entries in bank.items() if row < len(entries)}
            sources = solved(source) | {task: one.source for task, one in picked.items()}
            points = full(**{t: one.points for t, one in picked.items() if one.points is not None})
            said = {task: one.hint for task, one in picked.items()}
            students[f"{kind}-{row}"] = (answered(release, sources), points, said)
    return students


def odd_students(source, release):
    """Submissions with mistakes in the notebook itself, and functions that misbehave."""
    right = solved(source)
    perfect = answered(release, right)
    students = {
        "perfect": (perfect, full(), {}),
        "untouched": (release, full(**dict.fromkeys(TASKS, 0.0)), {"ridge": "No answer yet"}),
        "partial": (
            answered(release, {"ridge": right["ridge"], "step_time": right["step_time"]}),
            {**dict.fromkeys(TASKS, 0.0), "ridge": 1.0, "step_time": 2.0},
            {},
        ),
    }

    def student(name, points, said=None, **sources):
        students[name] = (answered(perfect, sources), full(**points), said or {})
        return students[name][0]

    student(
        "stopped",
        {"ridge": 0.0, "intensity": 0.0, "step_time": 0.0},
        {"step_time": "more than 2 seconds"},
        ridge="def ridge(flops, bandwidth:\n    return 1",
        intensity="while True:\n    pass",
        step_time="def step_time(*arguments):\n    while True:\n        pass",
    )
    student(
        "kernel-killer",
        {"intensity": 0.0, "verdict": 0.0},
        intensity="import os\n\ndef intensity(batch, bytes_per_weight):\n    os._exit(1)",
        verdict="import os\nos._exit(1)",
    )
    student(
        "deaf-loop",
        {"ridge": 0.0},
        ridge="import time\nwhile True:\n    try:\n        while True:\n            time.sleep(1)\n"
        "    except:\n        pass",
    )
    student(
        "bad-returns",
        {"ridge": 0.0, "intensity": 0.0, "critical_batch": 0.0, "copy_bandwidth": 0.0},
        {
            "ridge": "Did you forget the word return?",
            "intensity": "NaN",
            "critical_batch": "returned text",
            "copy_bandwidth": "must return one number",
        },
        ridge="def ridge(flops, bandwidth):\n    flops / bandwidth",
        intensity="def intensity(batch, bytes_per_weight):\n    return float('nan')",
        critical_batch="def critical_batch(a, b, c):\n    return str(a * c / (2 * b))",
        copy_bandwidth="def copy_bandwidth(n, s):\n    return [2 * n / t for t in s[1:]]",
    )
    student(
        "noisy",
        {},
        ridge="""
import logging, sys, warnings
from sys import stderr
logging.basicConfig()

def ridge(flops, bandwidth):
    print("debug", flops)
    print("debug", file=stderr)
    warnings.warn("careful")
    logging.warning("careful")
    return flops / bandwidth""",
        verdict="check = examples = ridge_value = 3\n" + right["verdict"],
    )
    student(
        "silent",
        # A setting that hides results hides the points; nbgrader would give full marks for nothing.
        {"copy_bandwidth": 0.0, "verdict": 0.0},
        copy_bandwidth="%config InteractiveShell.ast_node_interactivity = 'none'\n"
        "def copy_bandwidth(nbytes, seconds):\n    return 1.0",
    )
    deleted = student("deleted-cells", {"step_time": 0.0})
    gone = {"setup", "ridge", "step_time-answer", "verdict", "verdict-answer", "written"}
    deleted.cells = [one for one in deleted.cells if grade_id_of(one) not in gone]
    students["deleted-cells"][1]["verdict"] = 0.0
    copies = student("copied-cells", {})
    for name in ("ridge", "ridge-answer", "written"):
        at = next(i for i, one in enumerate(copies.cells) if grade_id_of(one) == name)
        twin = copy.deepcopy(copies.cells[at])
        twin.id = f"{name}-twin"
        twin.source = "raise ValueError('a copy is not run')" if name != "written" else twin.source
        copies.cells.insert(at + 1, twin)
    forged = student("forged-cells", {"ridge": 0.0}, ridge="def ridge(flops, bandwidth):\n    pass")
    cell(forged, "ridge").source = "1.0"
    cell(forged, "ridge").metadata.nbgrader["points"] = 100
    cell(forged, "intensity").metadata.nbgrader["schema_version"] = 1
    cell(forged, "step_time").metadata["tags"] = ["skip-execution"]
    cell(forged, "verdict").metadata.nbgrader["grade"] = False
    forged.cells.append(nbformat.v4.new_code_cell("1", metadata={"nbgrader": "nonsense"}))
    students["forged-cells"][1]["step_time"] = 0.0
    return students


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The whole class after generate_assignment and autograde."""
    course = Course(tmp_path_factory.mktemp("course"))
    course.nbgrader("generate_assignment", NAME)
    source, release = course.source(), course.release()
    course.students = bank_students(source, release) | odd_students(source, release)
    for student, (notebook, _points, _said) in course.students.items():
        course.submit(student, notebook)
    course.submit("broken-file", '{"cells": [')
    course.submit("not-a-notebook", "[1, 2]")
    course.run = course.nbgrader("autograde", NAME, f"--Execute.timeout={STUCK_S}", ok=False)
    return course


def scores(course, student):
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        return {grade.name: grade.auto_score for grade in notebook.grades}


def test_generated_exercise_is_the_committed_one(graded):
    """Byte for byte; a learner's own work in it does not count, what git keeps of it does."""
    path = f"exercises/{NAME}/{NAME}.ipynb"
    made = (graded.root / path).read_bytes()
    kept = subprocess.run(["git", "show", f":{path}"], cwd=REPOSITORY, capture_output=True).stdout
    assert made in ((REPOSITORY / path).read_bytes(), kept)
    assert b"BEGIN" not in made
    assert b"return flops / bandwidth" not in made


STUDENTS = [
    *(f"wrong-{row}" for row in range(max(map(len, by_task(WRONG).values())))),
    *(f"right-{row}" for row in range(max(map(len, by_task(RIGHT).values())))),
    *("perfect", "untouched", "partial", "stopped"),
    *("kernel-killer", "deaf-loop", "bad-returns", "noisy", "silent"),
    *("deleted-cells", "copied-cells", "forged-cells"),
]


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
        assert gradebook.find_submission(NAME, student).score == 10.5
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
