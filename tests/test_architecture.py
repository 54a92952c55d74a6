"""The arrows between packages point one way, and the light ones start without NumPy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "anuman"

# What each package may import of the others.
ALLOWED = {
    "catalog": {"paths"},
    "physics": {"catalog"},
    "validation": {"catalog", "physics", "widgets"},
    "sizing": {"catalog", "physics"},
    "claims": {"catalog", "language", "physics"},
    "serving": {"catalog", "language", "physics"},
    "scenes": {"catalog", "language", "physics", "serving"},
    "machine": {"paths"},
    "lm": {"machine", "paths"},
    "widgets": {
        "catalog", "course", "language", "lm", "machine", "paths", "physics", "scenes", "serving",
        "validation",
    },
    "lessons": {
        "catalog", "claims", "language", "lm", "machine", "paths", "physics", "scenes", "serving",
        "widgets",
    },
    "check": {"course", "language", "physics", "serving"},
    "grading": {"language", "paths"},
}  # fmt: skip


def imports(file: Path) -> set[str]:
    """Names of the project's own top-level modules that a file imports."""
    found = set()
    package = ("anuman", *file.relative_to(SOURCE).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("anuman.")}
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_arrows_point_one_way(package):
    files = sorted((SOURCE / package).rglob("*.py"))
    assert files
    for file in files:
        extra = imports(file) - ALLOWED[package] - {package}
        assert not extra, f"{file.relative_to(SOURCE)} imports {sorted(extra)}"


@pytest.mark.parametrize(
    "module",
    [
        "anuman.catalog",
        "anuman.claims",
        "anuman.physics",
        "anuman.serving",
        "anuman.scenes",
        "anuman.widgets",
    ],
)
def test_starts_without_numpy(module):
    code = f"import sys, {module}; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
