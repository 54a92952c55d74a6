"""Written answers of somebody who studies alone: what counts first, a sample after an own answer."""

import nbformat
import pytest
from nbgrader_course import REPOSITORY, cell

from anuman import course
from anuman.grading.records.written_answers import remark
from anuman.language import speaking


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("name", course.IDS[:5])
def test_every_written_task_has_marks_and_a_sample_in_both_languages(name, language):
    path = REPOSITORY / "solutions" / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    question, model = (
        next(c.source for c in notebook.cells if c.id == "written-task"),
        cell(notebook, "written").source,
    )
    marks = {"en": "Marks:", "hi": "अंक:"}[language]

    def said(answer):
        with speaking(language):
            return remark("written", answer, "Your answer here", question, model, language)

    empty, own, long = said("Your answer here\n"), said("Ten times at night."), said("word " * 400)
    assert marks in empty and marks in own
    assert len(own) > len(empty) + 200
    assert "400" in long and "150" in long and "400" not in own
    other = {"en": "अंक:", "hi": "Marks:"}[language]
    assert other not in own
