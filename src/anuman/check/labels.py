"""Fields that hold a word: one of a few, in any sensible spelling, or True and False."""

import unicodedata
from typing import Any

import numpy as np

from .result import RETURNS_NONE, Field, Unreadable, bare, is_a, kind
from .words import N_, Message


def label(name: str, *choices: str | tuple[str, ...]) -> Field:
    """A field that holds one of these words: a choice is its name, with other spellings behind it.

    Case, spaces, hyphens and what stands around the word do not matter: "Memory-bound" is "memory".
    """
    spellings = {
        _plain(spelling): choice[0] if isinstance(choice, tuple) else choice
        for choice in choices
        for spelling in (choice if isinstance(choice, tuple) else (choice,))
    }
    names = list(dict.fromkeys(spellings.values()))

    def read(value: Any) -> str:
        value = bare(value)
        if is_a(value, str):
            word = _spelled(_plain(str.__str__(value)), spellings)
            if word:
                return word
        fields = {"field": name, "choices": " / ".join(f'"{choice}"' for choice in names)}
        raise Unreadable(Message(N_("{field} must be one of {choices}."), fields))

    return Field(name, read, lambda one, other: one == other, is_label=True)


def _plain(text: str) -> str:
    """Lower-case words with single spaces between them; + is kept, for "heads+unit"."""
    text = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(c if _in_word(c) else " " for c in text).split()).replace(" + ", "+")


def _in_word(character: str) -> bool:
    """Letters, their signs (Devanagari's vowels), digits and +."""
    return character == "+" or unicodedata.category(character)[0] in "LMN"


def _spelled(text: str, spellings: dict[str, str]) -> str | None:
    """The choice that is spelled in the text: as the whole of it, or as the only one within it."""
    if text in spellings:
        return spellings[text]
    within = [one for one in spellings if f" {one} " in f" {text} "]
    # "does not fit" holds "fit": what is part of a longer spelling found here does not count.
    outer = [one for one in within if not any(one != o and f" {one} " in f" {o} " for o in within)]
    spelled = {spellings[one] for one in outer}
    return spelled.pop() if len(spelled) == 1 else None


def yes_no(name: str) -> Field:
    """A field that holds True or False, read as these words."""

    def read(value: Any) -> str:
        plain = np.asarray(value).reshape(()).item() if _single_bool(value) else value
        if plain is True or plain is False:
            return str(plain)
        if value is None:
            raise Unreadable(RETURNS_NONE)
        if is_a(value, str):
            quoted = N_("{field} is a text; return True or False, without quotes.")
            raise Unreadable(Message(quoted, {"field": name}))
        fields = {"field": name, "kind": kind(value)}
        raise Unreadable(
            Message(N_("{field} must be True or False; the function returned {kind}."), fields)
        )

    return Field(name, read, lambda one, other: one == other)


def _single_bool(value: Any) -> bool:
    """Whether value is NumPy's True or False, or an array of one of them."""
    if is_a(value, np.bool_):
        return True
    return type(value) is np.ndarray and value.dtype == np.bool_ and value.size == 1
