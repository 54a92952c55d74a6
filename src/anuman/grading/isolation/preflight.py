"""Can this system isolate learners' code? Found out by doing it; what to do where it cannot."""

import errno
import os
import sys

from ...language import N_, _

UNPROTECTED = N_(
    "anuman grade --unsafe: the learners' code runs WITHOUT isolation, as you: it can read and change "
    "your files (other submissions and the gradebook too), use the network, and leave processes "
    "behind. The tests still run apart from it, and time limits hold. Grade strangers' work only in "
    "a virtual machine that you throw away."
)
CONTAINER = (
    "docker run --rm -it --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    '--cap-add SYS_ADMIN -v "$PWD":/course -w /course python:3.12 python3 start.py grade ASSIGNMENT'
)


class CannotIsolate(RuntimeError):
    """No sandbox on this system; the message names the step that failed and the remedy."""


def require() -> None:
    """Return if a learner's process can be isolated here, else raise CannotIsolate."""
    problem = why_not()
    if problem:
        said = _(
            "learners' code cannot be isolated on this system: {problem}. Remedy: {remedy}. Or grade "
            "without isolation, only work that you trust: --unsafe"
        )
        raise CannotIsolate(said.format(problem=problem[0], remedy=problem[1]))


def why_not() -> tuple[str, str] | None:
    """(what failed, remedy), or None: it works. Tries it in a process of its own."""
    if sys.platform == "darwin":
        remedy = _("use a Linux container: {command}").format(command=CONTAINER)
        return _("macOS has no namespaces"), remedy
    if sys.platform == "win32":
        remedy = _(
            "use WSL2: `wsl --install`, then start.py in its Ubuntu; or a Linux container: {command}"
        ).format(command=CONTAINER)
        return _("Windows has no namespaces"), remedy
    if sys.platform != "linux":
        said = _("{system} has no Linux namespaces").format(system=sys.platform)
        return said, _("use a Linux machine")
    return _try()


def _try() -> tuple[str, str] | None:
    from . import root, sandbox, seccomp, wire

    if os.uname().machine not in seccomp.AUDIT_ARCH:
        said = _("no filter for the processor {name}").format(name=os.uname().machine)
        return said, _("use an x86-64 or ARM64 machine")
    import socket

    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(theirs.fileno(), 3)
            os.closerange(4, 65536)
            channel = wire.Channel(socket.socket(fileno=3))
            try:
                ids = sandbox.fork(3)
                if ids is None:
                    os.wait()
                else:
                    sandbox.build(root.Walls(root.system_folders(), []), ids)
                    channel.send(["ready"])
            except OSError as error:
                channel.send(["failed", getattr(error, "step", "file system"), error.errno or 0])
        finally:
            os._exit(0)
    theirs.close()
    channel = wire.DescriptorChannel(ours)
    try:
        while True:
            kind, *details = channel.receive()
            if kind != "keeper":
                break
    except (wire.Closed, wire.BadFrame) as error:
        kind, details = "failed", [str(error), 0]
    finally:
        for descriptor in channel.descriptors:
            os.close(descriptor)
        channel.close()
        os.waitpid(child, 0)
    if kind == "ready":
        return None
    step, number = details
    name = errno.errorcode.get(number, str(number))
    said = _("{step} fails with {name} ({error})")
    said = said.format(step=step, name=name, error=os.strerror(number))
    return said, _remedy(step, number)


def _remedy(step: str, number: int) -> str:
    """What helps against this failure."""
    if number == errno.ENOSPC:
        return "sudo sysctl user.max_user_namespaces=15000"
    if number == errno.ENOSYS:
        return _("a Linux kernel of 5.12 or later")
    in_container = os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
    if in_container:
        return _("let the container make namespaces: {command}").format(command=CONTAINER)
    if step == "unshare user":
        return "sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000"
    if number in (errno.EPERM, errno.EACCES):
        return _(
            "on Ubuntu 24.04 and later: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0; "
            "in a container: {command}"
        ).format(command=CONTAINER)
    return _("report this failure; meanwhile a container: {command}").format(command=CONTAINER)
