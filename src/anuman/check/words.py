"""What the checker says: one English sentence with named gaps, and its Hindi translation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anuman.language import N_, both, in_both, language, number, speaking

__all__ = ["N_", "Message", "in_both_languages", "to_the_reader"]


@dataclass(frozen=True)
class Message:
    """A sentence (also the key of its translation) and the values for its gaps.

    A value may be a Message itself, or a number: both are spoken in the language of the sentence,
    whole numbers in full.
    """

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence in this language; in English where there is no translation."""
        text = both(self.text)[1] if language == "hi" else None
        with speaking(language):
            return (text or self.text).format(
                **{name: _spoken(value, language) for name, value in self.fields.items()}
            )

    @property
    def is_translated(self) -> bool:
        """Whether there is a finished translation."""
        return both(self.text)[1] is not None


def _spoken(value: Any, language: str) -> Any:
    if isinstance(value, Message):
        return value.said(language)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number(value) if is_number else value


def to_the_reader(messages: Iterable[Message]) -> str:
    """The messages in the reader's language, one a line."""
    return "\n".join(message.said(language()) for message in messages)


def in_both_languages(messages: Iterable[Message]) -> str:
    """All messages in English, then all in Hindi behind a divider: a page folds one of them."""
    said = list(messages)
    hindi = [m.said("hi") for m in said] if any(m.is_translated for m in said) else []
    return in_both([m.said("en") for m in said], hindi)
