"""A worker's warm zygotes, and the processes that they fork for it."""

import contextlib
import functools
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from ..course.work import Rules, Template
from ..isolation import sandbox, wire
from . import link
from .zygote import MOST_NOTEBOOK

SEEN_AS = "anuman.grading.zygote"  # in lists of processes
START_S = 60.0  # Python, NumPy and IPython from a cold disk
ENVIRONMENT = {
    "HOME": sandbox.SCRATCH,
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "USER": "learner",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
}
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


class CannotStart(RuntimeError):
    """A process of the engine did not start; the message says why."""


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

    def descriptors(self) -> list[int]:
        """What another process needs to speak with this one and to interrupt it."""
        return [self.channel.socket.fileno(), *([] if self._handle is None else [self._handle])]

    def interrupt(self) -> None:
        """As Ctrl-C."""
        link.interrupter(self._handle, self.pid)()

    def kill(self) -> None:
        """At once, with all that it started where it has a namespace of its own."""
        with contextlib.suppress(ProcessLookupError):
            if self._handle is None:
                os.kill(self.pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

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

    def memory(self) -> int:
        """Bytes resident in this process and its descendants that are no file's: shared ones, too."""
        total, waiting = 0, [self.pid]
        while waiting and len(waiting) < 1000:
            pid = waiting.pop()
            with contextlib.suppress(OSError, ValueError):
                for line in Path(f"/proc/{pid}/status").read_bytes().splitlines():
                    if line.startswith((b"RssAnon:", b"RssShmem:")):
                        total += int(line.split()[1]) << 10
                for children in Path(f"/proc/{pid}/task").glob("*/children"):
                    waiting += map(int, children.read_text().split())
        return total


def _gone(handle: int, seconds: float) -> bool:
    """Whether the process ends within this time (and with pid 1 all of its namespace)."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class Zygotes:
    """A zygote for learners and, forked from it before it knew anything, one for the tests."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        environment = {**ENVIRONMENT, **ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryFile() as said:
            words = [sys.executable, "-P", "-m", "anuman.grading.running.zygote"]
            words += [str(theirs.fileno()), SEEN_AS]
            self._process = subprocess.Popen(
                words,
                pass_fds=[theirs.fileno()],
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
            theirs.close()
            self._learners = wire.DescriptorChannel(ours)
            try:
                self._folders = self._learners.receive(deadline=time.monotonic() + START_S)
            except (wire.Closed, wire.TimeIsUp) as error:
                self._process.kill()
                said.seek(0)
                text = said.read().decode("utf-8", "replace").strip()[-500:]
                raise CannotStart(f"the engine's Python did not start: {text or error}") from None
        self._tests = self._second()
        self._preloaded: set[tuple] = set()

    def _second(self) -> wire.DescriptorChannel:
        ours = self._fork(self._learners, "zygote", {})
        channel = wire.DescriptorChannel(ours)
        channel.receive(deadline=time.monotonic() + START_S)
        # Not with the request above: learners' processes could read it in the memory they share.
        channel.send(["environment", dict(os.environ)])
        return channel

    def _fork(self, zygote: wire.Channel, kind: str, details: dict) -> socket.socket:
        ours, theirs = socket.socketpair()
        try:
            zygote.send([kind, details], descriptors=[theirs.fileno()])
        finally:
            theirs.close()
        return ours

    def close(self) -> None:
        """End both zygotes and all that they forked."""
        self._learners.close()
        self._tests.close()
        self._process.wait()

    def preload(self, rules: Rules, cells: tuple[str, ...]) -> None:
        """Have the zygotes import what this assignment needs; the tests' one reads its cells, too."""
        for channel, modules, path, read in (
            (self._learners, rules.preload, (), ()),
            (self._tests, rules.preload_trusted, rules.python_path, cells),
        ):
            wanted = (id(channel), modules, path, read)
            if wanted in self._preloaded or not any(wanted[1:]):
                continue
            self._preloaded.add(wanted)
            details = {"modules": list(modules), "path": list(path), "cells": list(read)}
            channel.send(["preload", details])
            channel.receive(deadline=time.monotonic() + START_S)

    def learner(self, rules: Rules) -> Process:
        """A fresh learner's process. Raises CannotStart naming the step that failed."""
        details = {
            "environment": {},
            "refused": list(rules.refused),
            "stand_ins": list(rules.stand_ins),
            "walls": None,
            "folder": None,
        }
        if rules.isolate:
            limits = sandbox.Limits(
                memory=rules.memory,
                disk=rules.disk,
                processes=rules.processes,
                cpu_seconds=int(2 * rules.submission_s) + 60,
            )
            hidden = _hidden_folders(rules)
            walls = sandbox.Walls(self._folders, hidden, limits)
            details["walls"] = asdict(walls)
        else:
            details["folder"] = tempfile.mkdtemp(prefix="anuman-learner-")
            details["environment"] = {"HOME": details["folder"], "TMPDIR": details["folder"]}
        ours = self._fork(self._learners, "learner", details)
        return self._met(ours, rules.isolate, details["folder"])

    def _met(self, ours: socket.socket, isolated: bool, folder: str | None) -> Process:
        """Wait for the first words of a learner's process."""
        channel = wire.DescriptorChannel(ours)
        pid, handle, deadline = 0, None, time.monotonic() + START_S
        ready = False
        while not ready or (isolated and handle is None):
            try:
                kind, *details = channel.receive(deadline=deadline)
            except (wire.Closed, wire.TimeIsUp) as error:
                raise CannotStart(f"a learner's process did not start: {error}") from None
            if kind == "failed":
                raise sandbox.ns.SandboxError(*details)
            if kind == "keeper":
                pid, handle = details[0], channel.descriptors.pop(0)
            elif kind == "ready":
                ready = True
                if not isolated:
                    pid = details[0]
                    handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        # From here on the process runs a learner's code: no open file is taken from it any more.
        plain = wire.Channel(ours, MOST_NOTEBOOK, MOST_NOTEBOOK, texts=True)
        return Process(plain, pid, handle, folder)

    def trusted(self, rules: Rules, template: Template, files: dict[str, bytes]) -> Process:
        """A fresh process for the teacher's cells, in a folder with the teacher's files."""
        folder = tempfile.mkdtemp(prefix="anuman-tests-")
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        details = {
            "folder": folder,
            "memory": rules.memory,
            "asked": list(template.asked),
            "kept": list(template.kept),
        }
        ours = self._fork(self._tests, "trusted", details)
        channel = wire.Channel(ours, MOST_NOTEBOOK, MOST_NOTEBOOK, texts=True)
        _ready, pid = channel.receive(deadline=time.monotonic() + START_S)
        handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        return Process(channel, pid, handle, folder)


@functools.cache
def _hidden_folders(rules: Rules) -> list[str]:
    """Folders of the modules that learners must not read, wherever this library lies."""
    package = Path(__file__).resolve().parents[2]
    hidden = []
    for name in (*rules.refused, *rules.stand_ins):
        first, _, rest = name.partition(".")
        if first == package.name and rest:
            hidden.append(str(package.joinpath(*rest.split("."))))
    return hidden
