"""A hundred ordinary test cells of other courses: right answers get what they get from stock nbgrader."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from plain_course import TOOLS, about

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")

TEXT = (Path(__file__).parents[1] / "data" / "ordinary_tests.txt").read_text(encoding="utf-8")
PARTS = ("given", "answer", "another", "test")
A_NOTEBOOK = 25  # tasks
FEWEST = 97


def tasks():
    """{name: {"given": a locked cell, "answer" and "another": right answers, "test": ...}}"""
    found = {}
    for block in TEXT.split("#### ")[1:]:
        name, _, rest = block.partition("\n")
        parts = re.split(rf"^## (?:{'|'.join(PARTS)})\n", rest, flags=re.MULTILINE)[1:]
        found[name] = dict(zip(PARTS, (part.strip("\n") for part in parts), strict=True))
    return found


def notebooks(answer):
    """The assignment's notebooks with the answer that this function gives of a task."""
    made, names = {}, list(TASKS)
    for start in range(0, len(names), A_NOTEBOOK):
        cells = []
        for name in names[start : start + A_NOTEBOOK]:
            parts = (
                (f"{name}_given", TASKS[name]["given"], {"locked": True}),
                (f"{name}_answer", answer(TASKS[name]), {"solution": True}),
                (name, TASKS[name]["test"], {"grade": True, "locked": True, "points": 1}),
            )
            cells += [new_code_cell(text, id=i, metadata=about(i, **how)) for i, text, how in parts]
        made[f"part{start // A_NOTEBOOK}"] = new_notebook(cells=cells)
    return made


TASKS = tasks()
STUDENTS = {
    "ann": lambda task: task["answer"],
    "bob": lambda task: task["another"],
    "nobody": lambda task: "raise NotImplementedError()",
}


def graded(root, words):
    """{student: {test: points}} after this command in a fresh course; what it said in graded.said."""
    root.mkdir()
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 60\n")
    marked = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    folders = {"source/hw": notebooks(lambda task: marked.format(task["answer"]))}
    folders |= {f"submitted/{name}/hw": notebooks(how) for name, how in STUDENTS.items()}
    for folder, books in folders.items():
        (root / folder).mkdir(parents=True)
        for name, book in books.items():
            nbformat.write(book, root / folder / f"{name}.ipynb")
    # nbgrader starts alembic by name
    environment = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    for command in (["nbgrader", "generate_assignment", "hw"], words):
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        graded.said = done.stdout + done.stderr
    points = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions("hw"):
            points[submission.student_id] = {
                grade.name: grade.auto_score for n in submission.notebooks for grade in n.grades
            }
    return points


def missed(points):
    return sorted(name for name in TASKS if points[name] != 1)


def test_right_answers_to_a_hundred_ordinary_tests(tmp_path):
    assert len(TASKS) == 100
    stock = graded(tmp_path / "stock", ["nbgrader", "autograde", "hw"])
    file = tmp_path / "result.json"
    ours = graded(tmp_path / "ours", ["anuman", "grade", "hw", "--json", str(file)])
    for student in ("ann", "bob"):
        mine, others = missed(ours[student]), missed(stock[student])
        assert 100 - len(mine) >= FEWEST, (student, mine, others, graded.said)
        assert not set(mine) - set(others), (student, graded.said)
    assert missed(ours["nobody"]) == missed(stock["nobody"]) == sorted(TASKS)
    together = {name.partition("/")[2] for name in json.loads(file.read_text())["together"]}
    # What can be told apart from the answers stays apart.
    assert {"default_kw", "np_testing", "fraction", "recursion", "big_int"}.isdisjoint(together)
    assert {"shuffle", "given_base", "date", "stringio", "mock_input"} <= together
