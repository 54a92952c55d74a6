"""The arrows between packages and within them point one way, and the light ones start without NumPy."""

import subprocess
import sys

import house
import pytest

from anuman.course import LESSONS

# What each package may import of the others.
ALLOWED = {
    "catalog": {"language", "lazy", "paths"},
    "physics": {"catalog", "lazy"},
    "validation": {"catalog", "language", "physics"},
    "sizing": {"catalog", "physics"},
    "claims": {"catalog", "language", "physics"},
    "serving": {"catalog", "language", "lazy", "physics"},
    "scenes": {"catalog", "claims", "language", "physics", "serving"},
    "machine": {"language", "paths"},
    "lm": {"language", "lazy", "machine", "paths"},
    "widgets": {
        "catalog", "claims", "course", "language", "lazy", "lm", "machine", "paths", "physics", "scenes",
        "serving", "validation",
    },
    "lessons": {
        "catalog", "check", "claims", "course", "language", "lm", "machine", "paths", "physics", "scenes",
        "serving",
        "widgets",
    },
    "check": {"course", "language", "physics", "serving"},
    "grading": {"formulas", "language", "paths"},
    "setup": {"grading", "language", "paths"},
    "course": set(),
}  # fmt: skip

# What a folder of widgets may use besides the kit.
NEIGHBOURS = {"batch_sweep": {"own_machine"}, "policy_duel": {"load_curves"}}


@pytest.mark.parametrize("package", ALLOWED)
def test_arrows_between_packages_point_one_way(package):
    assert house.rooms()[package] <= ALLOWED[package]


def test_every_package_says_what_it_may_import():
    folders = {file.parent.name for file in house.SOURCE.glob("*/__init__.py")}
    assert folders <= ALLOWED.keys()


def test_no_modules_import_each_other_in_a_circle():
    """Imports inside functions and for types only count too."""
    assert house.circle(house.arrows()) == []


def test_a_circle_would_be_found():
    assert house.circle({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == ["b", "c"]


def test_each_widget_stands_on_the_kit_alone():
    folders = {file.parent.name for file in (house.SOURCE / "widgets").glob("*/__init__.py")}
    for part, others in house.rooms("anuman.widgets").items():
        allowed = NEIGHBOURS.get(part, set()) | ({"kit"} if part != "kit" else set())
        assert others & folders <= allowed, part


@pytest.mark.parametrize("package", ["check", "lessons"])
def test_no_lesson_imports_another(package):
    modules = {lesson.module for lesson in LESSONS}
    for part, others in house.rooms(f"anuman.{package}").items():
        assert not others & modules, part


def test_the_picture_of_the_house_is_fresh():
    assert house.PICTURE.read_text(encoding="utf-8") == house.drawn(), (
        "python tests/helpers/house.py draws it anew"
    )


def loads(packages: list[str], unwanted: str) -> bool:
    """Whether a new Python has loaded a library after importing every module of these packages."""
    names = [n for n in house.modules() if n.split(".")[1:2] and n.split(".")[1] in packages]
    code = f"""
import sys
from importlib import import_module
for name in {names}:
    import_module(name)
sys.exit({unwanted!r} in sys.modules)
"""
    return subprocess.run([sys.executable, "-c", code]).returncode != 0


def test_what_lessons_show_is_imported_without_numpy():
    packages = ["catalog", "claims", "physics", "scenes", "serving", "validation", "widgets"]
    assert not loads(packages, "numpy")


def test_scenes_compute_without_a_browser():
    assert not loads(["catalog", "physics", "serving", "scenes"], "ipywidgets")
