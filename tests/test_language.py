"""Language, translated strings, and numbers written for people."""

import math
import os
from io import BytesIO

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from anuman import language as language_module
from anuman.language import (
    PREFIXES,
    UnknownLanguage,
    _,
    both,
    language,
    number,
    of_system,
    scientific,
    si,
    speaking,
)

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "yes"
msgstr "हाँ"

#, fuzzy
msgid "no"
msgstr "शायद"

msgid "to"
msgstr ""
"""


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """A compiled catalogue of one finished message; the fuzzy and the empty one are not in it."""
    file = tmp_path / "hi" / "LC_MESSAGES" / "anuman.mo"
    file.parent.mkdir(parents=True)
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(PO.encode()), locale="hi"))
    file.write_bytes(compiled.getvalue())
    monkeypatch.setattr(language_module, "LOCALE", tmp_path)
    language_module._translations.cache_clear()
    yield file
    language_module._translations.cache_clear()


def test_language_follows_folder_and_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("ANUMAN_LANG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert language() == "en"
    monkeypatch.setenv("ANUMAN_LANG", "hi")
    assert language() == "hi"
    monkeypatch.setenv("ANUMAN_LANG", "en")
    (tmp_path / "hi").mkdir()
    monkeypatch.chdir(tmp_path / "hi")
    assert language() == "hi"


def test_the_folder_of_a_lesson_is_stronger_than_the_environment(tmp_path, monkeypatch):
    (tmp_path / "lessons" / "hi").mkdir(parents=True)
    monkeypatch.setenv("ANUMAN_LANG", "hi")
    monkeypatch.chdir(tmp_path / "lessons")
    assert language() == "en"
    monkeypatch.setenv("ANUMAN_LANG", "en")
    monkeypatch.chdir(tmp_path / "lessons" / "hi")
    assert language() == "hi"


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"LANG": "hi_IN.UTF-8"}, "hi"),
        ({"LANG": "hi_IN", "LC_MESSAGES": "en_IN"}, "en"),
        ({"LANG": "en_GB", "LC_ALL": "hi_IN"}, "hi"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_language_of_the_system_is_that_of_its_messages(settings, wanted, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert of_system() == wanted


def test_unknown_language_names_the_known_ones(monkeypatch):
    monkeypatch.setenv("ANUMAN_LANG", "fr")
    with pytest.raises(UnknownLanguage, match=r"'fr'.*en and hi"):
        language()


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove a folder in use")
def test_a_removed_working_folder_is_no_language(tmp_path, monkeypatch):
    monkeypatch.delenv("ANUMAN_LANG", raising=False)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert language() == "en"
    monkeypatch.chdir(tmp_path)


def test_only_finished_translations_are_shown(catalogue):
    with speaking("hi"):
        assert [_(m) for m in ("yes", "no", "to", "other")] == ["हाँ", "no", "to", "other"]
    with speaking("en"):
        assert _("yes") == "yes"
    assert both("yes") == ("yes", "हाँ")
    assert both("no") == ("no", None)


def test_without_a_catalogue_the_library_speaks_english(catalogue):
    catalogue.unlink()
    with speaking("hi"):
        assert _("yes") == "yes"
    assert both("yes") == ("yes", None)


def test_the_library_speaks_hindi_wherever_it_is_started(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_COURSE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    with speaking("hi"):
        assert _("unknown") == "अज्ञात"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3.35e12, "byte/s", "3.35 TB/s"),
        (16.06e9, "byte", "16.1 GB"),
        (295.22, "FLOP/byte", "295 FLOP/byte"),
        (4.794e-3, "s", "4.79 ms"),
        (999.6e9, "B", "1 TB"),
        (80e9, "B", "80 GB"),
        (989e12, "FLOP/s", "989 TFLOP/s"),
        (9500.0, "s", "9,500 s"),
        (2e-15, "s", "0.002 ps"),
        (0.5625, "B", "0.562 B"),
        (0.0, "s", "0 s"),
        (-5e-3, "s", "−5 ms"),
        (8.03e9, "", "8.03 G"),
        (None, "s", "unknown"),
        (math.inf, "s", "∞"),
    ],
)
def test_si(value, unit, text):
    assert si(value, unit) == text


def test_si_like_another_value():
    assert si(1.62e-5, "s", like=4.79e-3) == "0.0162 ms"
    assert si(0.0, "s", like=4.79e-3) == "0 ms"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0023456, "0.00235"),
        (12345.0, "12,300"),
        (4097, "4,097"),
        (1_234_567.0, "1,230,000"),
        (1e9, "1×10⁹"),
        (1e-5, "1×10⁻⁵"),
        (-3.0, "−3"),
        (99.96, "100"),
        (math.nan, "unknown"),
        (-math.inf, "−∞"),
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_numbers_are_grouped_as_the_language_does():
    with speaking("hi"):
        assert number(1234567) == "12,34,567"
        assert number(123) == "123"
        assert number(12345.0) == "12,300"


def test_scientific():
    assert scientific(8.03e9) == "8.03×10⁹"
    assert scientific(8e13) == "8×10¹³"


@given(st.floats(min_value=1e-12, max_value=1e20))
def test_si_keeps_three_digits(value):
    text, unit = si(value, "s").split(" ")
    assert "e" not in text
    powers = {f"{prefix}s": power for power, prefix in PREFIXES.items()}
    digits = text.replace(",", "")
    if "×10" in digits:
        mantissa, exponent = digits.split("×10")
        digits = f"{mantissa}e{exponent.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}"
    assert math.isclose(float(digits) * 10 ** powers[unit], value, rel_tol=0.0051)
