"""The learner's names in the trusted process: calls go to the sandbox, plain data comes back.

No dunder is ever forwarded: `==`, `len`, `float` or NumPy's protocols asked of a learner's object
would let it answer anything. A result that is no plain data stays an object that only compares
equal to itself; its attributes can be read where the teacher's cells name its class.
"""

import builtins
import inspect
import itertools
import linecache
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from . import wire

GRACE_S = 1.0  # from the interrupt of a learner's function to giving it up
MOST_PULLED = 100_000  # items taken from an iterator
MOST_STALE = 100  # frames that nobody asked for
OVER = "the time limit of the cell"
ENDS_LOOPS = (StopIteration, StopAsyncIteration)
STOPPING = {signal.SIGINT, getattr(signal, "SIGALRM", signal.SIGINT)}
HOW = "See anuman.grading.across for what tests can do about it."


class CellTimeoutError(BaseException):
    """The test cell's time is up. No Exception, so that no `except Exception` of a test keeps it."""


class LearnerProcessEnded(RuntimeError):
    """The learner's code ended its own process, or stopped answering."""


class NotCarried(TypeError):
    """Something that cannot cross from the learner's process; the message is for the test's author."""


class Link:
    """The way into the learner's process: one request at a time."""

    def __init__(self, reopen: Callable[[], tuple]):
        self._reopen = reopen  # asks the worker for a fresh process: (channel, interrupt)
        self._channel: wire.Channel | None = None
        self._interrupt: Callable[[], None] = lambda: None
        self.generation = 0
        self.expired = False  # the cell's time is up: nothing more is asked of the learner
        self.named: set[str] = set()  # every name in the teacher's cells so far
        self.sources: dict[int, str] = {}  # the learner's cells by number
        self.seeds: list[tuple[str, tuple]] = []  # of random and numpy.random, not sent yet
        self.notes: list[str] = []
        self._callbacks: list[Callable] = []
        self._callback_error: BaseException | None = None
        self._exceptions: dict[str, type] = {}

    def open(self, channel: wire.Channel, interrupt: Callable[[], None]) -> None:
        """From now on speak with this process."""
        self._channel, self._interrupt = channel, interrupt
        self.generation += 1

    @property
    def is_lost(self) -> bool:
        """Whether the process was given up, dead or deaf."""
        return self._channel is None and self.generation > 0

    def names(self, names: list[str]) -> dict[str, Any]:
        """What the learner has under these names."""
        found = self.request("names", names)
        if type(found) is not dict:
            raise LearnerProcessEnded("it does not answer sensibly")
        return found

    def call(self, function: "Learners", args: tuple, kwargs: dict, back: bool = False) -> Any:
        """Call a learner's function; back: give (result, arguments after the call)."""
        seeds, self.seeds = self.seeds, []
        answer = self.request("call", function, list(args), kwargs, seeds, back)
        if type(answer) is not list or len(answer) != 2:
            raise LearnerProcessEnded("it does not answer sensibly")
        result, after = answer
        if back:
            return result, after
        if after is not None and not _same(after, list(args)):
            name = object.__getattribute__(function, "_name")
            self._note(
                f"{name} returned None and changed its argument. The change stays in the learner's "
                f"process: a test that looks at it needs across.changed({name}, …)."
            )
        return result

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def request(self, operation: str, *arguments) -> Any:
        """Ask the learner's process for something; raises what the learner's code raised."""
        if self.expired:
            raise CellTimeoutError(OVER)
        if self._channel is None:
            self.open(*self._reopen())
        number = secrets.randbits(48)
        sent = False
        try:
            self._callbacks.clear()
            self._channel.send([number, operation, *arguments], self._give)
            sent = True
            return self._answer(number)
        except wire.CannotSend as error:
            raise NotCarried(f"{error}. {HOW}") from None
        except (wire.Closed, wire.BadFrame) as error:
            self._channel = None
            raise LearnerProcessEnded(f"the learner's process is lost: {error}") from None
        except BaseException as error:
            if sent and not getattr(error, "from_learner", False):
                self._stop(number)  # a time limit struck while we waited
            raise

    def _answer(self, number: int) -> Any:
        for _ in range(MOST_STALE):
            reply = self._channel.receive(self._take)
            if type(reply) is not list or len(reply) < 2 or reply[0] != number:
                continue  # the late answer to a call that was given up, or a forged frame
            if reply[1] == "callback":
                self._call_back(*_parts(reply, 5)[2:])
            elif reply[1] == "ok":
                _number, _ok, value, printed = _parts(reply, 4)
                _pass_on(printed)
                return value
            else:
                kind, classes, text, args, place, printed = _parts(reply, 8)[2:]
                _pass_on(printed)
                self._raise(kind, classes, text, args, place)
        raise wire.BadFrame("too many frames that nobody asked for")

    def _stop(self, number: int) -> None:
        """Interrupt the learner's function and take its last word, or give the process up."""
        if self._channel is None:
            return
        # The alarm that brought us here may ring again while we wait.
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            self._interrupt()
            deadline = time.monotonic() + GRACE_S
            for _ in range(MOST_STALE):
                reply = self._channel.receive(lambda tag, values: None, deadline)
                if type(reply) is list and len(reply) > 1 and reply[0] == number:
                    if reply[1] == "callback":
                        self._channel.send(["return", "error", ["KeyboardInterrupt", ""]])
                        continue
                    return
            self._channel = None
        except (wire.Closed, wire.BadFrame, wire.TimeIsUp):
            self._channel = None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    def _call_back(self, number: Any, args: Any, kwargs: Any) -> None:
        """The learner's function calls a function that the test gave it."""
        callbacks = self._callbacks
        if type(number) is not int or not 0 <= number < len(callbacks):
            raise wire.BadFrame("no such callback")
        if type(args) is not list or type(kwargs) is not dict:
            raise wire.BadFrame("no arguments")
        try:
            self._callbacks = []  # for the calls that the callback makes in its turn
            answer = ["ok", callbacks[number](*args, **kwargs)]
        except Exception as error:
            self._callback_error = error
            answer = ["error", [type(error).__name__, str(error)]]
        finally:
            self._callbacks = callbacks
        self._channel.send(["return", *answer], self._give)

    # What travels besides plain data

    def _give(self, value: Any) -> tuple:
        """To the learner: its own objects, functions, iterators, random generators."""
        if isinstance(value, Learners):
            return ("o", value._current_handle())
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.random.Generator):
            bits = value.bit_generator
            return ("generator", type(bits).__name__, bits.state)
        name = getattr(value, "__name__", "")
        if getattr(builtins, name, None) is value:
            return ("builtin", name)  # int, KeyError, len: the learner's process has its own
        if hasattr(type(value), "__next__"):
            return ("iterator", list(itertools.islice(value, MOST_PULLED)))
        if callable(value):
            self._callbacks.append(value)
            return ("k", len(self._callbacks) - 1)
        raise wire.CannotSend(f"an object of type {type(value).__name__} cannot be passed")

    def _take(self, tag: str, values: list) -> Any:
        """From the learner: a handle of something that stays there."""
        if tag != "h" or len(values) != 5:
            raise wire.BadFrame(f"unknown tag {tag[:20]!r}")
        handle, kind, name, classes, signature = values
        if type(handle) is not int or type(kind) is not str or type(name) is not str:
            raise wire.BadFrame("no handle")
        if type(classes) is not list or not all(type(one) is str for one in classes):
            raise wire.BadFrame("no handle")
        if kind == "module":
            return Module(name)
        if kind == "exception":
            return self._exception(classes)
        made = {"function": LearnersFunction, "class": LearnersClass, "iterator": LearnersIterator}
        return made.get(kind, LearnersObject)(self, handle, name[:200], classes, signature)

    # Exceptions

    def _raise(self, kind: Any, classes: Any, text: Any, args: Any, place: Any) -> None:
        if type(kind) is not str or type(text) is not str or type(classes) is not list:
            raise wire.BadFrame("no exception")
        mine, self._callback_error = self._callback_error, None
        if mine is not None and type(mine).__name__ == kind:
            raise mine
        made = self._exception([one for one in classes if type(one) is str])
        try:
            error = made(*args) if type(args) is list and args else made(text)
        except Exception:  # a type that wants other arguments
            error = RuntimeError(f"{kind}: {text}")
        error.from_learner = True
        self._raise_at(error, place)

    def _exception(self, classes: list[str]) -> type:
        """The built-in exception, or a class of our own for the learner's one, the same each time."""
        if not classes:
            return RuntimeError
        name = classes[0][:100]
        known = getattr(builtins, name, None)
        is_error = isinstance(known, type) and issubclass(known, Exception)
        if is_error and not issubclass(known, ENDS_LOOPS):
            return known
        if name not in self._exceptions:
            # SystemExit and the like must not stop the test cell's process, nor slip through it;
            # StopIteration would end an all(map(...)) of the test, which then finds nothing wrong.
            stops = (
                known is not None and isinstance(known, type) and issubclass(known, BaseException)
            )
            base = RuntimeError if stops else self._exception(classes[1:])
            self._exceptions[name] = type(name, (base,), {"__module__": "__main__"})
        return self._exceptions[name]

    def _raise_at(self, error: Exception, place: Any) -> None:
        """Raise with a frame at the learner's own line, so that whoever explains it can name it."""
        if type(place) is not list or len(place) != 2 or place[0] not in self.sources:
            raise error
        cell, line = place
        lines = self.sources[cell].splitlines(keepends=True)
        if type(line) is not int or not 1 <= line <= len(lines):
            raise error
        name = f"<cell {cell}>"
        linecache.cache[name] = (len(lines), None, lines, name)
        exec(compile("\n" * (line - 1) + "raise error", name, "exec"), {"error": error})


