"""Why a task lost points, read from the graded notebook."""

import re

from nbformat import NotebookNode

from ...language import _, in_one, language
from ..course.official import grade_id
from ..course.work import STOPPED_IN

STOPPED_FUNCTION = re.compile(re.escape(STOPPED_IN).replace(r"\{name\}", r"(\w+)"))
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def reason(task: str, notebook: NotebookNode) -> str:
    """What the checker said in the task's test cell, or else a clear line about its error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    test = next(cell for cell in cells if grade_id(cell) == task)
    error = _error(test)
    if error is None:
        said, other = in_one(feedback(task, test), language())
        if other and language() == "hi":  # its own heading, which the table has already
            said = said.partition("\n")[2]
        return said or _("The test of {task} gave no reason.").format(task=task)
    function = STOPPED_FUNCTION.fullmatch(error.evalue)
    if function:
        said = _("The function {name} stopped with {error}.")
        return said.format(name=function[1], error=error.ename)
    answer = _answer_before(cells, test)
    stopped = answer and _error(answer)
    missing = re.search(r"name '(\w+)'", error.evalue) if error.ename == "NameError" else None
    if answer and missing and re.search(rf"\b{missing[1]}\b", test.source):
        name = missing[1]
        if stopped:
            said = _("`{name}` is not defined: its answer cell {what}. Mend it and run again.")
            return said.format(name=name, what=_described(stopped))
        said = _("`{name}` is not defined: no cell above its test defines it. Keep the name.")
        return said.format(name=name)
    if error.ename == "NoPoints":
        said = _("The test of {task} ended without points: {reason}.")
        return said.format(task=task, reason=error.evalue)
    what = _described(error).rstrip(".")
    return _("The test of {task} {what}.").format(task=task, what=what)


def feedback(task: str, test: NotebookNode) -> str:
    """The lines that the checker printed after its own heading, "task: … of … points."."""
    text = "".join(o.text for o in test.outputs if o.output_type == "stream")
    lines = text.splitlines()
    heading = re.compile(rf"{re.escape(task)}: [\d.]+ of [\d.]+ points\.")
    headings = [at for at, line in enumerate(lines) if heading.fullmatch(line)]
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
        return _("was stopped at the time limit (does a loop never end?)")
    message = re.sub(r"\s*\([^()]*, line \d+\)$", "", error.evalue)
    line = re.search(r", line (\d+)\)$", error.evalue) or re.search(r"^-+> *(\d+) ", text, re.M)
    if line and message:
        said = _("stopped with {error} in line {line}: {message}")
    elif message:
        said = _("stopped with {error}: {message}")
    else:
        said = _("stopped with {error} in line {line}") if line else _("stopped with {error}")
    return said.format(error=error.ename, line=line and line.group(1), message=message)
