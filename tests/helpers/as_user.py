"""Runs a command as an ordinary user, who can read the Python and the library that root keeps private.

    as_user.py UID PATH[:PATH...] COMMAND ...

In a mount namespace of its own each private folder above one of the paths is replaced by an empty
one that holds only the paths; nothing changes for anybody else.
"""

import ctypes
import os
import sys
import tempfile
from pathlib import Path

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE, MS_MOVE = 0x20000, 0x1000, 0x4000, 0x40000, 0x2000
libc = ctypes.CDLL(None, use_errno=True)


def mount(source: Path | str, target: Path, kind: str | None, flags: int, data: str = "") -> None:
    """mount(2); raises OSError."""
    words = (str(source).encode(), str(target).encode(), kind and kind.encode())
    if libc.mount(*words, ctypes.c_ulong(flags), data.encode() or None):
        number = ctypes.get_errno()
        raise OSError(number, f"mount {source} on {target}: {os.strerror(number)}")


def private_above(path: Path) -> Path | None:
    """The first folder above the path that others may not enter."""
    return next((f for f in reversed(path.parents) if not f.stat().st_mode & 0o001), None)


def open_up(paths: list[Path]) -> None:
    """Make these paths reachable for everybody, here only."""
    if libc.unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    mount("none", Path("/"), None, MS_REC | MS_PRIVATE)
    hidden: dict[Path, list[Path]] = {}
    for path in paths:
        folder = private_above(path)
        if folder:
            hidden.setdefault(folder, []).append(path)
    for folder, inside in hidden.items():
        held = []
        for path in inside:
            held.append(Path(tempfile.mkdtemp(prefix="held-")))
            mount(path, held[-1], None, MS_BIND | MS_REC)
        mount("tmpfs", folder, "tmpfs", 0, "mode=755")
        for path, place in zip(inside, held, strict=True):
            path.mkdir(parents=True, exist_ok=True)
            mount(place, path, None, MS_BIND | MS_REC)
            libc.umount2(str(place).encode(), 2)
            place.rmdir()


if __name__ == "__main__":
    uid = int(sys.argv[1])
    open_up([Path(p) for p in sys.argv[2].split(":")])
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.umask(0o022)
    os.execvp(sys.argv[3], sys.argv[3:])