def _parts(reply: list, count: int) -> list:
    if len(reply) != count:
        raise wire.BadFrame("an answer of another shape")
    return reply


def _same(one: Any, other: Any) -> bool:
    first, second = [], []
    try:
        if wire.encode(one, first) != wire.encode(other, second):
            return False
    except wire.CannotSend:
        return True  # not plain: nothing can be said
    return [bytes(b) for b in first] == [bytes(b) for b in second]


def _pass_on(printed: Any) -> None:
    """What a learner's function printed, for a test that captures it; else it is dropped.

    It must not reach the page: a function can print the hidden cases that it is called with.
    """
    if type(printed) is not list:
        raise wire.BadFrame("no list of printed text")
    for name, text in printed:
        stream = sys.stdout if name == "stdout" else sys.stderr
        if stream not in (sys.__stdout__, sys.__stderr__) and type(text) is str:
            stream.write(text)


class Module:
    """A module that the learner imported; only its name is of use."""

    def __init__(self, name: str):
        self.name = name


class Learners:
    """What all proxies share: where the object is and what it is called."""

    def __init__(self, link: Link, handle: int, name: str, classes: list[str], signature: Any):
        fields = {
            "_link": link,
            "_handle": handle,
            "_name": name,
            "_classes": classes,
            "_generation": link.generation,
            "_bound": None,
        }
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def _current_handle(self) -> int:
        """The handle in the process of now; a function is looked up again by its name."""
        if self._generation != self._link.generation:
            again = self._link.names([self._bound]).get(self._bound) if self._bound else None
            if not isinstance(again, type(self)):
                raise LearnerProcessEnded(
                    f"{self._name} was lost with the process that it lived in"
                )
            object.__setattr__(self, "_handle", again._handle)
            object.__setattr__(self, "_generation", again._generation)
        return self._handle

    def _is_open(self) -> bool:
        return not self._link.named.isdisjoint(self._classes)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(
                f"{name} of a learner's {self._classes[:1]} is not asked for. {HOW}"
            )
        if not self._is_open():
            raise AttributeError(
                f"the learner's code gave an object of class {self._classes[0]}, not plain data; "
                f"its attribute {name!r} is read only where the teacher's cells name that class. {HOW}"
            )
        return self._link.request("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or not self._is_open():
            raise AttributeError(f"{name!r} of a learner's object cannot be set here. {HOW}")
        self._link.request("set", self, name, value)

    def __repr__(self) -> str:
        return f"<learner's {self._name}>"


class LearnersFunction(Learners):
    """A function, method or other callable."""

    def __init__(self, link, handle, name, classes, signature):
        super().__init__(link, handle, name, classes, signature)
        object.__setattr__(self, "__name__", name)
        object.__setattr__(self, "__qualname__", name)
        parameters = _parameters(signature)
        if parameters is not None:
            object.__setattr__(self, "__signature__", parameters)

    def __call__(self, *args, **kwargs):
        return self._link.call(self, args, kwargs)

    def _is_open(self) -> bool:
        return True  # attributes that a function was given, as a counter of its calls


class LearnersClass(LearnersFunction):
    """A class: calling it makes an object in the learner's process."""

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Learners) and self._name in instance._classes

    def __subclasscheck__(self, subclass: Any) -> bool:
        return isinstance(subclass, LearnersClass) and self._name in subclass._classes


