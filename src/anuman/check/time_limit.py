"""A time limit for one call of a learner's function, longer on a computer that is busy with other things."""

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.05  # s, then the stop is repeated, for functions that catch everything
MOST = 5.0  # times as long a limit lasts on a busy computer
SAMPLE = 0.03  # s of work, by which it is seen how busy it is


class TimeLimit(BaseException):
    """The call took too long. Not an Exception, so that `except Exception` does not catch it."""


def within(seconds: float, function: Callable, args: tuple) -> Any:
    """function(*args); raises TimeLimit in it after so many seconds, waiting for others not counted."""
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and hasattr(signal, "setitimer"):
        return _timed_by_signal(function, args, seconds)
    return _timed_by_thread(function, args, seconds)


def crowding() -> float:
    """How many times as long as on an idle computer work takes now, between 1 and MOST.

    The function may run in another process, so that its own processor time is not known here.
    """
    start, work = time.perf_counter(), time.thread_time()
    while time.thread_time() - work < SAMPLE:
        pass
    return min(MOST, max(1.0, (time.perf_counter() - start) / SAMPLE))


class Budget:
    """Seconds for several calls together; they too last longer on a busy computer."""

    def __init__(self, seconds: float):
        self.left = seconds

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Take what happens within from the seconds that are left."""
        start = time.monotonic()
        yield
        took = time.monotonic() - start
        self.left -= took / crowding() if took > 10 * SAMPLE else took


def _timed_by_signal(function: Callable, args: tuple, seconds: float) -> Any:
    here = sys._getframe()
    running, ticks, more = True, 0, None

    def stop(signum, frame):
        nonlocal ticks, more
        # A tick that lands in this very frame comes before or after the call: too late to count.
        if not running or frame is None or frame is here:
            return
        if more is None and (more := seconds * (crowding() - 1)) > AGAIN:
            signal.setitimer(signal.ITIMER_REAL, more, AGAIN)
            return
        ticks += 1
        if ticks > 1:
            # Caught: a bare `except` around the loop's body. Raise once more some lines later, each
            # time at another one, until it falls on a line that the try does not cover.
            sys.settrace(_raise_after(ticks % 13))
            while frame is not None and frame is not here:
                frame.f_trace = sys.gettrace()
                frame = frame.f_back
        raise TimeLimit

    tracing = sys.gettrace()
    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        return function(*args)
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(tracing)
        signal.signal(signal.SIGALRM, previous)


def _raise_after(lines: int) -> Callable:
    """A trace function that raises TimeLimit after so many lines; Python then stops tracing."""
    left = lines

    def trace(frame, event, _argument):
        nonlocal left
        left -= event == "line"
        if left < 0:
            raise TimeLimit
        return trace

    return trace


def _timed_by_thread(function: Callable, args: tuple, seconds: float) -> Any:
    """Where there is no SIGALRM (Windows) or this is not the main thread.

    It cannot end a sleep, nor every loop that catches everything.
    """
    caller = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    over, lock = threading.Event(), threading.Lock()

    def watch():
        wait = seconds
        if not over.wait(seconds):
            wait = max(seconds * (crowding() - 1), AGAIN)
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    raise_in(caller, ctypes.py_object(TimeLimit))
            wait = AGAIN

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return function(*args)
    finally:
        with lock:
            over.set()
            raise_in(caller, None)  # one that was set and has not yet been raised
