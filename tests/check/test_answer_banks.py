"""Every assignment's bank of answers through `anuman grade`: exact points, each with its own hint."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from answer_bank import answers
from nbgrader.api import Gradebook
from nbgrader_course import REPOSITORY, TOOLS, answered, cell, grade_id_of, text_of

from anuman.course import IDS

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


@pytest.mark.parametrize("assignment", IDS)
def test_every_answer_of_the_bank(assignment, tmp_path):
    """One submission carries one answer of every task, so that a bank costs few gradings."""
    root = tmp_path / "course"
    shutil.copytree(REPOSITORY / "solutions" / assignment, root / "solutions" / assignment)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    environment = os.environ | {
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
        "ANUMAN_COURSE": str(REPOSITORY),
    }

    def run(*words):
        return subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True)

    made = run("nbgrader", "generate_assignment", assignment)
    assert made.returncode == 0, made.stderr
    source, release = (
        nbformat.read(root / folder / assignment / f"{assignment}.ipynb", 4)
        for folder in ("solutions", "exercises")
    )
    points = {
        one.metadata.nbgrader.grade_id: float(one.metadata.nbgrader.points)
        for one in release.cells
        if one.cell_type == "code" and one.metadata.get("nbgrader", {}).get("grade")
    }
    ids = set(map(grade_id_of, source.cells))
    solved = {t: cell(source, f"{t}-answer").source for t in points if f"{t}-answer" in ids}
    students = {}
    for kind in ("wrong", "right"):
        bank = answers(assignment, kind)
        by_task = [[one for one in bank if one.task == task] for task in points]
        for row, picked in enumerate(itertools.zip_longest(*by_task)):
            students[f"{kind}-{row}"] = [one for one in picked if one is not None]
    students["model"] = []
    for student, picked in students.items():
        notebook = answered(release, solved | {one.task: one.source for one in picked})
        path = root / "submitted" / student / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    done = run(str(TOOLS / "anuman"), "grade", assignment, "--json", "result.json")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((root / "result.json").read_text("utf-8"))
    assert {one["id"] for one in result["students"]} == set(students)
    wrong = []
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for student, picked in students.items():
            graded = gradebook.find_submission_notebook(assignment, assignment, student)
            found = {one.name: one.auto_score for one in graded.grades if one.name in points}
            expected = points | {a.task: a.points for a in picked if a.points is not None}
            notebook = nbformat.read(Path(root, "autograded", student, assignment, path.name), 4)
            if found != expected:
                wrong.append(f"{student}: {found}, not {expected}")
            for one in picked:
                if one.hint not in text_of(cell(notebook, one.task)):
                    wrong.append(f"{student}, {one}: not told {one.hint!r}")
    assert not wrong, "\n".join(wrong)
