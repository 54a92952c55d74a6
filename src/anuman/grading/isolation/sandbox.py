"""Puts a forked process where it sees a read-only system, one scratch folder and nothing else.

`fork` makes the process in new namespaces; in it `build` makes a root of its own, gives up every
right and loads the filter of system calls.
"""

import contextlib
import errno
import os
import resource
import secrets
import signal
import socket

from . import namespaces as ns
from . import root, seccomp, wire

# As root the learner runs as a user of a range that no distribution gives out.
OUTSIDE_FIRST, OUTSIDE_COUNT = 61184, 4096
NAMESPACES = {
    "mount": ns.CLONE_NEWNS,
    "pid": ns.CLONE_NEWPID,
    "net": ns.CLONE_NEWNET,
    "ipc": ns.CLONE_NEWIPC,
    "uts": ns.CLONE_NEWUTS,
}


def fork(keep: int) -> tuple[int, int] | None:
    """Fork into new namespaces: None here; in the child what it hands to `build`.

    The other end of the descriptor `keep` is told the child's pid and gets a descriptor of the
    process. Raises ns.SandboxError naming what the system refuses.
    """
    ids = os.getuid(), os.getgid()  # unknown inside the new user namespace
    alone = 0 if os.geteuid() == 0 else ns.CLONE_NEWUSER
    try:
        pid, handle = ns.fork_into(alone | sum(NAMESPACES.values()))
    except ns.SandboxError as error:
        raise ns.SandboxError(_refused(alone), error.errno) from None
    if pid == 0:
        return ids
    channel = wire.Channel(socket.socket(fileno=os.dup(keep)))
    with contextlib.suppress(wire.Closed):  # the worker is gone, and the child goes with it
        channel.send(["keeper", pid], descriptors=[handle])
    channel.close()
    os.close(handle)
    return None


def _refused(alone: int) -> str:
    """The step that failed: the first namespace that a process cannot make here by itself."""
    tried = {"user": ns.CLONE_NEWUSER} if alone else {}
    for name, flag in (tried | NAMESPACES).items():
        ours, theirs = os.pipe()
        if os.fork() == 0:
            with contextlib.suppress(ns.SandboxError):
                ns.unshare(alone | flag, name)
                os.write(theirs, b"made")
            os._exit(0)
        os.close(theirs)
        made = os.read(ours, 4)
        os.close(ours)
        if not made:
            return f"unshare {name}"
    return "clone into new namespaces"


def build(walls: root.Walls, ids: tuple[int, int]) -> None:
    """In the child: build the walls and give up all rights. Raises ns.SandboxError.

    The child is pid 1 of its namespace: one kill from outside ends all that it started.
    """
    as_root = ids[0] == 0
    # Its parent is of another pid namespace: getppid() is 0 here and cannot be compared. Should the
    # parent have ended already, the way to the worker reads as closed before any code is run.
    ns.prctl("PR_SET_PDEATHSIG", ns.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()  # no terminal, and no signal meant for the grader's group
    _nothing_to_read()
    _first_to_go()
    if not as_root:
        _map_user(*ids)
    owner = OUTSIDE_FIRST + secrets.randbelow(OUTSIDE_COUNT) if as_root else root.INSIDE
    root.build(walls, owner)
    if as_root:
        _become(owner)
    _limit(walls.limits)
    ns.drop_capabilities()
    seccomp.load()
    os.chdir(root.SCRATCH)


def _nothing_to_read() -> None:
    """An input, an output and an error output of its own: what is opened once, all forks share."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    if nothing > 2:
        os.close(nothing)


def _first_to_go() -> None:
    """Where memory is short the kernel ends this process before any of the grader's own."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _map_user(uid: int, gid: int) -> None:
    """In a new user namespace: be user root.INSIDE, who is this one outside (and, for now, mighty)."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{root.INSIDE} {uid} 1"),
        ("gid_map", f"{root.INSIDE} {gid} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError as error:
            raise ns.SandboxError(f"write {name}", error.errno or errno.EIO) from error


def _become(owner: int) -> None:
    """From root to a user without name or rights, in a user namespace of its own where possible."""
    ns.drop_bounding_set()
    os.setgroups([])
    os.setresgid(owner, owner, owner)
    os.setresuid(owner, owner, owner)
    # A change of user clears both: the files in /proc are root's then, and the death signal is lost.
    ns.prctl("PR_SET_DUMPABLE", ns.PR_SET_DUMPABLE, 1)
    try:
        ns.unshare(ns.CLONE_NEWUSER, "unshare user")
        _map_user(owner, owner)
    except ns.SandboxError as error:
        # Systems that keep user namespaces from ordinary users. The walls stand without it: they
        # were built by root, and this process is a user without rights.
        if error.errno not in (errno.EPERM, errno.ENOSPC, errno.EINVAL, errno.EACCES):
            raise
    ns.prctl("PR_SET_PDEATHSIG", ns.PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit(limits: root.Limits) -> None:
    for name, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        _soft, hard = resource.getrlimit(name)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))
