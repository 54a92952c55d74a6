"""Why a task lost points, for the learner: nothing of the hidden tests, nothing that code could have put there.

A learner's function sees the inputs of hidden tests and could carry them out in a message, in the
name of an error or in what a later cell shows. What is said here is therefore made of the teacher's
visible text, the names of Python's own errors, and sentences of ours.
"""

import ast
import builtins
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from ...language import N_, both

ANSI = re.compile(r"\x1b\[[0-9;]*m")
LINE = re.compile(r"\(line (\d+) of the test\)|Cell In\[\d*\], line (\d+)|^-+> *(\d+) ", re.M)
TIME = {"CellTimeoutError", "KeyboardInterrupt"}
ENDED = {"DeadKernelError", "LearnerProcessEnded"}

HIDDEN_FAILED = N_(
    "The checks that you see are right, but a hidden one is not: try other inputs, small, large and unusual ones."
)
VISIBLE_FAILED = N_("This check failed: {line}")
HIDDEN_STOPPED = N_(
    "The checks that you see are right; in a hidden one the code stopped with {error}: try other inputs."
)
VISIBLE_STOPPED = N_("The code stopped with {error} in this check: {line}")
NOT_DEFINED = N_("{name} is not defined when it is tested: keep the name and the cell.")
ANSWER_STOPPED = N_("The answer cell stopped with {error}: mend it first.")
NOT_ANSWERED = N_("There is no answer yet.")
TIME_IS_UP = N_("The code did not come to an end in time: does a loop never end?")
PROCESS_ENDED = N_("The code ended its own process, or used more memory than it may.")
NO_POINTS = N_("The test ended without a number of points: tell your teacher.")
PART = N_("Part of the checks is right: {points} of {most} points.")
NOT_CARRIED = N_(
    "The test asks for something that your code gives in a form it cannot read: return plain numbers, texts, lists or arrays."
)
OTHER = N_("The test stopped with an error: tell your teacher.")


@dataclass(frozen=True)
class Delimiters:
    """The lines between which a test cell's hidden tests stand."""

    begin: str
    end: str


def hidden_lines(source: str, delimiters: Delimiters) -> set[int]:
    """Numbers, from 1, of a test cell's hidden lines, delimiters included."""
    hidden, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or delimiters.begin in line
        if inside:
            hidden.add(number)
        inside = inside and delimiters.end not in line
    return hidden


def why(
    test: NotebookNode,
    outputs: list[NotebookNode],
    answers: list[NotebookNode],
    delimiters: Delimiters,
) -> list[str]:
    """Sentences in English and Hindi about a test cell (with its whole source) that lost points.

    `outputs` are those of the test as graded; `answers` are the answer cells above it.
    """
    error = _last_error(outputs)
    if error is None:
        about = test.metadata.get("nbgrader", {})
        return _said(PART, points=_number(about.get("score")), most=_number(about.get("points")))
    stopped = [e for e in (_last_error(a.get("outputs", [])) for a in answers) if e is not None]
    if any(e.ename in TIME for e in (error, *stopped)):
        return _said(TIME_IS_UP)
    if any(e.ename in ENDED for e in (error, *stopped)):
        return _said(PROCESS_ENDED)
    if error.ename == "NotImplementedError" or any(
        e.ename == "NotImplementedError" for e in stopped
    ):
        return _said(NOT_ANSWERED)
    if stopped:
        return _said(ANSWER_STOPPED, error=_name(stopped[-1]))
    if error.ename == "NotCarried":
        return _said(NOT_CARRIED)
    if error.ename == "NoPoints":
        return _said(NO_POINTS)
    return _failed(test, error, delimiters)


def _failed(test: NotebookNode, error: NotebookNode, delimiters: Delimiters) -> list[str]:
    number = _line(error)
    hidden = hidden_lines(test.source, delimiters)
    name = _name(error)
    if number in hidden:
        return (
            _said(HIDDEN_FAILED) if name == "AssertionError" else _said(HIDDEN_STOPPED, error=name)
        )
    if error.ename == "NameError":
        missing = re.search(r"name '(\w+)'", error.evalue)
        if missing and re.search(rf"\b{missing[1]}\b", _visible(test.source, hidden)):
            return _said(NOT_DEFINED, name=missing[1])
    line = _statement(test.source, number) if number else None
    if line is None:
        return _said(OTHER)
    if name == "AssertionError":
        return _said(VISIBLE_FAILED, line=line)
    return _said(VISIBLE_STOPPED, error=name, line=line)


def _visible(source: str, hidden: set[int]) -> str:
    lines = enumerate(source.split("\n"), start=1)
    return "\n".join(line for number, line in lines if number not in hidden)


def _line(error: NotebookNode) -> int | None:
    """The line of the test cell at which it stopped."""
    found = LINE.search(ANSI.sub("", "\n".join(error.traceback)))
    return next((int(group) for group in found.groups() if group), None) if found else None


def _statement(source: str, line: int) -> str | None:
    """The first line of the innermost statement at this line of the source."""
    try:
        nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.stmt)]
    except SyntaxError:  # IPython's own syntax
        nodes = []
    around = [n.lineno for n in nodes if n.lineno <= line <= (n.end_lineno or n.lineno)]
    lines = source.split("\n")
    at = max(around, default=line)
    return lines[at - 1].strip() if 0 < at <= len(lines) else None


def _last_error(outputs: list[NotebookNode]) -> NotebookNode | None:
    """After a time limit the interrupt that it sent comes first."""
    return next((o for o in reversed(outputs) if o.output_type == "error"), None)


def _name(error: NotebookNode) -> str:
    """The error's name if it is one of Python's own."""
    kind = getattr(builtins, error.ename, None)
    is_own = isinstance(kind, type) and issubclass(kind, BaseException)
    return error.ename if is_own else "Exception"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "?"


def _said(text: str, **fields: str) -> list[str]:
    return [sentence.format(**fields) for sentence in both(text) if sentence]
