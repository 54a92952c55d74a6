"""What can be wrong when one asks the catalogue."""

from collections.abc import Iterable
from difflib import get_close_matches


class CatalogError(ValueError):
    """A data file of the catalogue does not hold what it should; names file, entry and field."""


class MissingValue(LookupError):
    """Nobody is known to have published this value; no default is guessed."""


class UnknownName(LookupError):
    """The catalogue has no such entry; the message names the nearest ones."""

    def __init__(self, kind: str, name: object, known: Iterable[str]):
        known = list(known)
        folded = {entry.casefold(): entry for entry in known}
        near = [folded[n] for n in get_close_matches(str(name).casefold(), folded, 3, 0.4)]
        # A short name is often the beginning of a long one: "H100" means "H100-SXM".
        near = [e for e in known if str(name).casefold() in e.casefold() and e not in near][
            :3
        ] + near
        hint = f"did you mean {' or '.join(near[:3])}?" if near else f"known: {', '.join(known)}."
        super().__init__(f"no {kind} named {name!r} in the catalogue; {hint}")
