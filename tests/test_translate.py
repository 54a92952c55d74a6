"""Translations stay in step with the English, and never change what a number, a link or a formula says."""

import re
import string
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from babel.messages.pofile import read_po

from anuman import translate
from anuman.catalog import glossary

ROOT = Path(__file__).parents[1]
CODE = "from anuman.widgets import _\n_('yes')\nf\"{_('inside')}\""


def notebook(*cells):
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell(text, id=name)
        if name.startswith("code")
        else nbformat.v4.new_markdown_cell(text, id=name)
        for name, text in cells
    ]
    return nbformat.writes(made) + "\n"


@pytest.fixture
def course(tmp_path):
    for folder in ("lessons/pictures", "locale", "exercises", "src/anuman"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "lessons" / "01-a.ipynb").write_text(
        notebook(
            ("hello", "# Hello\n\nSee ![p](pictures/a.en.svg) and [next](02-b.ipynb#x)."),
            ("code1", CODE),
            ("bye", "Goodbye, [exercise](../exercises/a.ipynb) <img src='pictures/b.svg'>"),
        ),
        encoding="utf-8",
    )
    (tmp_path / "lessons" / "02-b.ipynb").write_text(notebook(("only", "Second")), encoding="utf-8")
    (tmp_path / "lessons" / "pictures" / "a.hi.svg").write_text("<svg/>")
    (tmp_path / "src" / "anuman" / "x.py").write_text(
        'from y import N_, _\nWORDS = N_("later")\nprint(_("two "\n  "parts"), _(WORDS))\n'
    )
    return tmp_path


def catalog(root):
    with translate.po_file(root).open("rb") as file:
        return read_po(file, locale="hi")


def say(root, **translations):
    """Translate messages by hand: first words -> Hindi."""
    made = catalog(root)
    for start, text in translations.items():
        message = next(m for m in made if m.id and m.id.lstrip("# ").startswith(start))
        message.string, message.flags = text, message.flags - {"fuzzy"}
        message.user_comments = ["checked"]
    translate.po_file(root).write_bytes(translate._po_bytes(made))


def test_extract_finds_cells_and_strings_with_their_places(course):
    assert translate.extract(course) == (7, 7)
    places = {m.id.split("\n")[0]: m.locations for m in catalog(course) if m.id}
    assert set(places) >= {"# Hello", "yes", "inside", "later", "two parts", "Second"}
    text = translate.po_file(course).read_text(encoding="utf-8")
    assert "#: lessons/01-a.ipynb:hello\n" in text
    assert "#: src/anuman/x.py\n" in text


def test_extract_changes_no_byte_when_nothing_changed(course):
    translate.extract(course)
    say(course, Hello="नमस्ते", Second="दूसरा")
    translate.extract(course)
    before = translate.po_file(course).read_bytes()
    translate.extract(course)
    assert translate.po_file(course).read_bytes() == before
    assert b"Generated-By" not in before
    assert b"Date" not in before


def test_a_changed_message_becomes_fuzzy_and_english_again(course):
    translate.extract(course)
    say(course, Second="दूसरा", Goodbye="अलविदा")
    path = course / "lessons" / "02-b.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("Second", "Second one"), "utf-8")
    translate.extract(course)
    message = catalog(course)["Second one"]
    assert message.fuzzy
    assert message.string == "दूसरा"
    translate.build(course)
    built = nbformat.read(course / "lessons" / "hi" / "02-b.ipynb", as_version=4)
    assert built.cells[0].source == "Second one"


def test_translations_and_comments_are_kept_also_when_obsolete(course):
    translate.extract(course)
    say(course, Second="दूसरा", Hello="नमस्ते")
    for name in ("lessons/02-b.ipynb", "src/anuman/x.py"):
        (course / name).unlink()
    translate.extract(course)
    made = catalog(course)
    assert set(made.obsolete) == {"Second"}  # what was never translated goes
    assert made.obsolete["Second"].string == "दूसरा"
    hello = next(m for m in made if m.id and m.id.startswith("# Hello"))
    assert hello.user_comments == ["checked"]
    before = translate.po_file(course).read_bytes()
    translate.extract(course)
    assert translate.po_file(course).read_bytes() == before


