"""The `anuman machine` command: measure, show a table, keep the result."""

import sys
from pathlib import Path

from anuman import machine
from anuman.language import _
from anuman.machine import record, trust
from anuman.machine.record import Machine, SweepPoint

BAR = 30


def run(json: Path | None = None) -> int:
    """Measure this computer with progress on stderr, print the table, save; also to the file `json`.

    Gives the exit code: 0 done, 1 stopped, too little memory or not saved, 2 `json` cannot be written.
    """
    if json is not None and not json.parent.is_dir():
        sentence = _("{file}: there is no folder {folder}. Make it first")
        print(sentence.format(file=json, folder=json.parent) + ".", file=sys.stderr)
        return 2
    try:
        measured = machine.measure(progress=_bar)
    except KeyboardInterrupt:
        print("\n" + _("Stopped; nothing was saved."), file=sys.stderr)
        return 1
    except MemoryError as error:
        sentence = _("Too little memory: {error}. Nothing was saved.")
        print("\n" + sentence.format(error=error), file=sys.stderr)
        return 1
    print(file=sys.stderr)
    print(table(measured))
    code = _write(record.file(), measured, failed=1)
    return code or (0 if json is None else _write(json, measured, failed=2))


def _write(path: Path, machine: Machine, failed: int) -> int:
    try:
        record.write_json(path, record.as_json(machine))
    except OSError as error:
        sentence = _("{path} cannot be written: {error}.")
        print(sentence.format(path=path, error=error.strerror or error), file=sys.stderr)
        return failed
    return 0


def _bar(fraction: float, label: str) -> None:
    full = round(BAR * fraction)
    print(
        f"\r[{'#' * full}{'.' * (BAR - full)}] {_(label):<24}", end="", file=sys.stderr, flush=True
    )


def size(nbytes: int) -> str:
    """Bytes in KiB or MiB."""
    return f"{nbytes // 2**20} MiB" if nbytes >= 2**20 else f"{nbytes // 2**10} KiB"


def table(machine: Machine) -> str:
    """The measurement as plain text."""
    threads = _("unknown") if machine.threads is None else machine.threads
    cache = _("unknown") if machine.cache_bytes is None else size(machine.cache_bytes)
    lines = [
        f"{machine.name}",
        _("measured {date} in {seconds:.1f} s, {rounds} rounds").format(
            date=machine.date, seconds=machine.seconds_taken, rounds=machine.rounds
        ),
        _("RAM {memory:.1f} GiB, last-level cache {cache}").format(
            memory=machine.memory_bytes / 2**30, cache=cache
        ),
        _("NumPy {numpy}, BLAS {blas}, threads {threads}, fp32").format(
            numpy=machine.numpy, blas=machine.blas, threads=threads
        ),
        "",
        _("Reading a buffer (every byte once)"),
        *(f"  {size(s.nbytes):>8}  {s.bandwidth / 1e9:8.1f} GB/s" for s in machine.staircase),
        "",
        _("memory bandwidth {value:8.1f} GB/s (largest buffer)").format(
            value=machine.bandwidth / 1e9
        ),
        _("GEMM peak        {value:8.1f} GFLOP/s").format(value=machine.peak / 1e9),
        _("ridge            {value:8.1f} FLOP/byte").format(value=machine.ridge),
        "",
        _("W ({rows} x {columns}, fp32) times a batch of columns").format(
            rows=machine.matrix[0], columns=machine.matrix[1]
        ),
        _("            plain W @ X              in blocks of 16 rows"),
        _("  batch       ms   GFLOP/s  of roof      ms   GFLOP/s  of roof   FLOP/byte"),
    ]
    for plain, blocked in zip(machine.sweep, machine.blocked_sweep, strict=True):
        lines.append(
            f"  {plain.batch:5d} {_cells(machine, plain)}{_cells(machine, blocked)}"
            f"   {plain.intensity:9.2f}"
        )
    lines += [
        "",
        _(
            "three quarters of the times repeat within {spread:.0%}; the processor worked for this "
            "{share:.0%} of the time"
        ).format(spread=machine.spread, share=machine.cpu_share),
        *(
            _("warning ({code}): {text}").format(code=code, text=_(trust.WARNINGS.get(code, code)))
            for code in machine.warnings
        ),
    ]
    return "\n".join(lines)


def _cells(machine: Machine, point: SweepPoint) -> str:
    roof = min(machine.peak, machine.bandwidth * point.intensity)
    return f"{point.seconds * 1e3:8.2f}  {point.flops_per_s / 1e9:8.1f}  {point.flops_per_s / roof:7.0%}"