class LearnersObject(Learners):
    """Any other object."""

    def __bool__(self) -> bool:
        return True

    def _refused(self, *_args):
        raise NotCarried(
            f"operators, len() and [] of a learner's object ({self._classes[0]}) are not forwarded: "
            f"they could answer anything. {HOW}"
        )

    __len__ = __getitem__ = __contains__ = __iter__ = __add__ = __sub__ = __mul__ = _refused
    __truediv__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __matmul__ = _refused


class LearnersIterator(Learners):
    """A generator or another iterator: items are pulled as they are asked for, up to a bound."""

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        state = object.__getattribute__(self, "__dict__")
        if state.get("_left", MOST_PULLED) <= 0:
            raise NotCarried(f"more than {MOST_PULLED} items of an iterator. {HOW}")
        items = self._link.request("next", self)
        if type(items) is not list:
            raise LearnerProcessEnded("it does not answer sensibly")
        if not items:
            raise StopIteration
        state["_left"] = state.get("_left", MOST_PULLED) - 1
        return items[0]


def _parameters(described: Any) -> inspect.Signature | None:
    """The signature that the learner's process described; None if there is none or it is nonsense."""
    if type(described) is not list:
        return None
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect._ParameterKind(kind),
                    default=default if has else inspect.Parameter.empty,
                )
                for name, kind, has, default in described
            ]
        )
    except (TypeError, ValueError):
        return None


def interrupter(descriptor: int | None, pid: int) -> Callable[[], None]:
    """A function that sends the process its interrupt."""

    def interrupt() -> None:
        try:
            if descriptor is None:
                os.kill(pid, signal.SIGINT)
            else:
                signal.pidfd_send_signal(descriptor, signal.SIGINT)
        except ProcessLookupError:
            pass

    return interrupt
