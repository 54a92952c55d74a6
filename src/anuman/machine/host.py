"""What the operating system says about this computer: processor, memory, cache."""

import contextlib
import os
import platform
import subprocess
import sys
from pathlib import Path

import psutil

UNKNOWN = "unknown"


def processor() -> str:
    """Model of the processor as the system names it (no host name, no user name)."""
    name = ""
    if sys.platform == "linux":
        name = _linux_processor()
    elif sys.platform == "darwin":
        name = _sysctl("machdep.cpu.brand_string")
    elif sys.platform == "win32":
        name = _windows_processor()
    name = " ".join((name or platform.processor()).split())
    return name or platform.machine() or UNKNOWN


def _linux_processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    with contextlib.suppress(OSError):  # small ARM boards name only the board
        return Path("/proc/device-tree/model").read_text(errors="replace").strip("\0 \n")
    return ""


def _windows_processor() -> str:
    import winreg

    place = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
    with (
        contextlib.suppress(OSError),
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key,
    ):
        return str(winreg.QueryValueEx(key, "ProcessorNameString")[0])
    return ""


def _sysctl(name: str) -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=5, check=True
        )
        return done.stdout.strip()
    return ""


def memory() -> tuple[int, int]:
    """RAM and free RAM in bytes; both within the limit of a Linux container."""
    state = psutil.virtual_memory()
    total, free = state.total, state.available
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        with contextlib.suppress(OSError, ValueError):  # no such file, or "max": no limit
            bound = int(Path("/sys/fs/cgroup", limit).read_text())
            taken = int(Path("/sys/fs/cgroup", used).read_text())
            total, free = min(total, bound), min(free, max(0, bound - taken))
    return total, free


def last_level_cache() -> int | None:
    """Bytes of the largest cache that one core can use, None where the system does not tell."""
    if sys.platform == "linux":
        sizes = []
        core = min(getattr(os, "sched_getaffinity", lambda _: {0})(0), default=0)
        for path in Path(f"/sys/devices/system/cpu/cpu{core}/cache").glob("index*/size"):
            with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
                text = path.read_text().strip()
                sizes.append(int(text[:-1]) * {"K": 2**10, "M": 2**20}[text[-1]])
        return max(sizes, default=None)
    if sys.platform == "darwin":
        names = ("hw.l3cachesize", "hw.perflevel0.l2cachesize", "hw.l2cachesize")
        sizes = [int(text) for text in map(_sysctl, names) if text.isdigit() and int(text)]
        return max(sizes, default=None)
    return None
