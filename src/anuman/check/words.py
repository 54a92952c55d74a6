"""What the checker says: one English sentence with named gaps, shown with its Hindi translation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anuman.widgets.language import both


def _(text: str) -> str:
    """Mark a sentence for translation; it is looked up when it is shown."""
    return text


@dataclass(frozen=True)
class Message:
    """A sentence (also the key of its translation) and the values for its gaps."""

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The sentence in English, then in Hindi if there is a translation."""
        return [text.format(**self.fields) for text in both(self.text) if text]