def test_build_translates_markdown_and_leaves_code_alone(course):
    translate.extract(course)
    say(course, Hello="नमस्ते ![p](pictures/a.en.svg) [आगे](02-b.ipynb#x)", Second="दूसरा")
    assert translate.build(course) == 1
    source = nbformat.read(course / "lessons" / "01-a.ipynb", as_version=4)
    built = nbformat.read(course / "lessons" / "hi" / "01-a.ipynb", as_version=4)
    assert [c.id for c in built.cells] == [c.id for c in source.cells]
    assert built.cells[1] == source.cells[1]
    assert built.metadata == source.metadata
    assert built.cells[0].source == "नमस्ते ![p](../pictures/a.hi.svg) [आगे](02-b.ipynb#x)"
    assert "](../../exercises/a.ipynb)" in built.cells[2].source
    assert "src='../pictures/b.svg'" in built.cells[2].source


def test_built_files_are_as_notebooks_are_kept(course):
    translate.extract(course)
    say(course, Second="दूसरा")
    path = course / "lessons" / "01-a.ipynb"
    made = nbformat.read(path, as_version=4)
    made.cells[1].outputs = [nbformat.v4.new_output("stream", text="old")]
    made.cells[1].execution_count = 3
    nbformat.write(made, path)
    translate.build(course)
    text = (course / "lessons" / "hi" / "02-b.ipynb").read_bytes().decode()
    assert "दूसरा" in text
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
    assert '\n "cells"' in text
    other = (course / "lessons" / "hi" / "01-a.ipynb").read_text(encoding="utf-8")
    assert "old" not in other
    assert '"execution_count": 3' not in other


def test_check_names_what_differs(course):
    translate.extract(course)
    built = ["lessons/hi/01-a.ipynb", "lessons/hi/02-b.ipynb", "locale/hi/LC_MESSAGES/anuman.mo"]
    assert translate.check(course) == built
    translate.build(course)
    assert translate.check(course) == []
    hindi = course / "lessons" / "hi"
    (hindi / "02-b.ipynb").write_text((hindi / "02-b.ipynb").read_text() + " ")
    (hindi / "03-old.ipynb").write_text("{}")
    assert translate.check(course) == ["lessons/hi/02-b.ipynb", "lessons/hi/03-old.ipynb"]
    translate.build(course)
    assert translate.check(course) == []


def test_the_compiled_catalogue_holds_what_code_can_say_and_is_the_same_each_time(course):
    translate.extract(course)
    say(course, yes="हाँ", inside="भीतर", later="बाद में", Second="दूसरा")
    made = catalog(course)
    made["inside"].flags.add("fuzzy")
    translate.po_file(course).write_bytes(translate._po_bytes(made))
    data = translate.compiled(course)
    held = GNUTranslations(BytesIO(data))
    said = [held.gettext(m) for m in ("yes", "later", "inside", "Second")]
    assert said == ["हाँ", "बाद में", "inside", "Second"]
    assert translate.compiled(course) == data
    assert b"Generated-By" not in data
    assert b"Date" not in data


def test_strict_build_writes_nothing_while_something_is_stale(course):
    translate.extract(course)
    assert translate.build(course, strict=True) == 3
    assert not (course / "lessons" / "hi").exists()


