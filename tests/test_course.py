"""One row a lesson: everything that a row names is there, and nothing is there without a row."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from anuman import catalog, course, widgets
from anuman.check.task import tasks_of

ROOT = Path(__file__).parents[1]
every_lesson = pytest.mark.parametrize("lesson", course.LESSONS, ids=lambda lesson: lesson.id)


@every_lesson
def test_a_row_names_what_is_there(lesson):
    import_module(f"anuman.lessons.{lesson.module}")
    import_module(f"anuman.scenes.{lesson.scene}")
    assert import_module(f"anuman.widgets.{lesson.picture}").first_picture()
    assert lesson.widget in widgets.__all__
    assert catalog.claim(lesson.claim).lesson == lesson.id


@every_lesson
def test_every_task_has_the_id_of_its_lesson_and_a_bank_of_answers(lesson):
    names = {task.removeprefix(f"{lesson.id}/") for task in tasks_of(lesson.id)}
    assert names == {file.stem for file in (ROOT / "tests" / "answers" / lesson.id).glob("*.toml")}


@pytest.mark.parametrize("folder", ["lessons", "lessons/hi"])
def test_every_lesson_in_a_folder_has_a_row(folder):
    names = {file.stem for file in (ROOT / folder).glob("*.ipynb")}
    assert names == {"00-start-here", *course.IDS}


@pytest.mark.parametrize("folder", ["solutions", "exercises", "tests/answers"])
def test_every_assignment_in_a_folder_has_a_row(folder):
    names = {path.name for path in (ROOT / folder).iterdir() if path.name[:1].isdigit()}
    assert names == set(course.IDS)


def test_exercises_say_the_same_to_every_ai_helper():
    """One text for all folders; `generate_assignment --force` removes it from one that it makes anew."""
    texts = [file.read_text(encoding="utf-8") for file in ROOT.glob("exercises/*/AGENTS.md")]
    assert texts and set(texts) == {texts[0]}
    assert "You may not" in texts[0]


def test_a_task_loads_no_other_assignment():
    code = """
import sys
from anuman.check.task import find
find("02-roofline/ridge")
print(*(name for name in sys.modules if name.startswith("anuman.check.")))
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    packages = {name.split(".")[2] for name in loaded.split()}
    assert packages & {row.module for row in course.LESSONS} == {"roofline"}


def test_an_unknown_lesson_is_refused_with_the_ids_there_are():
    with pytest.raises(LookupError, match=r"02-rooflin.*02-roofline"):
        course.lesson("02-rooflin")
