"""Benchmarks start from the environment of the tests, and elsewhere say in a sentence what they lack."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from rows import for_each

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = [
    p for p in sorted(FOLDER.glob("*.py")) if '__name__ == "__main__"' in p.read_text("utf-8")
]


def imports(path: Path):
    """Modules that a script imports at its top, in order."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@for_each("path", SCRIPTS, ids=lambda path: path.name)
def test_what_is_missing_is_named_before_anything_is_missed(path):
    foreign = [name for name in imports(path) if name.split(".")[0] not in sys.stdlib_module_names]
    assert foreign[0] == "needed"


def test_a_missing_package_is_named_without_a_traceback():
    words = [sys.executable, "-S", str(FOLDER / "bench_serving.py")]  # -S: no packages
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert "needs the package simpy" in done.stderr and "start.py test" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["bench_serving.py", "bench_grade.py", "bench_repaint.py", "soak_grade.py"]
)
def test_it_starts_from_the_environment_of_the_tests(name):
    done = subprocess.run(
        [sys.executable, str(FOLDER / name), "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout
