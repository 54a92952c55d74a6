"""A forked process as the worker sees it: how to speak with it, stop it, and what it uses."""

import contextlib
import os
import select
import shutil
import signal
from pathlib import Path

from ..isolation import wire

A_SOCKET = 212_992  # bytes: net.core.wmem_default, which the filter of system calls keeps it at


class Process:
    """A forked process: the channel to it, and how to stop it."""

    def __init__(
        self, channel: wire.Channel, pid: int, handle: int | None, folder: str | None = None
    ):
        self.channel, self.pid = channel, pid
        self._handle, self._folder = handle, folder
        self._ended = False

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        if self._ended:
            return False
        if self._handle is not None:
            return not _gone(self._handle, 0)
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def interrupt(self) -> None:
        """As Ctrl-C."""
        self._send(signal.SIGINT)

    def kill(self) -> None:
        """At once, with all that it started where it has a namespace of its own."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._handle is None:
                os.kill(self.pid, number)
            else:
                signal.pidfd_send_signal(self._handle, number)

    def end(self) -> None:
        """Kill it, wait until it is gone, close what belongs to it."""
        if self._ended:
            return
        self._ended = True
        self.kill()
        if self._handle is not None:
            _gone(self._handle, 10.0)
            os.close(self._handle)
        self.channel.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def uses_more_than(self, most: int) -> bool:
        """Whether this process and its descendants hold more bytes of memory that is no file's.

        A page that several of them share counts once; the kernel's list of that is slow to read, so
        that it is read only if the sum with shared pages counted for each is too large.
        """
        processes = self.processes()
        most -= self._in_sockets()
        if _sum_of("status", (b"RssAnon:", b"RssShmem:"), processes) <= most:
            return False
        return _sum_of("smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:"), processes) > most

    def _in_sockets(self) -> int:
        """Bytes that may wait in the sockets of its network namespace, which no process is charged with."""
        try:
            return A_SOCKET * Path(f"/proc/{self.pid}/net/unix").read_bytes().count(b"\n")
        except OSError:
            return 0

    def processes(self) -> list[int]:
        """This process and its descendants, a thousand at most."""
        found, waiting = [], [self.pid]
        while waiting and len(found) < 1000:
            pid = waiting.pop()
            found.append(pid)
            with contextlib.suppress(OSError, ValueError):
                for children in Path(f"/proc/{pid}/task").glob("*/children"):
                    waiting += map(int, children.read_text().split())
        return found

    def waited_s(self) -> float:
        """Seconds that its first thread was ready to run while others had the processors."""
        try:
            _ran, waited, _times = Path(f"/proc/{self.pid}/schedstat").read_text().split()
        except (
            OSError,
            ValueError,
        ):  # a kernel that does not count it, or no such process any more
            return 0.0
        return int(waited) / 1e9


def _sum_of(file: str, names: tuple[bytes, ...], processes: list[int]) -> int:
    """Bytes that these lines of /proc/PID/file state for all these processes together."""
    total = 0
    for pid in processes:
        with contextlib.suppress(OSError, ValueError):
            for line in Path(f"/proc/{pid}/{file}").read_bytes().splitlines():
                if line.startswith(names):
                    total += int(line.split()[1]) << 10
    return total


def _gone(handle: int, seconds: float) -> bool:
    """Whether the process ends within this time (and with pid 1 all of its namespace)."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
