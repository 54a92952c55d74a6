"""What a measurement of a computer holds, and the file that keeps it."""

import json
import math
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from anuman import paths

FORMAT = 1
AGAIN = "Run `anuman machine` to measure this computer again."


class MachineFileError(RuntimeError):
    """The file of an earlier measurement cannot be used; the text says which file and what to do."""


@dataclass(frozen=True)
class Step:
    """One size of the staircase: a buffer of `nbytes` bytes was read at `bandwidth` byte/s."""

    nbytes: int
    bandwidth: float


@dataclass(frozen=True)
class SweepPoint:
    """W times `batch` columns: `seconds` a product, `flops_per_s` in FLOP/s, `intensity` in FLOP/byte."""

    batch: int
    seconds: float
    flops_per_s: float
    intensity: float


@dataclass(frozen=True)
class Machine:
    """What was measured on one computer with one BLAS thread; fp32 throughout.

    name: model of the processor.  date: ISO 8601 with time zone.
    threads: BLAS threads used, None where BLAS does not tell.  blas, numpy: names and versions.
    memory_bytes: RAM in bytes.  cache_bytes: last-level cache in bytes, None where unknown.
    staircase: reading speed by size of the buffer.
    bandwidth: byte/s of the largest buffer.  peak: FLOP/s of a square GEMM.
    matrix: rows and columns of the sweep's W.
    sweep: `W @ X`.  blocked_sweep: the same product in blocks of 16 rows.
    spread: how far the minima of odd and even visits lie apart, relative (0.05 = 5 %), for three
    quarters of the points at most.
    cpu_share: share (0 to 1) of the measuring time in which the processor worked for it.
    rounds: times every point was visited.  seconds_taken: s for the whole measurement.
    warnings: codes of machine.WARNINGS, the gravest first.
    """

    name: str
    date: str
    threads: int | None
    blas: str
    numpy: str
    memory_bytes: int
    cache_bytes: int | None
    staircase: tuple[Step, ...]
    bandwidth: float
    peak: float
    matrix: tuple[int, int]
    sweep: tuple[SweepPoint, ...]
    blocked_sweep: tuple[SweepPoint, ...]
    spread: float
    cpu_share: float
    rounds: int
    seconds_taken: float
    warnings: tuple[str, ...] = ()

    @property
    def ridge(self) -> float:
        """Intensity in FLOP/byte from which on the arithmetic limits, no longer the memory."""
        return self.peak / self.bandwidth

    @property
    def warning(self) -> str | None:
        """Code of the gravest warning, None when there is none."""
        return self.warnings[0] if self.warnings else None


def as_json(machine: Machine) -> dict:
    """The measurement as plain data, with the ridge point; units as in Machine."""
    return {"format": FORMAT, **asdict(machine), "ridge": machine.ridge}


def from_json(data: object) -> Machine:
    """The measurement from plain data; ValueError says what is wrong with it."""
    if not isinstance(data, dict):
        raise ValueError("it does not hold a JSON object")
    if data.get("format") != FORMAT:
        raise ValueError(f"its format is {data.get('format')!r}, this version reads {FORMAT}")
    missing = [f.name for f in fields(Machine) if f.name not in data]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    values = {f.name: data[f.name] for f in fields(Machine)}
    try:
        values["staircase"] = tuple(Step(**step) for step in data["staircase"])
        for name in ("sweep", "blocked_sweep"):
            values[name] = tuple(SweepPoint(**point) for point in data[name])
        values["matrix"] = tuple(data["matrix"])
        values["warnings"] = tuple(data["warnings"])
    except TypeError as error:
        raise ValueError(f"a list in it is not as expected ({error})") from None
    machine = Machine(**values)
    _validate(machine)
    return machine


def _validate(machine: Machine) -> None:
    for name in ("name", "date", "blas", "numpy"):
        if not isinstance(getattr(machine, name), str):
            raise ValueError(f"{name} is not a text")
    if not all(isinstance(code, str) for code in machine.warnings):
        raise ValueError("warnings are not all texts")
    if len(machine.matrix) != 2:
        raise ValueError("matrix does not give rows and columns")
    positive = {
        name: getattr(machine, name)
        for name in ("memory_bytes", "bandwidth", "peak", "rounds", "seconds_taken")
    }
    positive |= {
        f"{name}[{i}].{key}": value
        for name in ("staircase", "sweep", "blocked_sweep")
        for i, point in enumerate(getattr(machine, name))
        for key, value in asdict(point).items()
    }
    positive |= {f"matrix[{i}]": n for i, n in enumerate(machine.matrix)}
    for name in ("threads", "cache_bytes"):
        if getattr(machine, name) is not None:
            positive[name] = getattr(machine, name)
    for name, value in positive.items():
        if not _is_number(value) or value <= 0:
            raise ValueError(f"{name} is {value!r}, not a positive number")
    for name in ("spread", "cpu_share"):
        if not _is_number(getattr(machine, name)) or getattr(machine, name) < 0:
            raise ValueError(f"{name} is {getattr(machine, name)!r}, not a number of at least 0")
    if not (machine.staircase and machine.sweep and machine.blocked_sweep):
        raise ValueError("its staircase or a sweep is empty")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def file() -> Path:
    """Where the measurement of this computer is kept."""
    return paths.home() / "machine.json"


def write_json(path: Path, data: dict) -> None:
    """Write `data` to `path` whole or not at all; a link, pipe or device is written to as it stands."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if path.is_symlink() or (path.exists() and not path.is_file()):  # such as /dev/stdout
        path.write_text(text, encoding="utf-8")
        return
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def save(machine: Machine) -> None:
    """Keep `machine` as the measurement of this computer."""
    write_json(file(), as_json(machine))


def load() -> Machine | None:
    """The kept measurement, None when there is none yet.

    Raises MachineFileError for a damaged file, which is moved aside and not deleted.
    """
    path = file()
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MachineFileError(
            f"{path} cannot be read: {error.strerror or error}. Allow reading it, or move it away and "
            "run `anuman machine`."
        ) from error
    except ValueError as error:  # JSON and Unicode errors are ValueErrors too
        raise MachineFileError(
            f"{path} is damaged: {error}. It is kept as {_move_aside(path)}. {AGAIN}"
        ) from error


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}.json")).exists():
        number += 1
    try:
        path.rename(aside)
    except FileNotFoundError:  # another notebook has moved it already
        return aside
    except OSError:  # no right to move it: it stays where it is
        return path
    return aside
