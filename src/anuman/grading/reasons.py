"""Why a task lost points, read from the graded notebook."""

import re

from nbformat import NotebookNode

from .submission import grade_id

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def reason(task: str, notebook: NotebookNode) -> str:
    """What the checker said in the task's test cell, or else a clear line about its error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    test = next(cell for cell in cells if grade_id(cell) == task)
    error = _error(test)
    if error is None:
        return feedback(task, test)
    answer = _answer_before(cells, test)
    stopped = answer and _error(answer)
    if error.ename == "NameError" and answer:
        name = getattr(re.search(r"name '(\w+)'", error.evalue), "group", lambda _index: task)(1)
        if stopped:
            return (
                f"`{name}` is not defined: its answer cell stopped with {_described(stopped)}. "
                "Mend it and run again."
            )
        return f"`{name}` is not defined: no cell above its test defines it. Keep the name."
    if error.ename == "NoPoints":
        return f"The test of {task} ended without points: {error.evalue}."
    return f"The test of {task} stopped with {_described(error)}."


def feedback(task: str, test: NotebookNode) -> str:
    """The lines that the checker printed after its own heading, "task: … points"."""
    text = "".join(o.text for o in test.outputs if o.output_type == "stream")
    lines = text.splitlines()
    headings = [at for at, line in enumerate(lines) if line.startswith(f"{task}: ")]
    return "\n".join(lines[headings[-1] + 1 :] if headings else lines).strip()


def _answer_before(cells: list[NotebookNode], test: NotebookNode) -> NotebookNode | None:
    """The last answer cell above the test; a test that was put back has moved to the end."""
    named = [cell for cell in cells if grade_id(cell) == f"{grade_id(test)}-answer"]
    above = [
        c for c in cells[: cells.index(test)] if c.metadata.get("nbgrader", {}).get("solution")
    ]
    return (named or above or [None])[-1]


def _error(cell: NotebookNode) -> NotebookNode | None:
    return next((o for o in cell.outputs if o.output_type == "error"), None)


TIMED_OUT = "no answer within the time limit: a loop never ends, or the kernel was lost"


def _described(error: NotebookNode) -> str:
    """An error with its message and, where it can be told, the line of the cell."""
    text = ANSI.sub("", "\n".join(error.traceback))
    if error.ename == "CellTimeoutError":
        return TIMED_OUT
    message = re.sub(r"\s*\([^()]*, line \d+\)$", "", error.evalue)
    line = re.search(r", line (\d+)\)$", error.evalue) or re.search(r"^-+> *(\d+) ", text, re.M)
    where = f" in line {line.group(1)}" if line else ""
    return f"{error.ename}{where}: {message}" if message else f"{error.ename}{where}"
