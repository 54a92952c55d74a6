"""The `anuman machine` command: measure, show a table, keep the result."""

import sys
from pathlib import Path

from anuman.machine import record, trust
from anuman.machine.record import Machine, SweepPoint

BAR = 30


def run(json: Path | None = None) -> int:
    """Measure this computer with progress on stderr, print the table, save; also to the file `json`.

    Gives the exit code: 0 done, 1 stopped, too little memory or not saved, 2 `json` cannot be written.
    """
    from anuman import machine

    if json is not None and not json.parent.is_dir():
        print(f"{json}: there is no folder {json.parent}. Make it first.", file=sys.stderr)
        return 2
    try:
        measured = machine.measure(progress=_bar)
    except KeyboardInterrupt:
        print("\nStopped; nothing was saved.", file=sys.stderr)
        return 1
    except MemoryError as error:
        print(f"\nToo little memory: {error}. Nothing was saved.", file=sys.stderr)
        return 1
    print(file=sys.stderr)
    print(table(measured))
    code = _write(record.file(), measured, failed=1)
    return code or (0 if json is None else _write(json, measured, failed=2))


def _write(path: Path, machine: Machine, failed: int) -> int:
    try:
        record.write_json(path, record.as_json(machine))
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror or error}.", file=sys.stderr)
        return failed
    return 0


def _bar(fraction: float, label: str) -> None:
    full = round(BAR * fraction)
    print(f"\r[{'#' * full}{'.' * (BAR - full)}] {label:<24}", end="", file=sys.stderr, flush=True)


def size(nbytes: int) -> str:
    """Bytes in KiB or MiB."""
    return f"{nbytes // 2**20} MiB" if nbytes >= 2**20 else f"{nbytes // 2**10} KiB"


def table(machine: Machine) -> str:
    """The measurement as plain text."""
    threads = "unknown" if machine.threads is None else machine.threads
    cache = "unknown" if machine.cache_bytes is None else size(machine.cache_bytes)
    lines = [
        f"{machine.name}",
        f"measured {machine.date} in {machine.seconds_taken:.1f} s, {machine.rounds} rounds",
        f"RAM {machine.memory_bytes / 2**30:.1f} GiB, last-level cache {cache}",
        f"NumPy {machine.numpy}, BLAS {machine.blas}, threads {threads}, fp32",
        "",
        "Reading a buffer (every byte once)",
        *(f"  {size(s.nbytes):>8}  {s.bandwidth / 1e9:8.1f} GB/s" for s in machine.staircase),
        "",
        f"memory bandwidth {machine.bandwidth / 1e9:8.1f} GB/s (largest buffer)",
        f"GEMM peak        {machine.peak / 1e9:8.1f} GFLOP/s",
        f"ridge            {machine.ridge:8.1f} FLOP/byte",
        "",
        f"W ({machine.matrix[0]} x {machine.matrix[1]}, fp32) times a batch of columns",
        "            plain W @ X              in blocks of 16 rows",
        "  batch       ms   GFLOP/s  of roof      ms   GFLOP/s  of roof   FLOP/byte",
    ]
    for plain, blocked in zip(machine.sweep, machine.blocked_sweep, strict=True):
        lines.append(
            f"  {plain.batch:5d} {_cells(machine, plain)}{_cells(machine, blocked)}"
            f"   {plain.intensity:9.2f}"
        )
    lines += [
        "",
        f"three quarters of the times repeat within {machine.spread:.0%}; "
        f"the processor worked for this {machine.cpu_share:.0%} of the time",
        *(f"warning ({code}): {trust.WARNINGS.get(code, code)}" for code in machine.warnings),
    ]
    return "\n".join(lines)


def _cells(machine: Machine, point: SweepPoint) -> str:
    roof = min(machine.peak, machine.bandwidth * point.intensity)
    return f"{point.seconds * 1e3:8.2f}  {point.flops_per_s / 1e9:8.1f}  {point.flops_per_s / roof:7.0%}"
