"""What a learner's process sees: a read-only system, nothing of anybody's, one scratch folder."""

import errno
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import namespaces as ns

SCRATCH = "/tmp/submission"  # the learner's working folder and home
INSIDE = 1000  # what the learner's user and group are called inside
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "localtime", "alternatives", "fonts", "ssl/openssl.cnf")
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
    hidden: list[str]  # folders and files in them that are empty
    limits: Limits = field(default_factory=Limits)


def system_folders() -> list[str]:
    """Folders that Python and its libraries need."""
    wanted = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *sys.path}
    wanted.add(str(Path(__file__).resolve().parents[2]))
    with open("/proc/self/maps") as maps:  # libraries from elsewhere, as conda or Nix have them
        wanted |= {os.path.dirname(line.split(None, 5)[-1]) for line in maps if ".so" in line}
    wanted |= {os.path.realpath(path) for path in wanted if path}
    return sorted(path for path in wanted if os.path.isdir(path) and path != "/")


def covered(shown: list[str], secret: list[str]) -> list[str]:
    """Where these secret folders and files can be seen within the folders that are shown.

    Raises Visible for one that is itself shown, so that it cannot be covered.
    """
    found = []
    for folder in (*SYSTEM, *shown):
        real = os.path.realpath(folder)
        for one in map(os.path.realpath, secret):
            if one == real:
                raise Visible(folder)
            if _inside(one, real):
                found.append(folder + one[len(real) :])
    return found


class Visible(ValueError):
    """A folder that no learner may see is one of those that a learner's code needs."""


def _inside(path: str, outer: str) -> bool:
    return path == outer or path.startswith(outer.rstrip("/") + "/")


def build(walls: Walls, owner: int) -> None:
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
    shown = {path: True for path in SYSTEM if os.path.isdir("/old" + path)}
    shown |= dict.fromkeys(walls.shown, True) | dict.fromkeys(walls.hidden, False)
    covers: list[str] = []
    seen: list[str] = []
    for path in sorted(shown):  # an outer folder before what lies in it
        outer = max((one for one in seen if _inside(path, one)), key=len, default=None)
        seen.append(path)
        if not shown[path]:
            _cover(path, covers)
        elif outer is None or not shown[outer]:
            _bind(path)
    for path in covers:  # now that the folders to show inside them are there
        ns.protect(path, ns.MOUNT_ATTR_RDONLY, recursive=False)


def _cover(path: str, covers: list[str]) -> None:
    """Put something empty in the place of a folder or a file."""
    if os.path.isdir(path):
        ns.mount("tmpfs", path, "tmpfs", ns.MS_NOSUID | ns.MS_NODEV, "size=4k,mode=755")
        covers.append(path)
    elif os.path.exists(path):
        ns.mount("/old/dev/null", path, None, ns.MS_BIND)
        ns.protect(path, ns.MOUNT_ATTR_RDONLY, recursive=False)


def _bind(path: str) -> None:
    if os.path.islink(path):  # a link to one of the others
        return
    if not os.path.isdir(path):
        os.makedirs(path, 0o755)
    ns.mount("/old" + path, path, None, ns.MS_BIND | ns.MS_REC)
    sealed = ns.MOUNT_ATTR_RDONLY | ns.MOUNT_ATTR_NOSUID | ns.MOUNT_ATTR_NODEV
    ns.protect(path, sealed, recursive=True)


def _bind_file(source: str, target: str) -> None:
    """The file itself, nothing of it to be changed; to a device one can still write."""
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    ns.mount(source, target, None, ns.MS_BIND)
    ns.protect(target, ns.MOUNT_ATTR_RDONLY, recursive=False)


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
            _bind_file(source, target)
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
            _bind_file(f"/old/dev/{name}", f"/dev/{name}")
    for name, target in (("fd", "/proc/self/fd"), ("shm", "/tmp"), ("stdin", "/proc/self/fd/0")):
        os.symlink(target, f"/dev/{name}")


def _make_proc() -> None:
    """/proc of the new pid namespace, of its processes only: the machine's load would be a message.

    An empty folder where containers forbid the mount.
    """
    os.makedirs("/proc", 0o755, exist_ok=True)
    for options in ("subset=pid", ""):  # before Linux 5.8 there is no such option
        try:
            ns.mount("proc", "/proc", "proc", ns.MS_NOSUID | ns.MS_NODEV | ns.MS_NOEXEC, options)
            return
        except ns.SandboxError as error:
            if error.errno == errno.EPERM:
                return
            if error.errno != errno.EINVAL or not options:
                raise