def test_exit_codes(course, monkeypatch, capsys):
    monkeypatch.setenv("ANUMAN_COURSE", str(course))
    (course / "seeds").mkdir()
    assert translate.run("extract") == 0
    assert translate.run("extract", strict=True) == 1
    assert translate.run("build", strict=True) == 1
    assert translate.run("build") == 0
    assert "3 cells are left in English" in capsys.readouterr().out
    assert translate.run("check") == 0
    (course / "lessons" / "hi" / "01-a.ipynb").unlink()
    assert translate.run("check") == 1
    with pytest.raises(ValueError, match="'tidy'"):
        translate.run("tidy")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("01-a.ipynb", "not json", "not a notebook"), ("03-c.ipynb", None, "not plain Python")],
)
def test_bad_lessons_are_named(course, name, content, said):
    path = course / "lessons" / name
    path.write_text(content or notebook(("code1", "%%bash\nls |")), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{name}.*{said}"):
        translate.extract(course)


# The real translation


def real(only_finished=True):
    every = [m for m in catalog(ROOT) if m.id]
    return [m for m in every if translate.finished(m) or not only_finished]


def numbers(text):
    """Numbers of a text, whatever digits and grouping they are written with."""
    plain = "".join(
        str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text
    )
    found = re.findall(r"(?<![\w{])\d[\d,]*(?:\.\d+)?", plain)
    return Counter(n.replace(",", "").rstrip(".") for n in found)


def maths(text):
    return Counter(re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", text, flags=re.DOTALL))


def links(text):
    """The targets; pictures and the front page of either language count as the same one."""
    text = re.sub(r"\.(?:en|hi)(?=\.svg)", "", text)
    text = re.sub(r'(?<=")(?:hi|\.\./lessons)(?=/00-start-here\.ipynb")', "other", text)
    return Counter(re.findall(r'\]\(([^)\s]+)|(?:src|href)="([^"]+)"', text))


def code(text):
    return Counter(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))


def fields(text):
    return Counter(name for _text, name, _spec, _conv in string.Formatter().parse(text) if name)


def tags(text):
    return Counter(re.findall(r"</?[a-z]+[^>]*>", text))


def headings(text):
    return re.findall(r"^#+ (?:\d+\.)?", text, flags=re.MULTILINE)


def of_code(message):
    return any(place.startswith(("src/", "start.py")) for place, _line in message.locations)


def short(message):
    return message.id[:50].replace("\n", " ")


def disagreements(parts, messages):
    """What one language holds and the other does not, of all finished messages at once."""
    return [
        f"{short(message)}: {part.__name__}: {part(message.id)} != {part(message.string)}"
        for message in messages
        for part in parts
        if part(message.id) != part(message.string)
    ]


def test_both_languages_hold_the_same_numbers_links_maths_and_code():
    assert disagreements((numbers, maths, links, code, headings), real()) == []


def test_both_languages_hold_the_same_placeholders_and_tags():
    assert disagreements((fields, tags), [m for m in real() if of_code(m)]) == []


def test_groq_and_grok_are_written_in_latin_letters():
    assert disagreements((lambda text: [name in text for name in ("Groq", "Grok")],), real()) == []


def test_a_translation_has_devanagari_letters_or_a_term_that_stays_latin():
    latin = [entry.name["hi"] for entry in glossary() if entry.name["hi"].isascii()]
    assert not [
        short(m)
        for m in real()
        if m.string != m.id
        and not re.search("[\u0900-\u097f]", m.string)
        and not any(name in m.string for name in latin)
    ]


def test_hindi_groups_its_digits_as_india_does():
    western = r"(?<![\d,.])\d{1,3}(?:,\d{3}){2,}(?![\d,])|(?<![\d,.])\d{3},\d{3}(?![\d,])"
    assert not [
        (short(m), re.findall(western, re.sub(r"`[^`]*`|\$[^$]*\$", "", m.string)))
        for m in real()
        if re.search(western, re.sub(r"`[^`]*`|\$[^$]*\$", "", m.string))
    ]


def test_extraction_is_up_to_date(tmp_path):
    """locale/hi.po holds exactly the messages of the lessons and the library."""
    held = {m.id for m in real(only_finished=False)}
    assert held == {message for message, _place in translate.messages(ROOT)}


def test_hindi_lessons_and_the_compiled_catalogue_are_built():
    assert translate.check(ROOT) == []


def test_a_wheel_of_the_library_carries_the_compiled_catalogue(tmp_path):
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        carried = wheel.read("anuman_locale/hi/LC_MESSAGES/anuman.mo")
    assert carried == translate.mo_file(ROOT).read_bytes()


def test_every_string_of_the_library_and_of_start_py_is_translated():
    every = [m for m in real(only_finished=False) if of_code(m)]
    assert every
    assert not [m.id for m in every if not translate.finished(m)]
