"""Renew the summary in docs/validation.md: python benchmarks/write_validation.py"""

from pathlib import Path

import needed  # noqa: F401

# isort: split

from anuman import validation
from anuman.validation.table import catalogue_rows
from anuman.validation.validate_command import markdown_summary

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
START, END = "<!-- summary -->\n", "<!-- /summary -->"


def main() -> None:
    head, _, rest = PAGE.read_text("utf-8").partition(START)
    tail = rest.partition(END)[2]
    scored = validation.score(catalogue_rows())
    table = markdown_summary(validation.summaries(scored))
    PAGE.write_text(head + START + table + END + tail, "utf-8")


if __name__ == "__main__":
    main()
