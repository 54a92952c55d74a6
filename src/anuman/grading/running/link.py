"""The trusted process's way into the learner's process: requests, callbacks, exceptions, time limits."""

import builtins
import itertools
import linecache
import secrets
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from ..isolation import codec, wire
from . import proxies

GRACE_S = 1.0  # from the interrupt of a learner's function to giving it up
MOST_STALE = 100  # frames that nobody asked for
MOST_CALLBACKS = 10_000  # functions of the test's that the learner's may still call
OVER = "the time limit of the cell"
ENDS_LOOPS = (StopIteration, StopAsyncIteration)
STOPPING = {signal.SIGINT, getattr(signal, "SIGALRM", signal.SIGINT)}


class CellTimeoutError(BaseException):
    """The test cell's time is up. No Exception, so that no `except Exception` of a test keeps it."""


class Link:
    """The way into the learner's process: one request at a time."""

    def __init__(self, reopen: Callable[[], tuple]):
        self._reopen = reopen  # asks the worker for a fresh process: (channel, interrupt)
        self._channel: wire.Channel | None = None
        self._interrupt: Callable[[], None] = lambda: None
        self.generation = 0
        self.expired = self.stopped = False  # the cell's time is up; the test cut a call short
        self.named: set[str] = set()  # every name in the teacher's cells so far
        self.attributes: set[tuple[str, str]] = set()  # every name.attribute in them
        self.sources: dict[int, str] = {}  # the learner's cells by number
        self.seeds: list[tuple[str, tuple]] = []  # of random and numpy.random, not sent yet
        self.notes: list[str] = []
        self._callbacks: dict[int, Callable] = {}  # what the learner's functions may call
        self._given = itertools.count()
        self._proxies: WeakValueDictionary = WeakValueDictionary()  # by handle
        self._callback_error: BaseException | None = None
        self._exceptions: dict[str, type] = {}

    def open(self, channel: wire.Channel, interrupt: Callable[[], None]) -> None:
        """From now on speak with this process."""
        self._channel, self._interrupt = channel, interrupt
        self.generation += 1
        self._proxies.clear()

    @property
    def is_lost(self) -> bool:
        """Whether the process was given up, dead or deaf."""
        return self._channel is None and self.generation > 0

    def names(self, names: list[str]) -> dict[str, Any]:
        """What the learner has under these names."""
        try:
            found = self.request("names", names)
        except Exception as error:
            if isinstance(error, proxies.LearnerProcessEnded):
                raise
            if len(names) == 1:
                # Without the error's own words: they are the learner's, and may hold hidden cases.
                return {names[0]: proxies.NotHere(names[0])}
            return {name: value for one in names for name, value in self.names([one]).items()}
        if type(found) is not dict:
            raise proxies.LearnerProcessEnded("it does not answer sensibly")
        return found

    def call(
        self, function: proxies.Learners, args: tuple, kwargs: dict, back: bool = False
    ) -> Any:
        """Call a learner's function; back: give (result, arguments after the call)."""
        seeds, self.seeds = self.seeds, []
        try:
            answer = self.request("call", function, list(args), kwargs, seeds, back)
        except Exception as error:
            if getattr(error, "from_learner", False):
                # The name that the teacher's cells have for it: its own one the learner may choose.
                error.stopped_in = error.__dict__.get("stopped_in") or function._bound
            raise
        if type(answer) is not list or len(answer) != 2:
            raise proxies.LearnerProcessEnded("it does not answer sensibly")
        result, after = answer
        if back:
            return result, after
        if after is not None and not _same(after, list(args)):
            name = object.__getattribute__(function, "_name")
            self.note(
                f"{name} returned None and changed its argument. The change stays in the learner's "
                f"process: a test that looks at it needs test_helpers.changed({name}, …)."
            )
        return result

    def note(self, text: str) -> None:
        """Something that the test's author should know."""
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
        outer, self._callback_error = self._callback_error, None
        try:
            self._channel.send([number, operation, *arguments], self._give)
            sent = True
            return self._answer(number)
        except wire.CannotSend as error:
            raise proxies.NotCarried(f"{error}. {proxies.HOW}") from None
        except (wire.Closed, wire.BadFrame) as error:
            self._channel = None
            raise proxies.LearnerProcessEnded(f"the learner's process is lost: {error}") from None
        except BaseException as error:
            if sent and not getattr(error, "from_learner", False):
                self._stop(number)  # a time limit struck while we waited
            raise
        finally:
            self._callback_error = outer

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
        self.stopped = True
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
        if type(args) is not list or type(kwargs) is not dict or type(number) is not int:
            raise wire.BadFrame("no arguments")
        callback = self._callbacks.get(number, _forgotten)
        try:
            answer = ["ok", callback(*args, **kwargs)]
        except Exception as error:
            self._callback_error = error
            answer = ["error", [type(error).__name__, str(error)]]
        self._channel.send(["return", *answer], self._give)

    # What travels besides plain data

    def _give(self, value: Any) -> tuple:
        """To the learner: its own objects, functions, iterators, random generators."""
        if isinstance(value, proxies.Learners):
            return ("o", value._current_handle())
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.random.Generator):
            bits = value.bit_generator
            return ("generator", type(bits).__name__, bits.state)
        name = getattr(value, "__name__", "")
        if getattr(builtins, name, None) is value:
            return ("builtin", name)  # int, KeyError, len: the learner's process has its own
        if hasattr(type(value), "__next__") and type(value).__module__ in proxies.ITERATORS:
            return ("iterator", list(itertools.islice(value, proxies.MOST_PULLED)))
        if callable(value):
            return ("k", self._number(value))
        raise wire.CannotSend(f"an object of type {type(value).__name__} cannot be passed")

    _give.exact = True  # an answer may use what a subclass has besides: most_common of a Counter

    def _number(self, callback: Callable) -> int:
        """A number for a function of the test's; a learner's function may keep it and call it later."""
        number = next(self._given)
        self._callbacks[number] = callback
        if len(self._callbacks) > MOST_CALLBACKS:
            del self._callbacks[next(iter(self._callbacks))]
        return number

    def _take(self, tag: str, values: list) -> Any:
        """From the learner: a handle of something that stays there."""
        if tag != "h" or len(values) != 6:
            raise wire.BadFrame(f"unknown tag {tag[:20]!r}")
        handle, kind, name, classes, signature, doc = values
        plain = list(map(type, values[:4])) == [int, str, str, list]
        if not plain or not all(type(one) is str for one in classes):
            raise wire.BadFrame("no handle")
        if kind == "module":
            return proxies.Module(name)
        if kind == "exception":
            return self._exception(classes)
        made = {
            "function": proxies.LearnersFunction,
            "class": proxies.LearnersClass,
            "iterator": proxies.LearnersIterator,
        }
        made_of = made.get(kind, proxies.LearnersObject)
        known = self._proxies.get(handle)
        if type(known) is made_of:
            return known  # the same object is the same stand-in: `is` works
        new = made_of(self, handle, name[:200], classes, signature)
        object.__setattr__(new, "__doc__", doc if type(doc) is str else None)
        self._proxies[handle] = new
        return new

    # Exceptions

    def _raise(self, kind: Any, classes: Any, text: Any, args: Any, place: Any) -> None:
        if type(kind) is not str or type(text) is not str or type(classes) is not list:
            raise wire.BadFrame("no exception")
        mine, self._callback_error = self._callback_error, None
        if mine is not None and type(mine).__name__ == kind and not isinstance(mine, ENDS_LOOPS):
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
            stops = isinstance(known, type) and issubclass(known, BaseException)
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


def _forgotten(*_args, **_kwargs):
    raise RuntimeError("the test has given more functions since than are kept")


def _parts(reply: list, count: int) -> list:
    if len(reply) != count:
        raise wire.BadFrame("an answer of another shape")
    return reply


def _same(one: Any, other: Any) -> bool:
    first, second = [], []
    try:
        if codec.encode(one, first) != codec.encode(other, second):
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
