"""Figures in the documents are those that the code gives today."""

from pathlib import Path

from anuman import validation
from anuman.validation.table import catalogue_rows
from anuman.validation.validate_command import markdown_summary

DOCS = Path(__file__).parents[1] / "docs"


def test_the_validation_page_shows_todays_summary():
    """Renew with: python benchmarks/write_validation.py"""
    text = (DOCS / "validation.md").read_text("utf-8")
    shown = text.partition("<!-- summary -->\n")[2].partition("<!-- /summary -->")[0]
    scored = validation.score(catalogue_rows())
    assert shown == markdown_summary(validation.summaries(scored))
