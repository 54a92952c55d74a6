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
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import namespaces as ns
from . import seccomp, wire

SCRATCH = "/tmp/submission"  # the learner's working folder and home
INSIDE = 1000  # what the learner's user and group are called inside
# As root the learner runs as a user of a range that no distribution gives out.
OUTSIDE_FIRST, OUTSIDE_COUNT = 61184, 4096
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "localtime", "alternatives", "fonts", "ssl/openssl.cnf")
NAMESPACES = {
    "mount": ns.CLONE_NEWNS,
    "pid": ns.CLONE_NEWPID,
    "net": ns.CLONE_NEWNET,
    "ipc": ns.CLONE_NEWIPC,
    "uts": ns.CLONE_NEWUTS,
}
DEVICES = ("null", "zero", "full", "random", "urandom")


@dataclass(frozen=True)
class Limits:
    """What a learner's process may use; None: no limit of ours."""

    memory: int = 2 << 30  # bytes of address space of one process, and of all together resident
    processes: int = 64  # threads count too
    files: int = 256
    disk: int = 128 << 20  # bytes of the scratch folder, which is memory
    inodes: int = 20_000
    cpu_seconds: int = 3600


@dataclass(frozen=True)
class Walls:
    """What the learner's process sees of this machine."""

    shown: list[str]  # folders that are there, read-only
    hidden: list[str]  # folders in them that are empty
    limits: Limits = field(default_factory=Limits)


def system_folders() -> list[str]:
    """Folders that Python and its libraries need, outermost first, none inside another one."""
    wanted = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *sys.path}
    wanted.add(str(Path(__file__).resolve().parents[2]))
    with open("/proc/self/maps") as maps:  # libraries from elsewhere, as conda or Nix have them
        wanted |= {os.path.dirname(line.split(None, 5)[-1]) for line in maps if ".so" in line}
    wanted |= {os.path.realpath(path) for path in wanted if path}
    folders: list[str] = []
    for path in sorted(path for path in wanted if os.path.isdir(path) and path != "/"):
        if not any(_inside(path, outer) for outer in (*SYSTEM, *folders)):
            folders.append(path)
    return folders


def _inside(path: str, outer: str) -> bool:
    return path == outer or path.startswith(outer + "/")


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


def build(walls: Walls, ids: tuple[int, int]) -> None:
    """In the child: build the walls and give up all rights. Raises ns.SandboxError.

    The child is pid 1 of its namespace: one kill from outside ends all that it started.
    """
    as_root = ids[0] == 0
    # Its parent is of another pid namespace: getppid() is 0 here and cannot be compared. Should the
    # parent have ended already, the way to the worker reads as closed before any code is run.
    ns.prctl("PR_SET_PDEATHSIG", ns.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()  # no terminal, and no signal meant for the grader's group
    _first_to_go()
    if not as_root:
        _map_user(*ids)
    owner = OUTSIDE_FIRST + secrets.randbelow(OUTSIDE_COUNT) if as_root else INSIDE
    _build_root(walls, owner)
    if as_root:
        _become(owner)
    _limit(walls.limits)
    ns.drop_capabilities()
    seccomp.load()
    os.chdir(SCRATCH)


def _first_to_go() -> None:
    """Where memory is short the kernel ends this process before any of the grader's own."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _map_user(uid: int, gid: int) -> None:
    """In a new user namespace: be user INSIDE, who is this one outside (and, for now, mighty)."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INSIDE} {uid} 1"),
        ("gid_map", f"{INSIDE} {gid} 1"),
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


