"""The process in which a learner's cells run: answers the worker and the trusted process.

Everything here can be changed by the learner's code, so nothing here decides anything: whoever asks
takes each answer for a claim. Requests are [number, operation, ...]; the number comes back first.
"""

import builtins
import inspect
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..course import bindings, notebook_file
from ..isolation import wire
from .withheld import Withhold

MOST_MESSAGE = 2_000  # characters of an error's message
MOST_PARAMETERS = 50
MUTABLE = (list, dict, set, bytearray)


def serve(channel: wire.Channel, shell, details: dict) -> None:
    """Answer requests until the other side is gone."""
    server = Learner(channel, shell)
    signal.signal(signal.SIGINT, server.on_interrupt)
    shell.redirect()
    os.environ.update(details["environment"])
    sys.path.insert(0, "")  # modules that lie beside the notebook
    Withhold(details["refused"], details["stand_ins"]).install()
    _new_randomness()
    channel.send(["ready", os.getpid()])
    while server.answer():
        pass


def _new_randomness() -> None:
    """Forks would all draw the same numbers; Python's random sees to itself."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


class Learner:
    """What the requests work on."""

    def __init__(self, channel: wire.Channel, shell):
        self._channel, self._shell = channel, shell
        self._objects: dict[int, Any] = {}  # what the trusted process holds handles of
        self._handles: dict[int, tuple] = {}  # by the object's id
        self._request = 0
        self._busy = False
        self._operations: dict[str, Callable] = {
            "parse": notebook_file.cells_of,
            "bound": _bound,
            "files": write_files,
            "run": self._run,
            "names": self._names,
            "call": self._call,
            "get": self._get,
            "set": self._set,
            "special": self._special,
            "next": self._next,
        }

    def on_interrupt(self, _signal, _frame) -> None:
        """The time limit's SIGINT: stops the learner's code, never this loop."""
        __tracebackhide__ = True  # IPython leaves this frame out
        if self._busy:
            raise KeyboardInterrupt

    def answer(self) -> bool:
        """Do one request; False when there will be no more."""
        try:
            request = self._channel.receive(self._read)
        except wire.Closed:
            return False
        self._do(*request)
        return True

    def _do(self, number: int, operation: str, *arguments) -> None:
        self._request = number
        outputs, self._shell.outputs = self._shell.outputs, type(self._shell.outputs)()
        try:
            try:
                self._busy = True
                reply = ["ok", self._operations[operation](*arguments)]
            finally:
                self._busy = False
        except BaseException as error:
            reply = ["error", *self._described(error)]
        printed = [] if operation == "run" else self._printed()
        self._shell.outputs = outputs
        try:
            most = None if operation in ("run", "parse") else (wire.MOST_HEAD, wire.MOST_BODY)
            self._channel.send([number, *reply, printed], self._handle, most=most)
        except wire.Closed:
            os._exit(0)
        except Exception as error:  # too large, or its own methods fail
            text = f"what it returned cannot be read: {error}"
            self._channel.send(
                [number, "error", "ValueError", ["ValueError"], text, [], None, printed]
            )

    def _printed(self) -> list:
        return [[o["name"], o["text"]] for o in self._shell.outputs.take() if "name" in o]

    # What the worker asks for

    def _run(self, source: str, count: int) -> list:
        return self._shell.run(source, count)

    # What the trusted process asks for

    def _names(self, names: list) -> dict:
        """What the learner has under these names; modules by their name."""
        space = self._shell.user_ns
        return {name: space[name] for name in names if name in space}

    def _call(self, function: Callable, args: list, kwargs: dict, seeds: list, back: bool) -> list:
        """The result of a call, and the arguments as they are after it where that may matter."""
        for module, seed in seeds:
            sys.modules[module].seed(*seed)
        result = function(*args, **kwargs)
        if not back and (result is not None or not any(map(_is_mutable, args))):
            return [result, None]
        return [result, args]

    def _get(self, one: Any, name: str) -> Any:
        return getattr(one, name)

    def _set(self, one: Any, name: str, value: Any) -> None:
        setattr(one, name, value)

    def _special(self, one: Any, name: str, args: list) -> Any:
        return getattr(type(one), name)(one, *args)

    def _next(self, iterator: Any) -> list:
        """[the next item], or [] at the end."""
        return list(itertools.islice(iterator, 1))

    # Values that are no plain data

    def _handle(self, value: Any) -> tuple:
        """("h", number, kind, name, names of its classes, signature, docstring)."""
        known = self._handles.get(id(value))
        if known is None:
            number = len(self._objects) + 1
            self._objects[number] = value  # so the id stays its own
            known = self._handles[id(value)] = self._new_handle(number, value)
        return known

    def _new_handle(self, number: int, value: Any) -> tuple:
        if inspect.ismodule(value):
            return ("h", number, "module", value.__name__, [], None, None)
        is_class = isinstance(value, type)
        classes = _class_names(value if is_class else type(value))
        name = getattr(value, "__name__", None)
        name = name if type(name) is str else classes[0]
        if is_class:
            kind = "exception" if issubclass(value, BaseException) else "class"
            return ("h", number, kind, name, classes, _signature(value), _doc(value))
        if hasattr(type(value), "__next__"):
            return ("h", number, "iterator", name, classes, None, None)
        if callable(value):
            return ("h", number, "function", name, classes, _signature(value), _doc(value))
        return ("h", number, "object", name, classes, None, _doc(value))

    def _read(self, tag: str, values: list) -> Any:
        """What the trusted process sends: our own objects, its functions, its random generators."""
        if tag == "o":
            return self._objects[values[0]]
        if tag == "k":
            return self._stub(values[0])
        if tag == "builtin":
            return getattr(builtins, values[0])
        if tag == "iterator":
            return iter(values[0])
        if tag == "generator":
            return _generator(*values)
        raise wire.BadFrame(f"unknown tag {tag!r}")

    def _stub(self, number: int) -> Callable:
        """A function of the trusted process: calls it there and waits."""

        def callback(*args, **kwargs):
            self._busy = False
            asked = self._request
            self._channel.send([asked, "callback", number, list(args), kwargs], self._handle)
            while True:
                head, *rest = self._channel.receive(self._read)
                if head == "return":
                    break
                self._do(head, *rest)  # it calls a function of ours in its turn
            self._request, self._busy = asked, True
            outcome, value = rest
            if outcome == "ok":
                return value
            raise getattr(builtins, value[0], RuntimeError)(value[1])

        return callback

    def _described(self, error: BaseException) -> list:
        """Type, names of its classes, message, plain arguments and place of an exception."""
        kind = type(error)
        try:
            text = str(error)[:MOST_MESSAGE]
        except BaseException:  # the learner's own __str__
            text = ""
        return [
            kind.__name__,
            _class_names(kind),
            text,
            _plain_arguments(error),
            self._place(error),
        ]

    def _place(self, error: BaseException) -> list | None:
        """[cell, line] of the innermost frame in a cell of the notebook."""
        cells = getattr(self._shell.compile, "_filename_map", {})
        place, trace = None, error.__traceback__
        while trace is not None:
            cell = cells.get(trace.tb_frame.f_code.co_filename)
            if cell is not None:
                place = [cell, trace.tb_lineno]
            trace = trace.tb_next
        return place


def _is_mutable(value: Any) -> bool:
    return isinstance(value, MUTABLE) or type(value).__name__ == "ndarray"


def _plain_arguments(error: BaseException) -> list:
    kept = (str, int, float, bool, type(None))
    args = error.args if isinstance(error.args, tuple) and len(error.args) <= 5 else ()
    if not all(type(one) in kept for one in args):
        return []
    return [one[:MOST_MESSAGE] if isinstance(one, str) else one for one in args]


def _class_names(kind: type) -> list[str]:
    return [one.__name__ for one in kind.__mro__[:20]]


def _signature(function: Callable) -> list | None:
    """[[name, kind, has a default, the default if it is plain]] or None where Python knows none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[:MOST_PARAMETERS]
    except (TypeError, ValueError):
        return None
    described = []
    for one in parameters:
        has = one.default is not one.empty
        plain = isinstance(one.default, (str, int, float, bool)) and len(str(one.default)) < 1000
        described.append([one.name, int(one.kind), has, one.default if has and plain else None])
    return described


def _doc(value: Any) -> str | None:
    text = getattr(value, "__doc__", None)
    return text[:MOST_MESSAGE] if isinstance(text, str) else None


def _generator(kind: str, state: dict):
    """A random generator in the state that the test's own one has."""
    import numpy

    bits = getattr(numpy.random, kind)()
    bits.state = state
    return numpy.random.Generator(bits)


def _bound(sources: list[str]) -> list[str]:
    """Names that these cells bind."""
    return sorted(frozenset().union(*map(bindings.bound, sources)))


def write_files(files: dict) -> None:
    """Put files into the working folder; a path is relative and stays inside."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
