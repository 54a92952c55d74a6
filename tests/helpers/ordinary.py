"""A hundred ordinary test cells of other courses, and what stock nbgrader makes of right answers to them.

`python tests/helpers/ordinary.py` grades them with this Python's nbgrader, which takes minutes, and
writes the result to tests/data/ordinary_stock.json; tests/grading/test_ordinary.py looks at a few of
them each day.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from plain_course import TOOLS, about

DATA = Path(__file__).resolve().parents[1] / "data"
TEXT = (DATA / "ordinary_tests.txt").read_text(encoding="utf-8")
RECORD = DATA / "ordinary_stock.json"
PARTS = ("given", "answer", "another", "test")
A_NOTEBOOK = 25  # tasks
STUDENTS = {
    "ann": lambda task: task["answer"],
    "bob": lambda task: task["another"],
    "nobody": lambda task: "raise NotImplementedError()",
}


def _tasks() -> dict[str, dict[str, str]]:
    """{name: {"given": a locked cell, "answer" and "another": right answers, "test": ...}}"""
    found = {}
    for block in TEXT.split("#### ")[1:]:
        name, _, rest = block.partition("\n")
        parts = re.split(rf"^## (?:{'|'.join(PARTS)})\n", rest, flags=re.MULTILINE)[1:]
        found[name] = dict(zip(PARTS, (part.strip("\n") for part in parts), strict=True))
    return found


TASKS = _tasks()


def notebooks(names: list[str], answer) -> dict:
    """An assignment's notebooks of these tasks, with the answer that this function gives of each."""
    made = {}
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


def graded(root: Path, names: list[str], *words: str) -> tuple[dict, str]:
    """({student: names of the tests without the point} after this command in a fresh course, what it said)."""
    root.mkdir()
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 60\n")
    marked = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    folders = {"source/hw": notebooks(names, lambda task: marked.format(task["answer"]))}
    folders |= {f"submitted/{who}/hw": notebooks(names, how) for who, how in STUDENTS.items()}
    for folder, books in folders.items():
        (root / folder).mkdir(parents=True)
        for name, book in books.items():
            nbformat.write(book, root / folder / f"{name}.ipynb")
    # nbgrader starts alembic by name
    environment = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    said = ""
    for command in (["nbgrader", "generate_assignment", "hw"], [*words]):
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        said = done.stdout + done.stderr
    missed = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions("hw"):
            grades = [grade for one in submission.notebooks for grade in one.grades]
            missed[submission.student_id] = sorted(g.name for g in grades if g.auto_score != 1)
    return missed, said


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        missed, said = graded(Path(folder, "stock"), list(TASKS), "nbgrader", "autograde", "hw")
    assert set(missed) == set(STUDENTS), said
    about_it = {"nbgrader": version("nbgrader"), "python": sys.version.split()[0]}
    whole = about_it | {"missed": {who: missed[who] for who in ("ann", "bob")}}
    assert missed["nobody"] == sorted(TASKS)
    RECORD.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
