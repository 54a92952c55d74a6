"""A worker's warm zygotes, and the processes that they fork for it."""

import functools
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from ...language import LOCALE
from ..course.work import Rules, Template
from ..isolation import namespaces, root, wire
from .process import Process
from .zygote import MOST_NOTEBOOK

SEEN_AS = "anuman.grading.zygote"  # in lists of processes
END_S = 5.0
START_S = 60.0  # Python, NumPy and IPython from a cold disk
ENVIRONMENT = {
    "HOME": root.SCRATCH,
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
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def require_alive(self) -> None:
        """Raise CannotStart if one of the zygotes is gone: all that it forked has ended with it."""
        for channel in (self._learners, self._tests):
            try:
                ended = not channel.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            except BlockingIOError:
                ended = False
            if ended:
                raise CannotStart("a process of the grader itself was killed (is memory short?)")

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
        details = {"refused": list(rules.refused), "stand_ins": list(rules.stand_ins)}
        hidden = [*_withheld_folders(rules), *self._secret(rules)]
        return self._start(self._learners, "learner", details, rules, [], hidden)

    def trusted(self, rules: Rules, template: Template, files: dict[str, bytes]) -> Process:
        """A fresh process for the teacher's cells, in a folder with the teacher's files.

        Behind walls, too: it reads what a learner's process sends, and needs neither course nor network.
        """
        details = {"asked": list(template.asked), "kept": list(template.kept)}
        modules = [*rules.python_path, *([str(LOCALE)] if LOCALE.is_dir() else [])]
        hidden = [] if rules.python_path else self._secret(rules)
        process = self._start(self._tests, "trusted", details, rules, modules, hidden)
        if files:
            process.channel.send(["files", files])
        return process

    def _secret(self, rules: Rules) -> list[str]:
        """Where the course and what belongs to it would be seen, to be covered. Raises CannotStart."""
        try:
            return root.covered([*self._folders, *rules.shown], list(rules.hidden))
        except root.Visible as error:
            raise CannotStart(
                f"learners' code needs the folder {error} (it is among those of this Python), and what "
                "no learner may see lies right in it: move one of the two"
            ) from None

    def _start(
        self,
        zygote: wire.Channel,
        kind: str,
        details: dict,
        rules: Rules,
        more: list[str],
        hidden: list[str],
    ) -> Process:
        details |= {"environment": {}, "memory": rules.memory, "walls": None, "folder": None}
        if rules.isolate:
            limits = root.Limits(
                memory=rules.memory,
                disk=rules.disk,
                processes=rules.processes,
                cpu_seconds=int(2 * rules.submission_s) + 60,
            )
            walls = root.Walls([*self._folders, *rules.shown, *more], hidden, limits)
            details["walls"] = asdict(walls)
            details["environment"] = {"HOME": root.SCRATCH, "TMPDIR": "/tmp"}
        else:
            details["folder"] = tempfile.mkdtemp(prefix=f"anuman-{kind}-")
            details["environment"] = {"HOME": details["folder"], "TMPDIR": details["folder"]}
        ours = self._fork(zygote, kind, details)
        return self._met(ours, rules.isolate, details["folder"])

    def _met(self, ours: socket.socket, isolated: bool, folder: str | None) -> Process:
        """Wait for the first words of a process."""
        channel = wire.DescriptorChannel(ours)
        pid, handle, deadline = 0, None, time.monotonic() + START_S
        ready = False
        while not ready or (isolated and handle is None):
            try:
                kind, *details = channel.receive(deadline=deadline)
            except (wire.Closed, wire.TimeIsUp) as error:
                raise CannotStart(f"a process did not start: {error}") from None
            if kind == "failed":
                raise namespaces.SandboxError(*details)
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


@functools.cache
def _withheld_folders(rules: Rules) -> list[str]:
    """Folders of the modules that learners must not read, wherever this library lies."""
    package = Path(__file__).resolve().parents[2]
    hidden = []
    for name in (*rules.refused, *rules.stand_ins):
        first, _, rest = name.partition(".")
        if first == package.name and rest:
            hidden.append(str(package.joinpath(*rest.split("."))))
    return hidden
