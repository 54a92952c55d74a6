"""Figures in the documents are those that the code gives today."""

from pathlib import Path

import pytest
import teaching_pages

from anuman import course, validation
from anuman.validation.table import catalogue_rows
from anuman.validation.validate_command import markdown_summary

DOCS = Path(__file__).parents[1] / "docs"


def test_the_validation_page_shows_todays_summary():
    """Renew with: python benchmarks/write_validation.py"""
    text = (DOCS / "validation.md").read_text("utf-8")
    shown = text.partition("<!-- summary -->\n")[2].partition("<!-- /summary -->")[0]
    scored = validation.score(catalogue_rows())
    assert shown == markdown_summary(validation.summaries(scored))


def test_the_teaching_pages_are_fresh_and_there_is_one_for_each_lesson():
    """Renew with: python tests/helpers/teaching_pages.py"""
    written = {path: path.read_text("utf-8") for path in teaching_pages.FOLDER.glob("*.md")}
    assert written == teaching_pages.pages()
    assert list(teaching_pages.NOTES) == list(teaching_pages.HINDI) == list(course.IDS)


def test_notes_for_teachers_that_name_an_unknown_misconception_are_refused():
    with pytest.raises(teaching_pages.BadNotes, match="02-roofline has no misconception 'ridge/x'"):
        teaching_pages.hint("02-roofline", "ridge/x")
