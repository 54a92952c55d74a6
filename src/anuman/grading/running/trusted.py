"""The process in which the teacher's cells run: test cells, locked cells, helpers.

It never runs a learner's code. Before a cell, the names it uses that the learner has and the
teacher has not are fetched: functions become proxies, data becomes values. The teacher's own names
and Python's built-in ones always win.
"""

import ast
import builtins
import functools
import importlib
import inspect
import os
import random
import re
import resource
import signal
import socket
import sys
import textwrap
from typing import Any

from ..course import bindings
from ..course.work import STOPPED_IN
from ..isolation import wire
from . import link, proxies
from .learner import write_files
from .shell import Outputs, Shell

WORD = re.compile(r"[^\W\d]\w*")
MOST_WORDS_IN = 2_000  # characters of a text constant that may name something (%timeit f(3))
# Names that a module is commonly imported as, besides its own: a learner's `np` is NumPy or nothing.
ALIASES = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "mpl": "matplotlib",
    "sp": "scipy",
    "sns": "seaborn",
    "tf": "tensorflow",
    "npt": "numpy.testing",
}
HIDDEN_MESSAGE = "(the message of the learner's own exception is not shown)"


def serve(channel: wire.DescriptorChannel, shell: Shell, details: dict) -> None:
    """Answer the worker until it is gone."""
    shell.__class__ = _TrustedShell
    shell.redirect()
    os.environ.update(details["environment"])
    sys.path[:0] = [os.getcwd()]  # helpers that lie beside the notebook
    if details["walls"] is None and details["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (details["memory"], resource.RLIM_INFINITY))
    server = Trusted(channel, shell, details["asked"], details["kept"])
    signal.signal(signal.SIGINT, server.on_interrupt)
    channel.send(["ready", os.getpid()])
    while server.answer():
        pass


class _TrustedShell(Shell):
    """A shell whose errors show neither source lines nor a learner's message."""

    def showtraceback(self, exc_tuple=None, *_how, **_shown):
        """Make every error an error output, without the traceback that IPython would format.

        Of some (groups, misused magics) IPython prints a text only, and the cell would seem to pass.
        """
        etype, evalue, _trace = self._get_exc_info(exc_tuple)
        self._showtraceback(etype, evalue, [])

    def showsyntaxerror(self, *_where, **_how):
        """As any other error."""
        self.showtraceback()

    def _showtraceback(self, etype, evalue, stb):
        super()._showtraceback(etype, evalue, stb)
        shown = self.outputs.items[-1]
        if getattr(evalue, "from_learner", False):
            # Both are the learner's to choose: a way to show the hidden cases on the page.
            known = [one for one in etype.__mro__ if one.__module__ == "builtins"]
            shown["ename"] = etype.__name__ if etype in known else known[0].__name__
            name = getattr(evalue, "stopped_in", None)
            shown["evalue"] = STOPPED_IN.format(name=name) if name else HIDDEN_MESSAGE
        line = _line(evalue, self.compile._filename_map)
        where = f" (line {line} of the test)" if line else ""
        shown["traceback"] = [f"{shown['ename']}{where}: {shown['evalue']}"]


def _line(error: Any, cells: dict) -> int | None:
    line, trace = None, getattr(error, "__traceback__", None)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in cells:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class Trusted:
    """What the worker's requests work on."""

    def __init__(self, channel: wire.DescriptorChannel, shell: Shell, asked: list, kept: list):
        self._channel, self._shell = channel, shell
        self._asked = set(asked)  # by the exercise, even if Python has such a name
        self._kept = set(kept)  # the teacher's, also where their cell has not run
        self._given: dict[str, Any] = {}  # what was fetched, by name
        self._busy = False
        self._link = link.Link(self._fresh_learner)
        self._listen_to_seeds()
        self._know_sources()

    def on_interrupt(self, _signal, _frame) -> None:
        """The cell's time is up."""
        self._link.expired = True  # for tests that catch everything, as a checker does
        if self._busy:
            raise link.CellTimeoutError(link.OVER)

    def answer(self) -> bool:
        """Do one request; False when there will be no more."""
        try:
            operation, *arguments = self._channel.receive()
        except wire.Closed:
            return False
        if operation == "open":
            self._link.open(*self._learner())
        elif operation == "files":
            write_files(*arguments)
        else:
            self._know(arguments[2])
            outputs = self._run(*arguments[:2])
            notes, self._link.notes = self._link.notes, []
            late, stopped = self._link.expired, self._link.stopped
            self._link.expired = self._link.stopped = False
            self._channel.send(["done", outputs, notes, self._link.is_lost, late, stopped])
        return True

    def _learner(self) -> tuple:
        (sock,) = self._channel.descriptors
        self._channel.descriptors = []
        # A process can only signal what it sees: the worker interrupts the learner's one.
        interrupt = functools.partial(self._channel.send, ["interrupt"])
        return wire.Channel(socket.socket(fileno=sock)), interrupt

    def _fresh_learner(self) -> tuple:
        """The learner's process is lost: the worker makes another one, in the same state."""
        self._channel.send(["restart"])
        (operation,) = self._channel.receive()
        if operation != "open":
            raise proxies.LearnerProcessEnded("the learner's code ends every process it runs in")
        return self._learner()

    def _know(self, sources: dict[int, str]) -> None:
        """The learner's cells so far; what new ones make of a name that is asked for counts again."""
        for count, source in sources.items():
            if count not in self._link.sources:
                for name in self._asked & bindings.of_untrusted(source):
                    self._shell.user_ns.pop(name, None)
        self._link.sources.update(sources)

    def _run(self, source: str, count: int) -> list[dict]:
        lost = None
        self._shell.outputs = Outputs()  # should the time be up before the cell runs
        try:
            try:
                self._busy = True
                try:
                    self._fetch(source)
                except proxies.LearnerProcessEnded as error:
                    lost = error  # the teacher's cell runs all the same: it may need nothing of it
                outputs = self._shell.run(source, count)
            finally:
                self._busy = False
                for name in bindings.bound(source):  # from now on the teacher's
                    self._given.pop(name, None)
        except link.CellTimeoutError:
            outputs = self._shell.outputs.take()
        failed = next((one for one in outputs if one["output_type"] == "error"), None)
        if failed and lost:
            outputs = [_error_output(type(lost).__name__, str(lost))]
        elif failed and failed["ename"] == "NotCarried":
            self._link.note(failed["evalue"])
        return [one for one in outputs if one.get("name") != "stderr"]

    def _fetch(self, source: str) -> None:
        """Bind the names that the teacher's cells use and only the learner has."""
        self._link.named |= names_in(source)
        self._link.attributes |= attributes_in(source)
        space = self._shell.user_ns
        for name, value in self._given.items():
            if space.get(name) is value:
                del space[name]
        self._given = {}
        wanted = [name for name in self._link.named if self._is_open(name)]
        if not wanted:
            return
        for name, value in self._link.names(sorted(wanted)).items():
            if name not in wanted:
                continue
            if isinstance(value, proxies.Module):
                value = _module(name, value.name)
                if value is None:
                    continue
            elif name in self._kept:
                continue
            elif isinstance(value, proxies.Learners):
                object.__setattr__(value, "_bound", name)
            space[name] = self._given[name] = value

    def _is_open(self, name: str) -> bool:
        if name in self._shell.user_ns:
            return False
        return name in self._asked or not hasattr(builtins, name)

    def _listen_to_seeds(self) -> None:
        """A seed that a test sets holds for the learner's functions too."""
        numpy_random = importlib.import_module("numpy.random")
        for module in (random, numpy_random):
            module.seed = self._announced(module.__name__, module.seed)

    def _announced(self, module: str, seed):
        def announced(*args):
            self._link.seeds = [one for one in self._link.seeds if one[0] != module]
            self._link.seeds.append((module, list(args)))
            return seed(*args)

        return announced

    def _know_sources(self) -> None:
        """inspect.getsource of a learner's function gives the text that was handed in."""
        original = inspect.getsource

        def getsource(one):
            if not isinstance(one, proxies.Learners):
                return original(one)
            found = _definition(one._bound or one._name, self._link.sources)
            if found is None:
                raise OSError("source code not available")
            return found

        inspect.getsource = getsource


@functools.cache
def names_in(source: str) -> frozenset[str]:
    """Names that a cell uses, those in its short texts too (%timeit f(3) has become a text)."""
    try:
        tree = ast.parse(Shell.instance().transform_cell(source))
    except SyntaxError:
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.update(WORD.findall(node.value[:MOST_WORDS_IN]))
    return frozenset(names)


@functools.cache
def attributes_in(source: str) -> frozenset[tuple[str, str]]:
    """What a cell writes as name.attribute."""
    try:
        nodes = ast.walk(ast.parse(Shell.instance().transform_cell(source)))
    except SyntaxError:
        return frozenset()
    read = (one for one in nodes if isinstance(one, ast.Attribute))
    return frozenset((one.value.id, one.attr) for one in read if isinstance(one.value, ast.Name))


def _module(name: str, claimed: str) -> Any:
    """Our own module for a name under which the learner has one; None if the name does not fit it."""
    if claimed not in (name, ALIASES.get(name)):
        return None
    try:
        return importlib.import_module(claimed)
    except ImportError:
        return None


def _definition(name: str, sources: dict[int, str]) -> str | None:
    """The last definition of a function or class in the learner's cells, if the name still means it."""
    for _cell, source in sorted(sources.items(), reverse=True):
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        for node in reversed(body):
            if getattr(node, "name", None) == name:
                lines = source.splitlines(keepends=True)
                return textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))
            if name in bindings.bound_in(node):
                return None  # bound anew, to something that has no text
    return None


def _error_output(name: str, text: str) -> dict:
    line = f"{name}: {text}"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [line]}
