"""Store the locked packages of other systems, for computers without a network."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..language import _
from ..paths import course_root
from .environment import child_environment
from .lock import Pin, read

PYTHONS = ("3.11", "3.12", "3.13")
# Wheels name the oldest system they run on: glibc 2.28 is of 2018, macOS 12 of 2021.
GLIBC = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)] + ["manylinux2014"]
MAC = {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"}
LINUX = {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"}
WIN = {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}
# --for name -> [(marker values, wheel platforms)], one entry a kind of processor
TARGETS = {
    "win": [({**WIN, "platform_machine": "AMD64"}, ["win_amd64"])],
    "mac": [
        ({**MAC, "platform_machine": "arm64"}, ["macosx_12_0_arm64"]),
        ({**MAC, "platform_machine": "x86_64"}, ["macosx_12_0_x86_64"]),
    ],
    "linux": [({**LINUX, "platform_machine": "x86_64"}, [f"{g}_x86_64" for g in GLIBC])],
    "linux-arm": [({**LINUX, "platform_machine": "aarch64"}, [f"{g}_aarch64" for g in GLIBC])],
}


def needed(
    pins: list[Pin], markers: dict[str, str], python: str
) -> Iterator[tuple[str, list[Pin]]]:
    """What one system needs: for the first release of this Python, then for its latest if that differs."""
    before = None
    for release in (f"{python}.0", f"{python}.99"):
        values = {**markers, "python_version": python, "python_full_version": release}
        values |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        chosen = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(values)]
        if chosen != before:
            yield release, chosen
        before = chosen


def download(pins: list[Pin], platforms: list[str], python: str, folder: Path) -> bool:
    """Let pip fetch these packages for another system; False when it could not."""
    with tempfile.TemporaryDirectory() as scratch:
        # pip would judge the lock's markers by this computer, so they are left out.
        file = Path(scratch, "requirements.txt")
        file.write_text("".join(pin.line() for pin in pins), encoding="utf-8")
        words = [sys.executable, "-m", "pip", "download", "-qq", "--no-input", "--no-deps"]
        words += ["--require-hashes", "--only-binary", ":all:", "--implementation", "cp"]
        words += ["--python-version", python, "--dest", str(folder), "-r", str(file)]
        words += [part for platform in platforms for part in ("--platform", platform)]
        return subprocess.call(words, env=child_environment()) == 0


def run(systems: list[str]) -> int:
    """Fill the folder wheels/ for these systems; 2 for a system that is not known."""
    unknown = [name for name in systems if name not in TARGETS]
    if unknown or not systems:
        sentence = _("no system {unknown!r}; known: {known}")
        sentence = sentence.format(unknown=", ".join(unknown), known=", ".join(TARGETS))
        print(f"anuman wheels: {sentence}")
        return 2
    folder = course_root() / "wheels"
    folder.mkdir(exist_ok=True)
    pins = read(course_root() / "requirements.lock")
    for system in systems:
        for markers, platforms in TARGETS[system]:
            for python in PYTHONS:
                print(f"{system} ({markers['platform_machine']}), Python {python} ...", flush=True)
                for release, chosen in needed(pins, markers, python):
                    if not download(chosen, platforms, release, folder):
                        print("anuman wheels: " + _("pip could not fetch everything; see above."))
                        return 1
    files = list(folder.glob("*.whl"))
    size = sum(file.stat().st_size for file in files)
    sentence = _(
        "{count} packages, {size:.0f} MB, are in {folder}.\nCopy the whole course folder to the other "
        "computers and run start.py there; each needs\na Python 3.11, 3.12 or 3.13 of its own."
    )
    print(sentence.format(count=len(files), size=size / 1e6, folder=folder))
    return 0
