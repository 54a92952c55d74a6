"""Small notebooks run by the grading engine in this process: what tests of the engine share."""

import json

from anuman.grading import worker
from anuman.grading.course.template import as_template
from anuman.grading.course.work import LEARNER, LOCKED, TEST, Cell, Outcome, Rules, Submission

RULES = Rules(cell_s=20, refused=("anuman.physics",), stand_ins=("anuman.check",))


def answer(stub: str = "", name: str = "answer") -> Cell:
    """The teacher's answer cell."""
    return Cell(LEARNER, "code", stub, name, {"solution": True, "grade_id": name}, f"id-{name}")


def cell_of_test(source: str, name: str) -> Cell:
    """A test cell of one point."""
    about = {"grade": True, "grade_id": name, "points": 1}
    return Cell(TEST, "code", source, name, about, f"id-{name}")


def locked(source: str, name: str = "setup") -> Cell:
    """A cell that the learner cannot change."""
    return Cell(LOCKED, "code", source, name, {"locked": True, "grade_id": name}, f"id-{name}")


def submitted(*cells: tuple[str | None, str]) -> bytes:
    """A notebook file with these (nbgrader id, source)."""
    made = [
        {
            "cell_type": "code",
            "id": f"own-{number}",
            "metadata": {"nbgrader": {"grade_id": name}} if name else {},
            "source": source,
            "outputs": [],
        }
        for number, (name, source) in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def graded(cells: list[Cell], content: bytes, rules: Rules = RULES, **files) -> Outcome:
    """What the engine makes of a submission with this one notebook."""
    template = as_template("nb", cells, {})
    work = {"nb.ipynb": content, **files}
    return worker.grade(Submission("ada", (template,), work, {}, rules))


def run(source: str, *tests: str, rules: Rules = RULES, setup: str = "", stub: str = "") -> list:
    """Outputs of the answer cell and of each test cell, for a learner's source and tests."""
    cells = [locked(setup), answer(stub)]
    cells += [cell_of_test(text, f"test-{number}") for number, text in enumerate(tests)]
    outcome = graded(cells, submitted(("setup", setup), ("answer", source)), rules)
    assert outcome.problem is None, outcome.problem
    run.notes = outcome.notes
    return [cell.outputs for cell in outcome.notebooks[0].cells if cell.role != LOCKED]


def printed(outputs: list[dict]) -> str:
    """What a cell wrote to stdout."""
    return "".join(o["text"] for o in outputs if o.get("name") == "stdout")


def error(outputs: list[dict]) -> str | None:
    """Name and message of a cell's last error."""
    found = [o for o in outputs if o["output_type"] == "error"]
    return f"{found[-1]['ename']}: {found[-1]['evalue']}" if found else None
