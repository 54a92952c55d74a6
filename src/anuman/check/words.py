"""What the checker says: one English sentence with named gaps, shown with its Hindi translation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anuman.language import N_, both

__all__ = ["N_", "Message"]


@dataclass(frozen=True)
class Message:
    """A sentence (also the key of its translation) and the values for its gaps.

    A value may be a Message itself, shown in the language of the sentence around it.
    """

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The sentence in English, then in Hindi if there is a translation."""
        hindi = self._hindi()
        return [self._english(), *([hindi] if hindi else [])]

    def _english(self) -> str:
        return self.text.format(**self._fields(Message._english))

    def _hindi(self) -> str | None:
        translated = both(self.text)[1]
        return translated and translated.format(
            **self._fields(lambda message: message._hindi() or message._english())
        )

    def _fields(self, speak) -> dict[str, Any]:
        return {
            name: speak(value) if isinstance(value, Message) else value
            for name, value in self.fields.items()
        }
