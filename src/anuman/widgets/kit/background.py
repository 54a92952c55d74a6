"""A sweep that runs while the learner goes on: progress, cancel, and only the latest one counts."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from anuman.serving import Cancelled, Case, sweep


class Background:
    """One sweep at a time; starting another cancels the one that runs.

    progress(done, all), finished(results) and failed(exception) are called from the sweep's thread.
    """

    def __init__(
        self,
        progress: Callable[[int, int], None],
        finished: Callable[[list[dict]], None],
        failed: Callable[[Exception], None],
    ):
        self._progress, self._finished, self._failed = progress, finished, failed
        self._wanted = 0  # number of the sweep whose result is wanted; 0: none
        self._count = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a sweep's result is awaited."""
        return self._wanted != 0

    def start(self, cases: Sequence[Case], executor: Callable[[], AbstractContextManager]) -> None:
        """Compute the cases on what `executor()` gives for the time."""
        with self._lock:
            self._count += 1
            self._wanted = self._count
        self._thread = threading.Thread(
            target=self._run, args=(self._count, list(cases), executor), daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Let the running sweep end without a result."""
        with self._lock:
            self._wanted = 0

    def wait(self, seconds: float) -> bool:
        """Wait until the running sweep is over; whether it is."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _run(self, number: int, cases: list[Case], executor) -> None:
        def progress(done: int, count: int) -> None:
            if self._wanted == number:
                self._progress(done, count)

        try:
            with executor() as pool:
                results = sweep(
                    cases, pool, progress=progress, cancelled=lambda: self._wanted != number
                )
        except Cancelled:
            return
        except Exception as error:  # shown to the learner; a thread has nobody else to tell
            with self._lock:
                if self._wanted != number:
                    return
                self._wanted = 0
            self._failed(error)
            return
        with self._lock:
            if self._wanted != number:
                return
            self._wanted = 0
        self._finished(results)
