"""Why a task lost points, read from the graded notebook."""

import re

from nbformat import NotebookNode

from ..course.official import grade_id

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def reason(task: str, notebook: NotebookNode) -> str:
    """What the checker said in the task's test cell, or else a clear line about its error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    test = next(cell for cell in cells if grade_id(cell) == task)
    error = _error(test)
    if error is None:
        return feedback(task, test) or f"The test of {task} gave no reason."
    answer = _answer_before(cells, test)
    stopped = answer and _error(answer)
    if error.ename == "NameError" and answer:
        name = getattr(re.search(r"name '(\w+)'", error.evalue), "group", lambda _index: task)(1)
        if stopped:
            return (
                f"`{name}` is not defined: its answer cell {_described(stopped)}. "
                "Mend it and run again."
            )
        return f"`{name}` is not defined: no cell above its test defines it. Keep the name."
    if error.ename == "NoPoints":
        return f"The test of {task} ended without points: {error.evalue}."
    return f"The test of {task} {_described(error).rstrip('.')}."


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
    """The last error: after a time limit the interrupt that it sent comes first."""
    return next((o for o in reversed(cell.outputs) if o.output_type == "error"), None)


def _described(error: NotebookNode) -> str:
    """What an error did to its cell, with the message and, where it can be told, the line."""
    text = ANSI.sub("", "\n".join(error.traceback))
    if error.ename == "CellTimeoutError":
        return "was stopped at the time limit (does a loop never end?)"
    message = re.sub(r"\s*\([^()]*, line \d+\)$", "", error.evalue)
    line = re.search(r", line (\d+)\)$", error.evalue) or re.search(r"^-+> *(\d+) ", text, re.M)
    where = f" in line {line.group(1)}" if line else ""
    return f"stopped with {error.ename}{where}" + (f": {message}" if message else "")
