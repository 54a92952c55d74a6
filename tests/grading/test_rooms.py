"""The rooms of the grader use each other in one direction, and know nothing of the course's content."""

import ast
from pathlib import Path

import pytest

GRADING = Path(__file__).parents[2] / "src" / "anuman" / "grading"
ROOMS = {
    "isolation": set(),
    "course": set(),
    "running": {"isolation", "course"},
    "records": {"course"},
    "pages": {"course", "records"},
}


def imported(file: Path) -> set[str]:
    """The first part, below anuman.grading, of each module that a file imports of the grader."""
    package = ("anuman", "grading", *file.relative_to(GRADING).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
        module = ".".join(part for part in (base, node.module or "") if part)
        found |= {
            f"{module}.{alias.name}".split(".")[2]
            for alias in node.names
            if f"{module}.{alias.name}".startswith("anuman.grading.")
        }
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_those_below_it(room):
    files = sorted((GRADING / room).glob("*.py"))
    assert len(files) > 2
    for file in files:
        assert imported(file) <= ROOMS[room] | {room}, file.name


@pytest.mark.parametrize("room", ROOMS)
def test_the_map_of_a_room_names_each_of_its_modules(room):
    text = ast.get_docstring(ast.parse((GRADING / room / "__init__.py").read_text()))
    words = {word.strip(",:;.") for word in text.split()}
    modules = {file.stem for file in (GRADING / room).glob("*.py")} - {"__init__"}
    assert modules <= words
