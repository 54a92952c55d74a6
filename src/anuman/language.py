"""The learner's language, translated strings, and numbers written for people."""

from __future__ import annotations

import gettext
import locale
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

LANGUAGES = ("en", "hi")
DOMAIN = "anuman"
# The compiled catalogue: beside an installed package, else in the checkout's locale/.
_PACKAGED = Path(__file__).parents[1] / "anuman_locale"
LOCALE = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "locale"
PREFIXES = dict(
    zip(range(-12, 19, 3), ["p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"], strict=True)
)
# Units whose name does not take a prefix (nobody writes "kFLOP/byte"), and those
# that have no use for parts of one (there is no millibyte).
UNPREFIXED = {"FLOP/byte", "tokens/s", "tokens", "%", "USD"}
WHOLE = {"", "B", "B/s", "FLOP", "FLOP/s", "W", "params"}
SHORT = {"byte": "B", "bytes": "B", "byte/s": "B/s", "bytes/s": "B/s", "second": "s"}
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


_chosen: ContextVar[str] = ContextVar("chosen", default="")


class UnknownLanguage(ValueError):
    """ANUMAN_LANG names a language that the course does not have."""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this context everything is said in the given language, wherever the notebook lies."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def language() -> str:
    """The language of the course that is spoken now: "en" or "hi".

    A lesson's folder decides (lessons/hi, lessons), then ANUMAN_LANG, else it is English.
    """
    if chosen := _chosen.get():
        return chosen
    wanted = os.environ.get("ANUMAN_LANG") or "en"
    if wanted not in LANGUAGES:
        raise UnknownLanguage(
            f"ANUMAN_LANG is {wanted!r}; the course speaks {' and '.join(LANGUAGES)}. "
            "Set ANUMAN_LANG to one of them, or unset it."
        )
    try:
        folder = Path.cwd()
    except FileNotFoundError:  # the working folder was removed while the kernel ran
        return wanted
    if folder.name == "lessons" and (folder / "hi").is_dir():
        return "en"
    return "hi" if folder.name == "hi" else wanted


def of_system() -> str:
    """The course's language that suits this computer's settings: "hi" on one set to Hindi, else "en"."""
    settings = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((value for value in settings if value), None) or locale.getlocale()[0] or ""
    return "hi" if first.lower().startswith(("hi_", "hindi")) or first.lower() == "hi" else "en"


class _Missing(gettext.NullTranslations):
    """What the catalogue does not hold has no translation."""

    def gettext(self, message: str) -> str | None:
        return None


@cache
def _translations() -> gettext.NullTranslations:
    """The finished translations. Without the compiled catalogue everything stays English."""
    found = gettext.translation(DOMAIN, LOCALE, ["hi"], fallback=True)
    if type(found) is gettext.NullTranslations:
        return _Missing()
    found.add_fallback(_Missing())
    return found


def _hindi(message: str) -> str | None:
    return _translations().gettext(message) if message else None  # "" is the catalogue's header


def _(message: str) -> str:
    """Return the message in the learner's language; English where no finished translation exists."""
    return message if language() == "en" else _hindi(message) or message


def N_(message: str) -> str:
    """Mark a message that is translated later, where it is shown: `_(message)`."""
    return message


def both(message: str) -> tuple[str, str | None]:
    """Return the message in English and in Hindi (None where no finished translation exists)."""
    return message, _hindi(message)


def ended(sentence: str) -> str:
    """The sentence with the full stop of the learner's language, unless it has an end of its own."""
    return (
        sentence
        if sentence.endswith((".", "।", "?", "!"))
        else sentence + ("." if language() == "en" else "।")
    )


DIVIDER = "— हिंदी —"  # between what is said in English and the same in Hindi


def in_both(english: list[str], hindi: list[str]) -> str:
    """Lines in English and, behind the divider, in Hindi: how a graded notebook keeps what was said."""
    return "\n".join([*english, DIVIDER, *hindi] if hindi else english)


def in_one(text: str, language: str) -> tuple[str, str]:
    """(what is said in this language, the same in the other one) of a text made by in_both.

    The second is empty where the text has one language only.
    """
    english, _divider, hindi = (
        part.strip("\n") for part in f"\n{text}\n".partition(f"\n{DIVIDER}\n")
    )
    return (hindi, english) if language == "hi" and hindi else (english, hindi)


def add_language_option(parser: ArgumentParser) -> None:
    """Show --lang in the help of a command; `command_line` has read it before the parser does."""
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        help=_("the language to speak; else that of ANUMAN_LANG, else the computer's"),
    )


def _grouped(digits: str) -> str:
    """Group an integer's digits: 1,234,567 in English, 12,34,567 in Hindi."""
    if language() == "en" or len(digits) <= 3:
        return f"{int(digits):,}"
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail])


def number(x: float | None, digits: int = 3) -> str:
    """Write x for people: a count in full, anything else to `digits` significant digits."""
    if x is None or math.isnan(x):
        return _("unknown")
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    sign = "−" if x < 0 else ""
    if isinstance(x, int) and abs(x) < 10**15:
        return sign + _grouped(str(abs(x)))
    if x == 0:
        return "0"
    exponent = int(f"{abs(x):.{digits - 1}e}".split("e")[1])
    if not -4 <= exponent < 9:
        return scientific(x, digits)
    text = f"{round(abs(x), digits - 1 - exponent):.{max(0, digits - 1 - exponent)}f}"
    whole, _dot, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return sign + _grouped(whole) + (f".{fraction}" if fraction else "")


def scientific(x: float, digits: int = 3) -> str:
    """Write x as a mantissa times a power of ten: 8.03×10⁹."""
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    mantissa = mantissa.replace("-", "−")
    return f"{mantissa}×10{str(int(exponent)).translate(SUPERSCRIPT)}"


def si(x: float | None, unit: str, like: float | None = None) -> str:
    """Write x (in SI base units) with the prefix that suits it: si(3.35e12, "byte/s") is 3.35 TB/s.

    like: take the prefix that suits this value instead, so that two values can be compared.
    """
    unit = SHORT.get(unit, unit)
    if x is None or not math.isfinite(x):
        return number(x)
    size = abs(like or x)
    if size == 0 or unit in UNPREFIXED:
        return f"{number(float(x))} {unit}".rstrip()
    power = 3 * (int(f"{size:.2e}".split("e")[1]) // 3)
    power = max(power, 0 if unit in WHOLE else -12)
    power = min(power, 0 if unit == "s" else 18)  # nobody says kiloseconds
    return f"{number(x / 10**power)} {PREFIXES[power]}{unit}".rstrip()
