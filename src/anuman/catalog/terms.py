"""The course's words: for each term one Hindi word, its symbol and unit, and a sentence in both languages."""

from dataclasses import dataclass, fields
from functools import cache

from .errors import CatalogError, UnknownName
from .files import table

TEXTS = ("en", "hi")


@dataclass(frozen=True, kw_only=True)
class Term:
    """One entry: `name` and `text` by language; `lesson` is where the term is first explained.

    symbol: as formulas write it, unit: as numbers carry it; both "" where there is none.
    avoid: Hindi words that must not stand for it.
    """

    name: dict[str, str]
    text: dict[str, str]
    lesson: str
    symbol: str = ""
    unit: str = ""
    avoid: tuple[str, ...] = ()


@cache
def glossary() -> tuple[Term, ...]:
    """All terms, in the order in which the course explains them.

    Raises CatalogError when an entry is not whole, or a word stands twice.
    """
    terms = tuple(_term(raw) for raw in table("glossary")["term"])
    for language in TEXTS:
        names = [term.name[language].casefold() for term in terms]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise CatalogError(f"glossary.toml: more than one entry says {', '.join(twice)}")
    return terms


def term(name: str) -> Term:
    """The entry of this English term. Raises UnknownName naming the nearest."""
    entries = {entry.name["en"]: entry for entry in glossary()}
    if name not in entries:
        raise UnknownName("term", name, entries)
    return entries[name]


def _term(raw: dict) -> Term:
    name = raw.get("term", "?")
    known = {"term", "hi", "en", "hi_text"} | {field.name for field in fields(Term)} - {
        "name",
        "text",
    }
    missing = [key for key in ("term", "hi", "lesson", "en", "hi_text") if not raw.get(key)]
    if missing or set(raw) - known:
        wrong = ", ".join(missing or sorted(set(raw) - known))
        raise CatalogError(f"glossary.toml, {name}: {'missing' if missing else 'unknown'}: {wrong}")
    return Term(
        name={"en": name, "hi": raw["hi"]},
        text={"en": raw["en"], "hi": raw["hi_text"]},
        lesson=raw["lesson"],
        symbol=raw.get("symbol", ""),
        unit=raw.get("unit", ""),
        avoid=tuple(raw.get("avoid", ())),
    )
