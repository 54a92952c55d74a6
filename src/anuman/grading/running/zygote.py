"""A warm Python that forks: learner and trusted processes, each behind walls, and one more zygote.

Started by a worker as `python -m anuman.grading.running.zygote DESCRIPTOR`. It has imported what cells
import, has one thread, and holds no secret: whatever it knows, its learner processes could read. The
trusted zygote is a fork of it, made before any test is known here. It ends when its worker's end of
the socket closes, and all that it forked end with it.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import threading

from ..isolation import namespaces, root, sandbox, seccomp, wire

MOST_NOTEBOOK = 64 << 20  # bytes of a frame with a whole submission or all its outputs
# NumPy imports these when they are first used: 8 ms in every fork.
ALWAYS = ("numpy", "numpy.random", "numpy.linalg", "asyncio", "IPython.display")


def main(descriptor: int) -> None:
    """Import, then answer the worker's requests until it is gone."""
    from ..course import notebook_file
    from . import learner, shell, trusted  # noqa: F401  what the forks will need

    os.setsid()  # Ctrl-C in the teacher's terminal is the worker's affair
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _preload(ALWAYS)
    built = shell.build()
    notebook_file.cells_of(b'{"cells": []}')  # Python loads a codec when it is first used
    if sys.platform == "linux" and namespaces.machine() in seccomp.AUDIT_ARCH:
        seccomp.program(namespaces.machine())  # so that the forks have it ready
    channel = wire.DescriptorChannel(socket.socket(fileno=descriptor))
    # Seen from here, not from the worker: its own path may name the teacher's folders.
    channel.send(root.system_folders() if sys.platform == "linux" else [])
    serve(channel, built)


def serve(channel: wire.DescriptorChannel, shell) -> None:
    """Answer requests; a fork that becomes something else does not come back here."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    # What is there now is shared by all forks: the collector must not write to it.
    gc.collect()
    gc.freeze()
    while True:
        try:
            kind, details = channel.receive()
        except (wire.Closed, wire.BadFrame):
            return
        if kind == "preload":
            sys.path += [path for path in details["path"] if path not in sys.path]
            _read(details["cells"])
            channel.send(_preload(details["modules"]))
            gc.freeze()
        elif kind == "environment":
            os.environ.update(details)
        elif kind in FORKS:
            given = channel.descriptors.pop(0)
            details["parent"] = os.getpid()
            if details.get("walls") is not None:
                _fork_isolated(kind, details, given, shell)
            elif os.fork() == 0:
                _become(kind, details, given, shell)
            os.close(given)


def _fork_isolated(kind: str, details: dict, given: int, shell) -> None:
    try:
        details["ids"] = sandbox.fork(given)
    except namespaces.SandboxError as error:
        wire.Channel(socket.socket(fileno=os.dup(given))).send(["failed", error.step, error.errno])
        return
    if details["ids"] is not None:
        _become(kind, details, given, shell)


def _preload(modules) -> list[str]:
    """Import modules; gives those that cannot be preloaded: a thread would not survive a fork."""
    failed = []
    for name in modules:
        if threading.active_count() > 1:
            failed.append(name)
            continue
        try:
            importlib.import_module(name)
        except BaseException:  # the cell that imports it will say what is wrong
            failed.append(name)
    return failed


def _read(cells: list[str]) -> None:
    """Find the names in the teacher's cells once, not in every fork."""
    from ..course import bindings
    from . import trusted

    for source in cells:
        trusted.names_in(source)
        bindings.bound(source)


def _become(kind: str, details: dict, given: int, shell) -> None:
    """In the fork: be what was asked for, then end without a word to the zygote's own clean-up."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        FORKS[kind](details, given, shell)
    finally:
        os._exit(0)


def _learner(details: dict, given: int, shell) -> None:
    from . import learner

    channel = _behind_walls(details, given, wire.Channel)
    if channel is not None:
        learner.serve(channel, shell, details)


def _trusted(details: dict, given: int, shell) -> None:
    from . import trusted

    channel = _behind_walls(details, given, wire.DescriptorChannel)
    if channel is not None:
        trusted.serve(channel, shell, details)


def _behind_walls(details: dict, given: int, kind: type[wire.Channel]) -> wire.Channel | None:
    """The channel of a fork that has put itself where it belongs; None where it cannot."""
    os.dup2(given, 3)
    os.closerange(4, 65536)
    channel = kind(socket.socket(fileno=3), MOST_NOTEBOOK, MOST_NOTEBOOK)
    if details["walls"] is not None:
        try:
            walls = dict(details["walls"])
            walls["limits"] = root.Limits(**walls["limits"])
            sandbox.build(root.Walls(**walls), details["ids"])
        except OSError as error:
            step = getattr(error, "step", "file system")
            channel.send(["failed", step, error.errno or 0])
            return None
    else:
        if sys.platform == "linux":
            namespaces.die_with_parent(details["parent"])
        os.chdir(details["folder"])
    return channel


def _zygote(details: dict, given: int, shell) -> None:
    if sys.platform == "linux":
        namespaces.die_with_parent(details["parent"])
    os.dup2(given, 3)
    os.closerange(4, 65536)
    importlib.import_module("numpy.testing")  # for tests: five megabytes that every fork copies
    channel = wire.DescriptorChannel(socket.socket(fileno=3))
    channel.send("warm")
    serve(channel, shell)


FORKS = {"learner": _learner, "trusted": _trusted, "zygote": _zygote}


if __name__ == "__main__":
    main(int(sys.argv[1]))
