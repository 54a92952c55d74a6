"""Synthetic students: right and wrong answers from the bank, and every kind of broken notebook."""

import copy
import functools
import itertools
import tempfile
from pathlib import Path

import nbformat
from answer_bank import answers
from nbgrader.api import Gradebook
from nbgrader_course import NAME, Course, answered, cell, grade_id_of

from anuman.check.task import tasks

KINDS = ("wrong", "right")

STUCK_S = 30  # time limit of a cell here: above what a loop costs an example and a task on a busy computer


def tasks_of(assignment):
    """Names of an assignment's tasks with their points, in its order."""
    return {t.name: t.points for t in tasks().values() if t.id.startswith(f"{assignment}/")}


TASKS = tasks_of(NAME)


def rows(assignment, kind):
    """The bank's "wrong" or "right" answers so that each row holds at most one of every task."""
    bank = answers(assignment, kind)
    own = {task: [a for a in bank if a.task == task] for task in tasks_of(assignment)}
    # What a task may call is right in its rows: a slip there would be carried, and cost nothing here.
    uses = {t.name: t.uses for t in tasks().values() if t.id.startswith(f"{assignment}/")}
    columns = [[None] * len(own.get(uses[task], ())) + own[task] for task in own]
    return [[a for a in row if a] for row in itertools.zip_longest(*columns)]


def solved(source, names=TASKS):
    """Sources of the model answers by task."""
    return {task: cell(source, f"{task}-answer").source for task in names}


def full(**lost):
    """Points by task: everything except what is named."""
    return {**TASKS, **lost}


def bank_names(assignment):
    """Names of the students that hand in the bank."""
    return [f"{kind}-{n}" for kind in KINDS for n in range(len(rows(assignment, kind)))]


def bank_students(source, release, assignment=NAME):
    """One submission for each row of the bank: name -> (notebook, points by task, what is said)."""
    students = {}
    most = tasks_of(assignment)
    for kind in KINDS:
        for number, row in enumerate(rows(assignment, kind)):
            sources = solved(source, most) | {answer.task: answer.source for answer in row}
            points = most | {a.task: a.points for a in row if a.points is not None}
            said = {answer.task: answer.hint for answer in row}
            students[f"{kind}-{number}"] = (answered(release, sources), points, said)
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
            {**dict.fromkeys(TASKS, 0.0), "ridge": 0.5, "step_time": 0.5},
            {},
        ),
    }

    def student(name, points, said=None, **sources):
        students[name] = (answered(perfect, sources), full(**points), said or {})
        return students[name][0]

    student(
        "stopped",
        {"ridge": 0.0, "intensity": 0.0, "step_time": 0.0},
        {"step_time": "After 2 seconds the function had not ended"},
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
        {"copy_bandwidth": 0.0, "read_sheet": 0.0, "verdict": 0.0, "flip_with_own": 0.0},
        copy_bandwidth="%config InteractiveShell.ast_node_interactivity = 'none'\n"
        "def copy_bandwidth(nbytes, seconds):\n    return 1.0",
    )
    written = student("answered", {"ridge": 0.0}, ridge="def ridge(f, b):\n    return 1.0")
    cell(written, "written").source = "Ten times at night, nothing at noon."
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


STUDENTS = [
    *bank_names(NAME),
    *("perfect", "untouched", "partial", "stopped"),
    *("kernel-killer", "deaf-loop", "bad-returns", "noisy", "silent", "answered"),
    *("deleted-cells", "copied-cells", "forged-cells"),
]


@functools.cache
def graded_class() -> Course:
    """The whole class after generate_assignment and autograde, once for all tests of a run."""
    folder = tempfile.TemporaryDirectory(prefix="anuman-class-")  # goes with the course, at the end
    course = Course(Path(folder.name).resolve() / "course")
    course.folder = folder
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
        notebook = gradebook.find_submission_notebook(course.name, course.name, student)
        return {grade.name: grade.auto_score for grade in notebook.grades}
