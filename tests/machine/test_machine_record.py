"""What is kept and said of a measured computer: warnings, file, command."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from anuman import machine
from anuman.machine import machine_command, measuring, plan, record, trust

MIB = 2**20
QUICK = 0.3  # s


def sample(**changes) -> machine.Machine:
    """A quiet computer: W of 128 MiB, cache of 32 MiB, 30 GB/s, 100 GFLOP/s."""
    points = tuple(
        machine.SweepPoint(batch, 0.006 * max(1, batch / 8), 1e10, batch / 2)
        for batch in plan.BATCHES
    )
    values = {
        "name": "Example CPU 3.0",
        "date": "2026-01-31T12:00:00+05:30",
        "threads": 1,
        "blas": "openblas 0.3.31",
        "numpy": "2.4.0",
        "memory_bytes": 16 * 2**30,
        "cache_bytes": 32 * MIB,
        "staircase": (
            machine.Step(64 * 2**10, 100e9),
            machine.Step(128 * MIB, 31e9),
            machine.Step(256 * MIB, 30e9),
        ),
        "bandwidth": 30e9,
        "peak": 100e9,
        "matrix": (16384, 2048),
        "sweep": points,
        "blocked_sweep": points,
        "spread": 0.02,
        "cpu_share": 0.99,
        "rounds": 8,
        "seconds_taken": 5.5,
    }
    return machine.Machine(**(values | changes))


# Warnings


def four_over_one(ratio):
    points = sample().blocked_sweep
    return tuple(
        replace(point, seconds=points[0].seconds * ratio) if point.batch == 4 else point
        for point in points
    )


@pytest.mark.parametrize(
    ("changes", "short_of", "codes"),
    [
        ({}, None, ()),
        ({"spread": 0.5}, None, ("busy",)),
        ({"cpu_share": 0.6}, None, ("busy",)),
        ({"blocked_sweep": four_over_one(3)}, None, ("packing",)),
        ({"blocked_sweep": four_over_one(3), "spread": 0.1}, None, ("busy",)),
        ({"blocked_sweep": four_over_one(2.2), "spread": 0.1}, None, ()),
        ({"threads": None}, None, ("threads",)),
        ({"threads": 8}, None, ("threads",)),
        ({"cache_bytes": 96 * MIB}, None, ("cache",)),
        ({"cache_bytes": None, "bandwidth": 20e9}, None, ("cache",)),
        ({"cache_bytes": None}, None, ()),
        ({}, "memory", ("memory",)),
        ({}, "time", ("time",)),
        ({"rounds": 1}, None, ("time",)),
        ({"cpu_share": 0.6, "threads": 2}, "time", ("busy", "threads", "time")),
    ],
)
def test_warnings(changes, short_of, codes):
    found = trust.find_warnings(sample(**changes), short_of)
    assert found == codes
    assert sample(warnings=found).warning == (codes[0] if codes else None)
    assert set(codes) <= set(machine.WARNINGS)


# The file


def test_round_trip(measured):
    assert machine.load() is None
    for kept in (measured, sample(threads=None, cache_bytes=None, warnings=("busy",))):
        machine.save(kept)
        assert machine.load() == kept
    assert [path.name for path in record.file().parent.iterdir()] == ["machine.json"]


def damaged(**changes):
    return json.dumps(record.as_json(sample()) | changes).encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[1, 2]", "JSON object"),
        (damaged()[:100], "damaged"),
        (damaged(format=99), "format is 99"),
        (json.dumps({"format": 1, "name": "x"}).encode(), "lacks date"),
        (damaged(bandwidth=0), "bandwidth is 0"),
        (damaged(bandwidth="30"), "bandwidth is '30'"),
        (damaged(peak=math.nan), "peak is nan"),
        (damaged(spread=-1), "spread is -1"),
        (damaged(name=3), "name is not a text"),
        (damaged(sweep=[]), "empty"),
        (damaged(sweep=[{"batch": 1}]), "list in it"),
        (damaged(staircase=[{"nbytes": 64, "bandwidth": None}]), r"staircase\[0\]"),
        (damaged(warnings=3), "list in it"),
    ],
)
def test_damaged_file_is_named_and_kept_aside(content, reason):
    path = record.file()
    for number in (1, 2):
        path.write_bytes(content)
        with pytest.raises(machine.MachineFileError, match=reason) as raised:
            machine.load()
        aside = path.with_name(f"machine.damaged-{number}.json")
        assert str(path) in str(raised.value) and str(aside) in str(raised.value)
        assert "anuman machine" in str(raised.value)
        assert aside.read_bytes() == content
        assert machine.load() is None


def test_failed_save_leaves_the_old_file(home):
    machine.save(sample())
    with pytest.raises(ValueError):
        machine.save(sample(bandwidth=math.nan))
    assert machine.load() == sample()
    assert [path.name for path in home.iterdir()] == ["machine.json"]


def test_interrupted_write_leaves_the_old_file(home, monkeypatch):
    machine.save(sample())

    def stop(part, path):
        raise KeyboardInterrupt

    monkeypatch.setattr(record.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        machine.save(sample(peak=5e9))
    assert machine.load() == sample()
    assert [path.name for path in home.iterdir()] == ["machine.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links need rights on Windows")
def test_links_are_written_through(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    record.write_json(link, {"a": 1})
    assert link.is_symlink()
    assert json.loads(target.read_text()) == {"a": 1}


def test_measurement_of_another_computer_is_told_apart(measured):
    assert machine.measured_here(measured)
    assert not machine.measured_here(sample())


# The command


@pytest.fixture
def quick(monkeypatch):
    measure = machine.measure
    monkeypatch.setattr(machine, "measure", lambda progress: measure(QUICK, progress))


def test_command_prints_and_saves(quick, capsys, tmp_path):
    out = tmp_path / "machine.json"
    assert machine_command.run(out) == 0
    shown, progress = capsys.readouterr()
    kept = machine.load()
    assert shown.strip() == machine_command.table(kept)
    for words in ("64 KiB", "memory bandwidth", "GEMM peak", "ridge", "16 rows", kept.name):
        assert words in shown
    assert measuring.DONE in progress
    data = json.loads(out.read_text(encoding="utf-8"))
    assert record.from_json(data) == kept
    assert data["ridge"] == kept.ridge


def test_command_refuses_a_missing_folder_before_measuring(capsys, tmp_path):
    assert machine_command.run(tmp_path / "none" / "x.json") == 2
    assert "there is no folder" in capsys.readouterr().err
    assert machine.load() is None


def test_command_says_when_the_file_cannot_be_written(quick, capsys, tmp_path):
    (tmp_path / "x.json").mkdir()
    assert machine_command.run(tmp_path / "x.json") == 2
    assert "cannot be written" in capsys.readouterr().err
    assert machine.load() is not None
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError("needs 7 MB")])
def test_stopped_command_saves_nothing(error, monkeypatch, capsys):
    def stop(progress):
        raise error

    monkeypatch.setattr(machine, "measure", stop)
    assert machine_command.run() == 1
    assert "othing was saved" in capsys.readouterr().err
    assert machine.load() is None


def test_table_shows_warnings_and_unknowns():
    text = machine_command.table(
        sample(threads=None, cache_bytes=None, warnings=("threads", "later-code"))
    )
    assert machine.WARNINGS["threads"] in text
    assert "later-code" in text
    assert "threads unknown" in text and "last-level cache unknown" in text


def test_kept_measurement_is_shown_without_numpy():
    code = (
        "import sys; from anuman import machine; machine.load(); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
