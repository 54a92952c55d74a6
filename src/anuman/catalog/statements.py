"""Published statements that a lesson checks or quotes, one value each."""

from functools import cache

from .errors import UnknownName
from .files import table
from .sources import Quantity, quantity


@cache
def statement(name: str) -> Quantity:
    """The statement of this name. Raises UnknownName naming the nearest, or CatalogError."""
    entries = table("statements")
    if name not in entries:
        raise UnknownName("statement", name, entries)
    return quantity("statements.toml", name, "value", entries[name])


def statements() -> list[str]:
    """Names of all statements."""
    return list(table("statements"))
