"""Read a requirements lock: names, versions, markers and hashes."""

from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement


@dataclass(frozen=True)
class Pin:
    """One package of the lock at its one version, for the systems that the marker names."""

    name: str
    version: str
    marker: Marker | None
    hashes: tuple[str, ...]

    def line(self) -> str:
        """The pin as a line of a requirements file, without its marker."""
        return " ".join([f"{self.name}=={self.version}", *self.hashes]) + "\n"


def read(path: Path) -> list[Pin]:
    """Every pin of a lock that uv or pip-tools wrote."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    pins = []
    for line in text.splitlines():
        words, *hashes = line.split("--hash=")
        if words.strip() and not words.startswith("#"):
            requirement = Requirement(words)
            (exact,) = requirement.specifier
            marks = tuple(f"--hash={value.strip()}" for value in hashes)
            pins.append(Pin(requirement.name, exact.version, requirement.marker, marks))
    return pins
