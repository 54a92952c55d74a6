"""One Hindi word for each term: the glossary is whole, and the translations keep to it."""

import re
from pathlib import Path

import glossary_page
import nbformat
import pytest

from anuman import translate
from anuman.catalog import CatalogError, UnknownName, glossary, term

ROOT = Path(__file__).parents[2]
LESSONS = {f"{number:02}" for number in range(12)}
ENDINGS = "|".join(["ों", "ो", "े", "ा", "ी", "ियों", "ियाँ", "ें", ""])


def named(term: str, english: str) -> bool:
    return bool(
        re.search(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", english, re.IGNORECASE)
    )


def says(word: str, hindi: str) -> bool:
    """Whether a Hindi word stands there, in any of its cases, and not as a part of another one."""
    letters = "[\u0900-\u097f]"
    return bool(re.search(rf"(?<!{letters}){re.escape(word)}(?:{ENDINGS})(?!{letters})", hindi))


def test_every_lesson_of_the_entries_exists_and_every_sentence_is_one():
    for entry in glossary():
        assert entry.lesson in LESSONS, entry.name
        assert entry.text["en"].endswith("."), entry.name
        assert entry.text["hi"].endswith("।"), entry.name
        assert entry.text["hi"].count("।") == 1, entry.name


def test_what_is_to_be_avoided_is_not_the_word_itself_nor_any_other_entrys():
    words = {entry.name["hi"]: entry.name["en"] for entry in glossary()}
    for entry in glossary():
        assert entry.name["hi"] not in entry.avoid
        for word in entry.avoid:
            assert not says(word, entry.text["hi"]), f"{entry.name}: {word}"
            assert words.get(word) in (None, "80 % interval"), f"{word} is {words.get(word)}"


def test_translations_say_each_term_by_its_one_word():
    found = []
    for message in translate._load(ROOT):
        if message.id and translate.finished(message):
            for entry in glossary():
                if named(entry.name["en"], message.id):
                    found += [
                        f"{word} for {entry.name['en']} (say {entry.name['hi']}): {message.string[:60]}"
                        for word in entry.avoid
                        if says(word, message.string)
                    ]
    assert found == []


def test_a_term_is_found_by_its_english_name():
    assert term("KV cache").name["hi"] == "KV कैश"
    assert term("bandwidth").symbol == "W"
    with pytest.raises(UnknownName, match="bandwidth"):
        term("bandwith")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ([{"term": "x", "hi": "क", "lesson": "01", "en": "X."}], "missing: hi_text"),
        (
            [{"term": "x", "hi": "क", "lesson": "01", "en": "X.", "hi_text": "क।", "shape": "y"}],
            "unknown: shape",
        ),
        (
            [
                {"term": name, "hi": "क", "lesson": "01", "en": "X.", "hi_text": "क।"}
                for name in ("x", "y")
            ],
            "more than one entry says क",
        ),
    ],
)
def test_an_entry_that_is_not_whole_or_stands_twice_is_refused(terms, said, monkeypatch):
    monkeypatch.setattr("anuman.catalog.terms.table", lambda name: {"term": terms})
    glossary.cache_clear()
    with pytest.raises(CatalogError, match=said):
        glossary()
    monkeypatch.undo()
    glossary.cache_clear()


RENEW = "python tests/helpers/glossary_page.py, then anuman translate build"


def test_the_page_of_the_glossary_is_fresh():
    assert glossary_page.PAGE.read_text(encoding="utf-8") == glossary_page.page(), RENEW


def test_every_term_is_linked_to_the_page_where_a_lesson_first_names_it():
    cells, _nowhere = glossary_page.with_links()
    assert [key for key, texts in cells.items() if key[1] != texts[0]] == [], RENEW
    anchors = {glossary_page.anchor(term) for term in glossary()}
    for folder, up in (("lessons", "../"), ("lessons/hi", "../../")):
        linked = []
        for path in sorted((ROOT / folder).glob("*.ipynb")):
            for cell in nbformat.read(path, as_version=4).cells:
                linked += [place for place, _words in glossary_page.linked(cell.source)]
                assert cell.source.count("docs/glossary.md") == cell.source.count(
                    f"]({up}docs/glossary.md#"
                )
        assert len(linked) == len(set(linked)) > len(anchors) / 2
        assert set(linked) <= anchors


def test_a_term_is_linked_in_running_words_only():
    batch = term("batch")
    text = "# Batch\n\n> a batch\n\n`batch` $batch$ [batch](x) **Two *batches*.** A batch-like <b>batch</b>"
    assert [match[0] for match in glossary_page.uses(batch, "en", text)] == ["batches", "batch"]
    assert [m[0] for m in glossary_page.uses(batch, "hi", "बैचिंग के बैचों में बैच")] == ["बैचों", "बैच"]