def _build_root(walls: Walls, owner: int) -> None:
    """A small tmpfs as the root, with the shown folders in it, sealed read-only."""
    ns.mount(None, "/", None, ns.MS_REC | ns.MS_PRIVATE)
    # On /tmp because it is there; what /tmp held is still in the old root after the pivot.
    ns.mount("tmpfs", "/tmp", "tmpfs", ns.MS_NOSUID | ns.MS_NODEV, "size=1m,mode=755")
    os.mkdir("/tmp/old")
    ns.pivot_root("/tmp", "/tmp/old")
    os.chdir("/")
    os.makedirs("/tmp", 0o755, exist_ok=True)
    limits = walls.limits
    options = f"size={limits.disk},nr_inodes={limits.inodes},mode=1777"
    ns.mount("tmpfs", "/tmp", "tmpfs", ns.MS_NOSUID | ns.MS_NODEV, options)
    _show_system(walls)  # after /tmp: Python itself may lie in a folder there
    _make_etc()
    _make_dev()
    _make_proc()
    os.mkdir(SCRATCH, 0o755)
    if owner != os.geteuid():
        os.chown(SCRATCH, owner, owner)
    ns.unmount("/old")
    os.rmdir("/old")
    ns.protect("/", ns.MOUNT_ATTR_RDONLY, recursive=False)


def _show_system(walls: Walls) -> None:
    for path in SYSTEM:
        if os.path.islink("/old" + path):
            os.symlink(os.readlink("/old" + path), path)
    shown = {
        path: True for path in SYSTEM if os.path.isdir("/old" + path) and not os.path.islink(path)
    }
    shown |= dict.fromkeys(walls.shown, True) | dict.fromkeys(walls.hidden, False)
    covers = []
    for path in sorted(shown):  # an outer folder before what lies in it
        if shown[path]:
            _bind(path)
        elif os.path.isdir(path):
            ns.mount("tmpfs", path, "tmpfs", ns.MS_NOSUID | ns.MS_NODEV, "size=4k,mode=755")
            covers.append(path)
    for path in covers:  # now that the folders to show inside them are there
        ns.protect(path, ns.MOUNT_ATTR_RDONLY, recursive=False)


def _bind(path: str) -> None:
    if not os.path.isdir(path):
        os.makedirs(path, 0o755)
    ns.mount("/old" + path, path, None, ns.MS_BIND | ns.MS_REC)
    sealed = ns.MOUNT_ATTR_RDONLY | ns.MOUNT_ATTR_NOSUID | ns.MOUNT_ATTR_NODEV
    ns.protect(path, sealed, recursive=True)


def _bind_file(source: str, target: str, attributes: int) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    ns.mount(source, target, None, ns.MS_BIND)
    if attributes:
        ns.protect(target, attributes, recursive=False)


def _make_etc() -> None:
    os.makedirs("/etc", 0o755, exist_ok=True)
    for name in SETTINGS:
        source, target = f"/old/etc/{name}", f"/etc/{name}"
        if os.path.isdir(source):
            os.makedirs(target)
            ns.mount(source, target, None, ns.MS_BIND | ns.MS_REC)
            ns.protect(target, ns.MOUNT_ATTR_RDONLY, recursive=True)
        elif os.path.isfile(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _bind_file(source, target, ns.MOUNT_ATTR_RDONLY)
    texts = {
        "passwd": f"learner:x:{INSIDE}:{INSIDE}::{SCRATCH}:/bin/sh\n",
        "group": f"learner:x:{INSIDE}:\n",
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in texts.items():
        with open(f"/etc/{name}", "w") as file:
            file.write(text)


def _make_dev() -> None:
    os.makedirs("/dev", 0o755, exist_ok=True)
    for name in DEVICES:
        if os.path.exists(f"/old/dev/{name}"):
            _bind_file(f"/old/dev/{name}", f"/dev/{name}", 0)
    for name, target in (("fd", "/proc/self/fd"), ("shm", "/tmp"), ("stdin", "/proc/self/fd/0")):
        os.symlink(target, f"/dev/{name}")


def _make_proc() -> None:
    """/proc of the new pid namespace; an empty folder where containers forbid the mount."""
    os.makedirs("/proc", 0o755, exist_ok=True)
    try:
        ns.mount("proc", "/proc", "proc", ns.MS_NOSUID | ns.MS_NODEV | ns.MS_NOEXEC)
    except ns.SandboxError as error:
        if error.errno != errno.EPERM:
            raise


def _limit(limits: Limits) -> None:
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
