"""The news articles: an own-words digest and every checkable claim, in English and Hindi."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..language import LANGUAGES, N_
from ..paths import course_root
from .errors import CatalogError, UnknownName
from .files import read_toml
from .sources import KNOWN, Quantity, Source, quantity, source

# Keywords of the files, and what they are called for people.
VERDICTS = {
    "supported": N_("Supported"),
    "contradicted": N_("Contradicted"),
    "depends": N_("It depends"),
    "not checkable": N_("Not checkable"),
}
OUTCOMES = {
    "came true": N_("It came true"),
    "did not come true": N_("It did not come true"),
    "still open": N_("It is still open"),
}
STANDINGS = {
    "confirmed": N_("confirmed"),
    "claimed": N_("claimed by the maker"),
    "reported": N_("reported by the press"),
}
TESTS = ("arithmetic", "simulation", "source", "not checkable")


@dataclass(frozen=True)
class Article:
    """One seed article. date and url are "unknown" where they are not known."""

    id: str
    folder: Path = field(repr=False)
    title: dict[str, str]
    publisher: str
    date: str
    language: str
    url: str
    topic: dict[str, str] | str
    note: str = ""

    def digest(self, language: str = "en") -> str:
        """The digest in "en" or "hi". Raises ValueError for another language."""
        if language not in LANGUAGES:
            raise ValueError(f"no digest in {language!r}: there is {' and '.join(LANGUAGES)}")
        return (self.folder / f"digest.{language}.md").read_text(encoding="utf-8").strip()


@dataclass(frozen=True)
class Formula:
    """One step of a claim's arithmetic, to be computed: label in "en" and "hi", formula, unit.

    flips: the step is the value at which a verdict that depends changes its side.
    """

    name: str
    label: dict[str, str]
    formula: str
    unit: str
    flips: bool = False


@dataclass(frozen=True)
class Since:
    """Something that happened after the article: what (in "en" and "hi"), when, who says so.

    standing: "confirmed" by several or by a regulator, "claimed" by an interested party, "reported"
    by the press alone. figures: values behind it that others may use.
    """

    date: str
    what: dict[str, str]
    standing: str
    sources: tuple[Source, ...]
    known: str
    figures: dict[str, Quantity] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Claim:
    """One claim of an article: what it says, the verdict and why, and how a learner can test it.

    text, why, test and depends_on are dicts with "en" and "hi"; value and unit are the claim's
    number, if it has one; figures are further values, each with its source, that its arithmetic uses,
    and steps is that arithmetic, which `anuman.claims` computes. since is what came of it, oldest
    first, and outcome, one of OUTCOMES, what that says of the claim today.
    """

    id: str
    text: dict[str, str]
    verdict: str
    why: dict[str, str]
    test: dict[str, str]
    test_kind: str
    sources: tuple[Source, ...]
    known: str
    value: float | None = None
    unit: str = ""
    depends_on: dict[str, str] | None = None
    lesson: str | None = None
    note: str = ""
    figures: dict[str, Quantity] = field(default_factory=dict, repr=False)
    steps: tuple[Formula, ...] = field(default=(), repr=False)
    outcome: str = ""
    since: tuple[Since, ...] = field(default=(), repr=False)


def articles() -> list[str]:
    """Ids of all articles, e.g. "003"."""
    return sorted(path.name[:3] for path in (course_root() / "seeds").glob("[0-9]*-*"))


def _folder(id: str) -> Path:
    folders = sorted((course_root() / "seeds").glob(f"{id}-*"))
    if id not in articles() or len(folders) != 1:
        raise UnknownName("article", id, articles())
    return folders[0]


@cache
def article(id: str) -> Article:
    """The article with this id ("003"). Raises UnknownName or CatalogError."""
    folder = _folder(id)
    raw = read_toml(folder / "article.toml")
    try:
        return Article(folder=folder, **raw)
    except TypeError as error:
        raise CatalogError(f"{folder.name}/article.toml: {error}") from error


def _figures(file: str, entry: str, raw: dict) -> dict[str, Quantity]:
    return {
        name: quantity(file, entry, name, given) for name, given in raw.get("figures", {}).items()
    }


def _since(file: str, entry: str, raw: dict, after: str) -> Since:
    """One dated entry. Raises CatalogError for one that is not later than the article's day, `after`."""
    sources = tuple(source(s) for s in raw["sources"])
    entry = f"{entry}, since {raw['date']}"
    since = Since(**{**raw, "sources": sources, "figures": _figures(file, entry, raw)})
    if not since.date[: len(after)] > after:
        raise CatalogError(f"{file}, {entry}: not later than the article of {after}")
    for name, value, allowed in (
        ("standing", since.standing, STANDINGS),
        ("known", since.known, KNOWN),
    ):
        if value not in allowed:
            raise CatalogError(f"{file}, {entry}: {name} is {value!r}, not {', '.join(allowed)}")
    if set(since.what) != set(LANGUAGES):
        raise CatalogError(f"{file}, {entry}: what needs {' and '.join(LANGUAGES)}")
    return since


def _claim(file: str, raw: dict, date: str) -> Claim:
    where = f"{file}, claim {raw.get('id', '?')}"
    try:
        sources = tuple(source(s) for s in raw["sources"])
        steps = tuple(Formula(**step) for step in raw.get("steps", []))
        since = tuple(_since(file, raw["id"], entry, date) for entry in raw.get("since", []))
        read = {"sources": sources, "steps": steps, "since": since}
        claim = Claim(**{**raw, **read, "figures": _figures(file, raw["id"], raw)})
    except (KeyError, TypeError, LookupError) as error:
        raise CatalogError(f"{where}: {error}") from error
    for name, value, allowed in (
        ("verdict", claim.verdict, VERDICTS),
        ("test_kind", claim.test_kind, TESTS),
        ("known", claim.known, KNOWN),
    ):
        if value not in allowed:
            raise CatalogError(f"{where}: {name} is {value!r}; it is one of {', '.join(allowed)}")
    for name in ("text", "why", "test"):
        if set(getattr(claim, name)) != set(LANGUAGES):
            raise CatalogError(f"{where}: {name} needs {' and '.join(LANGUAGES)}")
    for step in claim.steps:
        if set(step.label) != set(LANGUAGES):
            raise CatalogError(f"{where}, step {step.name}: label needs {' and '.join(LANGUAGES)}")
    if claim.verdict == "depends" and not claim.depends_on:
        raise CatalogError(f"{where}: verdict 'depends' needs depends_on")
    if bool(claim.outcome) != bool(claim.since) or claim.outcome not in ("", *OUTCOMES):
        raise CatalogError(
            f"{where}: since and outcome ({', '.join(OUTCOMES)}) come together, or neither"
        )
    return claim


@cache
def claims(article: str) -> list[Claim]:
    """All claims of an article ("003"). Raises UnknownName or CatalogError naming the claim."""
    folder = _folder(article)
    file = f"{folder.name}/claims.toml"
    date = read_toml(folder / "article.toml").get("date", "unknown")
    return [_claim(file, raw, date) for raw in read_toml(folder / "claims.toml").get("claim", [])]


def claim(id: str) -> Claim:
    """The claim with this id ("S3.3"). Raises UnknownName."""
    every = {c.id: c for name in articles() for c in claims(name)}
    if id not in every:
        raise UnknownName("claim", id, every)
    return every[id]
