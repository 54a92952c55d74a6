"""One guarded call of a learner's function.

Whatever the function does (raise, loop, print, warn, exit, change its arguments) ends up in the
Outcome: nothing reaches the notebook's output, above all not stderr, which nbgrader takes for a
failed test.
"""

import ast
import contextlib
import copy
import io
import linecache
import logging
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .time_limit import within

SECONDS = 2.0  # a call of these functions takes microseconds


@dataclass(frozen=True)
class Outcome:
    """What came back: `value`, or `error` with the place in the learner's own code."""

    value: Any = None
    error: BaseException | None = None
    line: int = 0
    source: str = ""
    function: str = ""

    @property
    def returned(self) -> bool:
        """Whether the function came to its end by itself."""
        return self.error is None


class _Sink(io.TextIOBase):
    """Takes any text and keeps none: a loop may print for as long as it runs."""

    def write(self, text: str) -> int:
        return len(text)


def call(function: Callable, args: tuple, seconds: float = SECONDS, silent: bool = True) -> Outcome:
    """Call function with its own copy of args; never raises, except when the user interrupts.

    silent: swallow what it prints too (warnings, logging and stderr are always swallowed).
    """
    own = copy.deepcopy(args)
    try:
        with _quiet(silent):
            return Outcome(value=within(seconds, function, own))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Outcome(error=error, **_place(error))


@contextlib.contextmanager
def _quiet(silent: bool):
    """Swallow warnings, logging and stderr; with silent, stdout too."""
    sink = _Sink()
    disabled = logging.root.manager.disable
    with (
        contextlib.redirect_stdout(sink if silent else sys.stdout),
        contextlib.redirect_stderr(sink),
        warnings.catch_warnings(),
        _descriptor_closed_off(2),
    ):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(disabled)


@contextlib.contextmanager
def _descriptor_closed_off(number: int):
    """Send what C code and child processes write to this file descriptor nowhere."""
    try:
        kept = os.dup(number)
    except OSError:  # no such descriptor, as under pythonw
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def _place(error: BaseException) -> dict[str, Any]:
    """Line number, text and function of the innermost frame that is the learner's own code."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not _is_library(frame.filename)
    ]
    if isinstance(error, SyntaxError) or not frames:
        return {}
    last = frames[-1]
    linecache.checkcache(last.filename)
    return {
        "line": last.lineno or 0,
        "source": (last.line or "").strip(),
        "function": _function(last),
    }


def _function(frame: traceback.FrameSummary) -> str:
    """The name of the frame's function; where an error came from another process, that around its line."""
    if frame.name != "<module>":
        return "" if frame.name.startswith("<") else frame.name
    try:
        nodes = ast.walk(ast.parse("".join(linecache.getlines(frame.filename))))
    except SyntaxError:  # IPython's own syntax
        return ""
    around = [
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.lineno <= frame.lineno <= node.end_lineno
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""


_LIBRARIES = (Path(__file__).resolve().parents[1], Path(os.__file__).resolve().parent)


def _is_library(filename: str) -> bool:
    path = Path(filename)
    return (
        filename.startswith("<frozen")
        or "site-packages" in path.parts
        or any(path.is_relative_to(folder) for folder in _LIBRARIES)
    )


def without_arguments(text: str, names: tuple[str, ...], args: tuple) -> str:
    """The text with every number that is one of the arguments replaced by its name.

    An error message such as KeyError's may carry a hidden input.
    """
    flat = {}
    for name, value in zip(names, args, strict=True):
        for number in _numbers(value):
            flat[float(number)] = f"<{name}>"

    def name_of(match: re.Match) -> str:
        return flat.get(float(match.group()), match.group())

    return re.sub(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", name_of, text)


def _numbers(value: Any) -> Iterator[float]:
    """All numbers in an argument: a number, a nested list, an array, the values of a dictionary."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float):
        yield value
