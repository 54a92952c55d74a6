"""Every assignment's bank of answers through `anuman grade`: exact points, each with its own hint.

One submission carries one answer of every task, so that a bank costs few gradings. Stock nbgrader,
which starts a kernel for each, is asked about the first of the wrong and of the right ones; about
all of one bank in test_grading_cycle.py.
"""

import json
import subprocess
import sys

import pytest
from nbgrader_course import REPOSITORY, TOOLS, Course, answered, cell, text_of
from synthetic_class import bank_students, scores, solved, tasks_of

from anuman.course import LESSONS

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


@pytest.fixture(
    scope="module",
    params=[
        # All that looks at one bank goes to one worker, which grades it once.
        pytest.param(lesson.id, marks=pytest.mark.xdist_group(f"bank-{lesson.id}"))
        for lesson in LESSONS
    ],
)
def course(request, tmp_path_factory):
    """The generated assignment with the bank as submissions, and the teacher's own answers as one."""
    name = request.param
    made = Course(tmp_path_factory.mktemp("bank") / "course", name)
    made.nbgrader("generate_assignment", name)
    source, release = made.source(), made.release()
    most = tasks_of(name)
    made.students = bank_students(source, release, name)
    made.students["model"] = (answered(release, solved(source, most)), most, {})
    for student, (notebook, _points, _said) in made.students.items():
        made.submit(student, notebook)
    return made


def test_generated_exercise_is_the_committed_one(course):
    """Byte for byte; a learner's own work in it does not count, what git keeps of it does."""
    path = f"exercises/{course.name}/{course.name}.ipynb"
    made = (course.root / path).read_bytes()
    kept = subprocess.run(["git", "show", f":{path}"], cwd=REPOSITORY, capture_output=True).stdout
    assert made in ((REPOSITORY / path).read_bytes(), kept)
    assert b"BEGIN" not in made


def test_every_answer_of_the_bank(course):
    done = subprocess.run(
        [str(TOOLS / "anuman"), "grade", course.name, "--json", "result.json"],
        cwd=course.root,
        env=course.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((course.root / "result.json").read_text("utf-8"))
    assert {one["id"] for one in result["students"]} == set(course.students)
    assert "gave no reason" not in (course.root / "result.json").read_text("utf-8")
    assert_as_the_bank_says(course, course.students)


def test_stock_nbgrader_agrees(course):
    course.nbgrader("autograde", course.name, "--student", "*-0", "--force")
    assert_as_the_bank_says(course, ["wrong-0", "right-0"])


def assert_as_the_bank_says(course, students):
    """Points in the gradebook and what each answer is told are those of the bank."""
    wrong = []
    for student in students:
        _notebook, points, said = course.students[student]
        found = scores(course, student)
        assert found.pop("written") == 0, student  # untouched
        if found != points:
            wrong.append(f"{student}: {found}, not {points}")
        notebook = course.read("autograded", student, course.name)
        for task, hint in said.items():
            if hint not in text_of(cell(notebook, task)):
                wrong.append(f"{student}, {task}: not told {hint!r}")
    assert not wrong, "\n".join(wrong)
