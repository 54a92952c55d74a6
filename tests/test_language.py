"""Language, translated strings, and numbers written for people."""

import math
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anuman import paths
from anuman.language import (
    PREFIXES,
    UnknownLanguage,
    _,
    both,
    language,
    number,
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
def course(tmp_path, monkeypatch):
    """A course whose hi.po holds one finished, one fuzzy and one empty message."""
    for name in paths.MARKS:
        (tmp_path / name).mkdir()
    (tmp_path / "locale" / "hi.po").write_text(PO, encoding="utf-8")
    monkeypatch.setenv("ANUMAN_COURSE", str(tmp_path))
    return tmp_path


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


def test_only_finished_translations_are_shown(course):
    with speaking("hi"):
        assert [_(m) for m in ("yes", "no", "to", "other")] == ["हाँ", "no", "to", "other"]
    with speaking("en"):
        assert _("yes") == "yes"
    assert both("yes") == ("yes", "हाँ")
    assert both("no") == ("no", None)


def test_a_changed_translation_is_read_again(course):
    path = course / "locale" / "hi.po"
    with speaking("hi"):
        assert _("yes") == "हाँ"
        path.write_text(PO.replace("हाँ", "जी"), encoding="utf-8")
        os.utime(path, ns=(1, 1))
        assert _("yes") == "जी"


def test_without_a_course_the_library_speaks_english(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_COURSE", str(tmp_path / "none"))
    with speaking("hi"):
        assert _("yes") == "yes"


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
