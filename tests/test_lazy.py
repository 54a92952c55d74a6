"""Packages that load a module when one of its names is first asked for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from anuman import course, physics, widgets

LESSONS = Path(__file__).parents[1] / "lessons"


def run(code: str) -> list[str]:
    """Words that a new Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_name_loads_its_own_module_and_no_other():
    code = """
import sys
from anuman import physics
physics.ridge
print(*(name for name in sys.modules if name.startswith("anuman.physics.")))
"""
    assert set(run(code)) == {"anuman.physics.roofline", "anuman.physics.arguments"}


def test_a_loaded_folder_does_not_hide_the_function_of_its_name():
    code = """
import anuman.widgets.crossover.crossover_widget
from anuman.widgets import crossover
print(callable(crossover))
"""
    assert run(code) == ["True"]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'rigde'"):
        physics.rigde  # noqa: B018


def test_all_names_can_be_listed_before_they_are_loaded():
    assert {"two_clocks", "memory_jar"} <= set(dir(widgets)) & set(widgets.__all__)


@pytest.mark.parametrize("lesson", course.LESSONS, ids=lambda lesson: lesson.id)
def test_the_first_cell_loads_no_widget_that_it_does_not_name(lesson):
    cells = json.loads((LESSONS / f"{lesson.id}.ipynb").read_text(encoding="utf-8"))["cells"]
    first = next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    loaded = run(f"{first}\nimport sys\nprint(*sys.modules)")
    central = {row.widget for row in course.LESSONS}
    folders = {name.split(".")[2] for name in loaded if name.startswith("anuman.widgets.")}
    named = central & set(re.findall(r"\w+", first))
    assert folders & central == named >= {lesson.widget}
