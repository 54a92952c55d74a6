"""The language of the command line: --lang, else ANUMAN_LANG, else the one that the computer is set to."""

import gettext
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .language import (
    DOMAIN,
    LANGUAGES,
    LOCALE,
    N_,
    UnknownLanguage,
    language,
    of_system,
    speaking,
)

# What argparse itself says; it asks gettext for these very words.
ARGPARSE = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)


def take_language(arguments: list[str]) -> tuple[str, list[str]]:
    """The language that --lang asks for ("" without it), and the other arguments.

    Raises UnknownLanguage when the course does not have it.
    """
    asked, others = "", []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            others += [word, *words]
        elif name == "--lang":
            asked = value if equals else next(words, "")
            if asked not in LANGUAGES:
                known = " and ".join(LANGUAGES)
                raise UnknownLanguage(f"--lang is {asked!r}; the course speaks {known}.")
        else:
            others.append(word)
    return asked, others


def to_speak(asked: str) -> str:
    """The language that was asked for, else the folder's or ANUMAN_LANG's, else the computer's.

    Raises UnknownLanguage when ANUMAN_LANG names one that the course does not have.
    """
    here = language()
    return asked or (here if here != "en" or os.environ.get("ANUMAN_LANG") else of_system())


@contextmanager
def spoken(wanted: str) -> Iterator[None]:
    """Within this context the process, argparse and every process that it starts speak this language."""
    before = {name: os.environ.get(name) for name in ("ANUMAN_LANG", "LANGUAGE")}
    os.environ |= dict.fromkeys(before, wanted)
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    domain = gettext.textdomain()
    gettext.textdomain(DOMAIN)
    for stream in (sys.stdout, sys.stderr):
        if wanted != "en" and hasattr(stream, "reconfigure"):  # a pipe on Windows knows Latin only
            stream.reconfigure(encoding="utf-8")
    try:
        with speaking(wanted):
            yield
    finally:
        gettext.textdomain(domain)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
