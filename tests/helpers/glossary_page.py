"""docs/glossary.md from the glossary's one file, and a link to it at each term's first use in the lessons.

`python tests/helpers/glossary_page.py` writes the page anew and links what is not linked yet: in the lesson
that explains the term first (or soon after), in the first cell where both languages name it,
in the English cell and in its translation alike. Linked words stay as they are; then run
`anuman translate build`.
"""

import re
from collections.abc import Iterator
from functools import partial
from html import escape as escape_all
from pathlib import Path

import nbformat

from anuman import course, translate
from anuman.catalog import glossary
from anuman.catalog.terms import Term

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "glossary.md"
LATER = (
    5  # lessons after the one that explains a term; further on the same word may mean another thing
)
FROM_LESSONS = "../docs/glossary.md#"
TOP = """# Glossary · शब्दावली

Written by `python tests/helpers/glossary_page.py` from `src/anuman/catalog/data/glossary.toml`: one Hindi word for each term. The lesson is the one that explains it first. · हर शब्द की एक ही हिंदी; पाठ वह है जो उसे पहली बार समझाता है।

| English | हिंदी | symbol · चिह्न | unit · इकाई | lesson · पाठ | |
|---|---|---|---|---|---|
"""
# Where no link may stand: code, formulas, links and pictures, tags; headings, quotes, tables, summaries.
CLOSED = re.compile(
    r"```.*?```|`[^`\\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|!?\[[^\]]*\]\([^)]*\)|https?://\S+"
    r"|^(?:#|>|\||\s*<).*?$|<[^>\n]*>|[“\"‘][^”\"’\n]*[”\"’]",
    re.DOTALL | re.MULTILINE,
)
escape = partial(escape_all, quote=False)
ENDINGS = "ियाँ|ियों|ाओं|ाएँ|ें|ों|ो|े|ा|ी|"
LETTER = "[\u0900-\u097f]"


def anchor(term: Term) -> str:
    """The term's place on the page."""
    return re.sub(r"[^a-z0-9]+", "-", term.name["en"].lower()).strip("-")


def page() -> str:
    """The page as it should be."""
    rows = (_row(term) for term in sorted(glossary(), key=lambda t: t.name["en"].casefold()))
    return TOP + "\n".join(rows) + "\n"


def _row(term: Term) -> str:
    names = ["00-start-here", *course.IDS]
    lesson = next(name for name in names if name.startswith(term.lesson))
    cells = [
        f'<a id="{anchor(term)}"></a>**{term.name["en"]}**',
        term.name["hi"],
        f"*{escape(term.symbol)}*" if term.symbol else "",
        escape(term.unit),
        f"[{term.lesson}](../lessons/{lesson}.ipynb)",
        f"{escape(term.text['en'])}<br>{escape(term.text['hi'])}",
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def linked(text: str) -> list[tuple[str, str]]:
    """(anchor, linked words) of every link to the glossary in a Markdown text."""
    pattern = r"\[([^\]]+)\]\((?:\.\./)?\.\./docs/glossary\.md#([^)]+)\)"
    return [(place, words) for words, place in re.findall(pattern, text)]


def uses(term: Term, language: str, text: str) -> Iterator[re.Match]:
    """Where the text names the term in running words, so that a link can stand there."""
    closed = [match.span() for match in CLOSED.finditer(text)]
    for match in _pattern(term.name[language]).finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in closed):
            yield match


def _pattern(word: str) -> re.Pattern:
    if re.search(LETTER, word):
        stem = word[:-1] if word[-1] in "ाी" else word
        return re.compile(rf"(?<!{LETTER}){re.escape(stem)}(?:{ENDINGS})(?!{LETTER})")
    plural = rf"{re.escape(word[:-1])}(?:y|ies)" if word.endswith("y") else re.escape(word)
    whole = rf"(?<![\w/-]){plural}(?:s|es)?(?![\w/-])"
    return re.compile(whole, re.IGNORECASE if word.islower() else 0)


def _cells() -> Iterator[tuple[str, str, str]]:
    """(lesson, English, Hindi) of each translated Markdown cell, in the order of the course."""
    said = {m.id: m.string for m in translate._load(ROOT) if m.id and translate.finished(m)}
    for path in translate.lessons(ROOT):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and cell.source in said and cell.id != "cards":
                yield path.stem, cell.source, said[cell.source]


def with_links() -> tuple[dict[tuple[str, str], tuple[str, str]], list[str]]:
    """(lesson, English cell) -> both languages with every link that was missing; terms that have no such cell."""
    cells = {(lesson, english): (english, hindi) for lesson, english, hindi in _cells()}
    here = {place for both in cells.values() for place, _words in linked(both[0])}
    nowhere = []
    # Longer terms first: "language model" is not a use of "model".
    for term in sorted(glossary(), key=lambda t: -len(t.name["en"].split())):
        if anchor(term) in here:
            continue
        for key, texts in cells.items():
            found = [
                next(uses(term, spoken, text), None)
                for spoken, text in zip(("en", "hi"), texts, strict=True)
            ]
            if 0 <= int(key[0][:2]) - int(term.lesson) <= LATER and all(found):
                pairs = zip(texts, found, strict=True)
                cells[key] = tuple(_link(text, match, anchor(term)) for text, match in pairs)
                break
        else:
            nowhere.append(term.name["en"])
    return cells, nowhere


def _link(text: str, match: re.Match, place: str) -> str:
    return f"{text[: match.start()]}[{match[0]}]({FROM_LESSONS}{place}){text[match.end() :]}"


def write() -> list[str]:
    """Write the page and the links. Gives the terms that have no cell for one."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    cells, nowhere = with_links()
    changed = {key: texts for key, texts in cells.items() if key[1] != texts[0]}
    if changed:
        _keep(changed)
    return nowhere


def _keep(changed: dict[tuple[str, str], tuple[str, str]]) -> None:
    """Put changed cells into the lessons and, with their translations, into locale/hi.po."""
    catalog = translate._load(ROOT)
    for path in translate.lessons(ROOT):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if (path.stem, cell.source) in changed:
                flags = catalog[cell.source].flags
                cell.source, hindi = changed[path.stem, cell.source]
                catalog.add(cell.source, hindi, flags=flags)
        path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", "utf-8", newline="\n")
    translate.po_file(ROOT).write_bytes(translate._po_bytes(catalog))
    translate.extract(ROOT)
    catalog = translate._load(ROOT)
    for _lesson, english in changed:  # the same words without links are needed no more
        catalog.obsolete.pop(english, None)
    translate.po_file(ROOT).write_bytes(translate._po_bytes(catalog))
    translate.extract(ROOT)  # once more, for the places that messages come from


if __name__ == "__main__":
    for name in write():
        print(f"no link, for no cell of its lesson names it in both languages: {name}")
