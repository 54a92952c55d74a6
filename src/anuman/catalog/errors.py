"""What can be wrong when one asks the catalogue."""

from collections.abc import Iterable
from difflib import SequenceMatcher


class CatalogError(ValueError):
    """A data file of the catalogue does not hold what it should; names file, entry and field."""


class MissingValue(LookupError):
    """Nobody is known to have published this value; no default is guessed."""


class UnknownName(LookupError):
    """The catalogue has no such entry; the message names the nearest ones."""

    def __init__(self, kind: str, name: object, known: Iterable[str]):
        known = list(known)
        near = sorted(known, key=lambda entry: -_alike(str(name), entry))[:3]
        near = [entry for entry in near if _alike(str(name), entry) > 0.5]
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}."
        super().__init__(f"no {kind} named {name!r} in the catalogue; {hint}")


def _alike(asked: str, entry: str) -> float:
    """Likeness, 0 to 1, with the whole name or with its first word: H100 means H100-SXM."""
    asked, entry = asked.casefold(), entry.casefold()
    names = (entry, entry.partition("-")[0])
    return max(SequenceMatcher(None, asked, name).ratio() for name in names)
