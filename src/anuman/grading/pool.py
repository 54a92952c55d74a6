"""Where submissions are worked on: processes of this machine, or the workers of a Dask cluster."""

import contextlib
import multiprocessing.context
import os
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from . import worker
from .isolation import namespaces


class _Process(multiprocessing.context.SpawnProcess):
    """A worker that does not run the caller's script: one without a guard would start itself anew."""

    def start(self) -> None:
        script = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = script


class _Spawn(multiprocessing.context.SpawnContext):
    Process = _Process


class Pool:
    """Local worker processes, or a Dask cluster."""

    def __init__(self, make: Callable[[], Executor], most_waiting: int):
        self._make, self.most_waiting = make, most_waiting
        self._executor = make()

    def warm(self) -> None:
        """Have the workers start."""
        for _ in range(self.most_waiting // 2):
            self._executor.submit(worker.warm)

    def submit(self, function: Callable, *arguments) -> Future:
        """As an executor does."""
        try:
            return self._executor.submit(function, *arguments)
        except BrokenProcessPool:
            self.renew()
            return self._executor.submit(function, *arguments)

    def renew(self) -> None:
        """New workers: one was lost, which ends the pool."""
        old, self._executor = self._executor, self._make()
        old.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Let the workers go: all work is done."""
        self._executor.shutdown(wait=True)

    def abandon(self) -> None:
        """Drop what is waiting and running; a learner's loop must not hold up a Ctrl-C."""
        for process in list((getattr(self._executor, "_processes", None) or {}).values()):
            process.kill()
        self._executor.shutdown(wait=False)


@contextlib.contextmanager
def workers(count: int | None, scheduler: str | None) -> Iterator[Pool]:
    """A pool of so many processes here (None: one a core), or of a Dask cluster's workers."""
    with contextlib.ExitStack() as stack:
        if scheduler:
            from . import cluster

            pool = Pool(*stack.enter_context(cluster.pool(scheduler)))
        else:
            processes = count or _cores()
            # Killed workers leave their folders behind: all of them lie in one that goes with the pool.
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="anuman-grade-", ignore_cleanup_errors=True)
            )
            pool = Pool(lambda: _local(processes, folder), 2 * processes)
        try:
            yield pool
        except BaseException:
            pool.abandon()
            raise
        pool.close()


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _local(count: int, folder: str) -> Executor:
    return ProcessPoolExecutor(
        count,
        mp_context=_Spawn(),
        initializer=_start_worker,
        initargs=(os.getpid(), folder),
    )


def _start_worker(parent: int, folder: str) -> None:
    """In a new worker: end with the command, also when that is killed; temporary folders lie in `folder`."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's affair
    if sys.platform == "linux":
        namespaces.die_with_parent(parent)
