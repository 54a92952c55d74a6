"""How the tests are run: on every core, alone where they must be, and nothing is left when they end."""

import collections
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anuman import testing
from anuman.setup import browser

Usage = collections.namedtuple("Usage", "total used free")
posix = pytest.mark.skipif(os.name == "nt", reason="workers and signals are those of POSIX")

SUITE = """
import os, time
import pytest

def note(word):
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{time.monotonic()} {word}\\n")

@pytest.mark.parametrize("n", range(4))
def test_beside_others(n):
    note("begin")
    time.sleep(0.2)
    note("end")

@pytest.mark.alone
@pytest.mark.parametrize("n", range(2))
def test_by_itself(n):
    note("begin alone")
    time.sleep(0.2)
    note("end alone")

@pytest.mark.classroom
def test_long():
    note("long")
"""


@pytest.mark.slow
@posix
def test_those_that_must_be_alone_are_and_quick_leaves_out_the_long_ones(tmp_path):
    root = Path(__file__).parents[1]
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(root / "tests" / "conftest.py", tmp_path / "tests")
    for name in ("one", "two"):
        (tmp_path / "tests" / f"test_{name}.py").write_text(SUITE)
    notes = tmp_path / "notes"
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "xdist",
        "-n",
        "2",
        *testing.SHARED,
        "--quick",
    ]
    light = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "NOTES": str(notes)}
    done = subprocess.run(
        words, cwd=tmp_path, env=os.environ | light, capture_output=True, text=True
    )
    assert done.returncode == 0 and "12 passed" in done.stdout, done.stdout + done.stderr
    running = alone = most = 0
    for line in sorted(notes.read_text().splitlines(), key=lambda line: float(line.split()[0])):
        word = line.split()[1:]
        step = {"begin": 1, "end": -1}[word[0]]
        running += step
        most = max(most, running)
        alone += step if word[1:] else 0
        assert not alone or running == 1, notes.read_text()
    assert most == 2


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A place for temporary files that the test can look at; a browser is there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(browser, "find", lambda: "/a/browser")
    return tmp_path


def test_nothing_is_left_of_the_temporary_files(temporary):
    assert testing.run(["--version"]) == 0
    assert list(temporary.iterdir()) == []


def test_too_little_room_is_said_before_anything_starts(temporary, monkeypatch, capsys):
    monkeypatch.setattr(testing.shutil, "disk_usage", lambda place: Usage(9e9, 8e9, 1e9))
    assert testing.run([]) == 1
    said = capsys.readouterr().err
    assert "1.0 GB free" in said and str(temporary) in said and "TMPDIR" in said


def test_a_disk_that_fills_up_is_named(temporary, monkeypatch, capsys):
    room = iter([Usage(9e9, 0, 9e9), Usage(9e9, 9e9, 1e6)])
    monkeypatch.setattr(testing.shutil, "disk_usage", lambda place: next(room))
    monkeypatch.setattr(testing, "_wait_for", lambda words, environment: 1)
    assert testing.run([]) == 1
    assert "FULL" in capsys.readouterr().err


def test_without_a_browser_it_says_what_becomes_of_its_tests(temporary, monkeypatch, capsys):
    monkeypatch.setattr(testing, "_wait_for", lambda words, environment: 0)
    for name in ("find", "chosen", "install"):
        monkeypatch.setattr(browser, name, lambda: None)
    monkeypatch.setenv("CI", "true")
    assert testing.run([]) == 0
    assert "the browser tests FAIL" in capsys.readouterr().err
    assert testing.run(["--quick"]) == 0  # needs none
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "shared"),
    [
        ([], True),
        (["--quick"], True),
        (["-x", "--durations=9"], True),
        (["tests/lm"], False),
        (["-k", "stage"], False),
    ],
)
def test_tests_that_are_chosen_run_in_one_process(temporary, monkeypatch, arguments, shared):
    started = []
    monkeypatch.setattr(testing, "workers", lambda waiting: 2)
    monkeypatch.setattr(testing, "_wait_for", lambda words, environment: started.extend(words) or 0)
    testing.run(arguments)
    assert ("-n" in started) == shared
    assert [word for word in started if word in arguments] == arguments


STOPPED = """
import sys
from anuman import testing
child = "import time\\nprint('begun', flush=True)\\ntry: time.sleep(60)\\nexcept KeyboardInterrupt: print('tidied')"
sys.exit(testing._wait_for([sys.executable, "-c", child], None))
"""


@posix
def test_ctrl_c_leaves_the_tests_the_time_to_tidy_up():
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.2)  # the child is inside its try
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert out == "tidied\n" and "stopping" in errors and "Traceback" not in errors
    assert process.returncode == 0
