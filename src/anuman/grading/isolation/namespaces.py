"""Linux namespaces, mounts and rights through libc: what Python 3.11's os module lacks.

Every function names its step in the SandboxError it raises, so that `anuman doctor` can say which
step this system forbids.
"""

import ctypes
import errno
import os
import sys

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_PIDFD, CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, SIGCHLD = 0x1000, 0x200000, 0x1000000, 17

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC = 1, 2, 4, 8
AT_FDCWD, AT_RECURSIVE = -100, 0x8000

PR_GET_TID_ADDRESS = 40
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 28, 38, 47, 4
NO_ROOT_LOCKED = 0b101111  # noroot, no_setuid_fixup and keep_caps as locked bits

SYS_CLONE = {"x86_64": 56, "aarch64": 220}
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
SYS_MOUNT_SETATTR = 442  # the same on every architecture


class SandboxError(OSError):
    """A step of the isolation failed; `step` says which."""

    def __init__(self, step: str, number: int):
        super().__init__(
            number, f"{step}: {os.strerror(number)} ({errno.errorcode.get(number, number)})"
        )
        self.step = step


if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)


def _call(step: str, function, *arguments) -> int:
    result = function(*arguments)
    if result < 0:
        raise SandboxError(step, ctypes.get_errno())
    return result


def _syscall(step: str, number: int, *arguments) -> int:
    return _call(step, _libc.syscall, ctypes.c_long(number), *arguments)


def machine() -> str:
    """The processor as the tables of system calls name it."""
    return os.uname().machine


def unshare(flags: int, step: str) -> None:
    """Leave the namespaces named by flags for new ones."""
    _call(step, _libc.unshare, ctypes.c_int(flags))


def fork_into(flags: int) -> tuple[int, int]:
    """os.fork into new namespaces: (0, -1) in the child, (pid, descriptor of it) in the parent.

    unshare moves a process's *children* into a new pid namespace, so that it takes a second fork;
    clone does it in one, which saves a fifth of a learner process's start. This is what os.fork does
    (Python's own preparations with the interpreter lock held, and libc's record of the thread's id,
    which raise() uses), with flags. Only for a process of one thread.
    """
    held = ctypes.PyDLL(None, use_errno=True)  # unlike CDLL: keeps the interpreter lock
    handle, thread_id = ctypes.c_int(-1), ctypes.c_void_p()
    nothing = (ctypes.c_ulong(0),) * 3
    if held.prctl(PR_GET_TID_ADDRESS, ctypes.byref(thread_id), *nothing) == 0:
        flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID
    where = [thread_id, ctypes.c_void_p()]  # child's thread id and thread storage
    if machine() == "aarch64":
        where.reverse()
    held.PyOS_BeforeFork()
    pid = held.syscall(
        ctypes.c_long(SYS_CLONE[machine()]),
        ctypes.c_ulong(flags | CLONE_PIDFD | SIGCHLD),
        ctypes.c_void_p(),
        ctypes.byref(handle),
        *where,
    )
    number = ctypes.get_errno()
    if pid == 0:
        held.PyOS_AfterFork_Child()
        return 0, -1
    held.PyOS_AfterFork_Parent()
    if pid < 0:
        raise SandboxError("clone into new namespaces", number)
    return pid, handle.value


def mount(
    source: str | None, target: str, kind: str | None, flags: int = 0, data: str = ""
) -> None:
    """mount(2)."""
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    step = f"mount {kind or 'bind'} on {target}"
    _call(step, _libc.mount, *words, ctypes.c_ulong(flags), os.fsencode(data) or None)


def unmount(target: str) -> None:
    """Take a mount and all below it out of sight."""
    _call(f"umount {target}", _libc.umount2, os.fsencode(target), ctypes.c_int(MNT_DETACH))


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root; the old root appears at `old`."""
    _syscall("pivot_root", SYS_PIVOT_ROOT[machine()], os.fsencode(new), os.fsencode(old))


class _MountAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def protect(target: str, attributes: int, recursive: bool) -> None:
    """Add attributes (MOUNT_ATTR_...) to a mount; recursive: to those below it too.

    mount_setattr keeps the attributes that are there, which a remount must not forget: inside a
    user namespace the kernel refuses to lose nosuid or noexec of a mount that came from outside.
    """
    attr = _MountAttr(set=attributes)
    flags = AT_RECURSIVE if recursive else 0
    _syscall(
        f"mount_setattr {target}",
        SYS_MOUNT_SETATTR,
        ctypes.c_int(AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(flags),
        ctypes.byref(attr),
        ctypes.c_size_t(ctypes.sizeof(attr)),
    )


def prctl(step: str, option: int, *arguments: int) -> int:
    """prctl(2) with integers."""
    words = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    return _call(step, _libc.prctl, ctypes.c_int(option), *words)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that forked it ends.

    Cleared by a change of user: to be set again after one.
    """
    prctl("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)


def drop_capabilities() -> None:
    """Give up every capability, and every way to get one back."""
    prctl("PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1)
    prctl("PR_CAP_AMBIENT", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    drop_bounding_set()
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    _syscall("capset", SYS_CAPSET[machine()], header, (ctypes.c_uint32 * 6)())


def drop_bounding_set() -> None:
    """Empty the bounding set; without the right to do so there is nothing in it that could help."""
    for capability in range(64):
        try:
            prctl("PR_CAPBSET_DROP", PR_CAPBSET_DROP, capability)
        except SandboxError as error:
            if error.errno in (errno.EINVAL, errno.EPERM):  # beyond the last one; no CAP_SETPCAP
                return
            raise
