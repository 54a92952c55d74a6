"""Joules that the processor has drawn, where the system tells: RAPL, as Linux shows it under powercap.

Intel and AMD processors count the energy of each package; since 2020 Linux lets only an administrator
read the counters, so on most computers there is nothing to read. Memory, screen and power supply are
not counted. Source: the Linux kernel's documentation, "Power Capping Framework".
"""

import contextlib
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
MICRO = 1e-6


class Meter:
    """The counters of all processor packages; `joules()` since the meter was made.

    A counter begins again at 0 after its range, some minutes of full work: read it more often than that.
    """

    def __init__(self, packages: list[Path]):
        self._packages = packages
        self._last = [_count(package) for package in packages]
        self._range = [_whole(package / "max_energy_range_uj") for package in packages]
        self._joules = 0.0

    def joules(self) -> float:
        """Joules of all packages since the meter was made. Raises OSError when a counter has gone."""
        for at, package in enumerate(self._packages):
            now = _count(package)
            self._joules += (now - self._last[at]) % (self._range[at] + 1) * MICRO
            self._last[at] = now
        return self._joules


def meter(root: Path = POWERCAP) -> Meter | None:
    """A meter of this computer; None where the system tells nothing."""
    packages = []
    for zone in sorted(root.glob("intel-rapl:*")):
        with contextlib.suppress(OSError, ValueError):
            if (zone / "name").read_text().startswith("package"):
                _count(zone)
                packages.append(zone)
    return Meter(packages) if packages else None


def _count(package: Path) -> int:
    return _whole(package / "energy_uj")


def _whole(file: Path) -> int:
    return int(file.read_text())
