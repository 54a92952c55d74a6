"""`anuman claims`: every claim with its verdict, test, computed arithmetic and sources."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from anuman import catalog
from anuman.catalog.seeds import OUTCOMES, STANDINGS, VERDICTS
from anuman.language import _, language, number, si, speaking

from .arithmetic import Step, arithmetic, work

PREFIXED = {"FLOP", "FLOP/s", "byte", "byte/s", "s", "W", "Wh"}
LARGEST = 1e21  # beyond the prefixes that people know, powers of ten read better
WIDTH = 100


def value(step: Step) -> str:
    """The step's value for people: with a prefix where the unit takes one."""
    if step.unit in PREFIXED and abs(step.value) < LARGEST:
        return si(step.value, step.unit)
    return f"{number(step.value)} {step.unit}".rstrip()


def as_data(claim: catalog.Claim) -> dict:
    """The claim as plain data for JSON: texts in both languages, steps computed, sources in full."""
    worked = work(claim)
    return {
        "id": claim.id,
        "text": claim.text,
        "value": claim.value,
        "unit": claim.unit,
        "verdict": claim.verdict,
        "why": claim.why,
        "depends_on": claim.depends_on,
        "test": claim.test,
        "test_kind": claim.test_kind,
        "known": claim.known,
        "note": claim.note,
        "lesson": claim.lesson,
        "arithmetic": [asdict(step) for step in worked.steps],
        "rests_on": worked.rests_on,
        "figures": {name: asdict(figure) for name, figure in claim.figures.items()},
        "outcome": claim.outcome,
        "since": [asdict(entry) for entry in claim.since],
        "sources": [asdict(source) for source in claim.sources],
    }


def _wrapped(text: str, indent: int) -> Iterator[str]:
    first, later = " " * indent, " " * (indent + 4)
    yield from textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=later)


def _lines(claim: catalog.Claim) -> Iterator[str]:
    lang = language()
    yield f"{claim.id}  {_(VERDICTS[claim.verdict])}"
    yield from _wrapped(claim.text[lang], 2)
    yield from _wrapped(f"{_('Why')}: {claim.why[lang]}", 2)
    if claim.depends_on:
        yield from _wrapped(f"{_('On what')}: {claim.depends_on[lang]}", 2)
    yield from _wrapped(f"{_('Test')}: {claim.test[lang]}", 2)
    for step in arithmetic(claim):
        mark = "⇄" if step.flips else "="
        yield from _wrapped(f"{mark} {step.label[lang]}: {value(step)}", 4)
        yield f"        {step.formula}"
    for source in claim.sources:
        facts = (source.title, source.publisher, source.date, source.url)
        shown = ", ".join(_("unknown") if fact == "unknown" else fact for fact in facts)
        yield from _wrapped(f"{_('Source')}: {shown}", 2)
    yield from _wrapped(f"{_('Known')}: {_(catalog.KNOWN[claim.known])}", 2)
    if claim.since:
        yield from _wrapped(f"{_('What came of it')}: {_(OUTCOMES[claim.outcome])}", 2)
    for entry in claim.since:
        standing = _(STANDINGS[entry.standing])
        yield from _wrapped(f"{entry.date} ({standing}): {entry.what[lang]}", 4)
        for source in entry.sources:
            yield from _wrapped(
                f"{_('Source')}: {source.title}, {source.publisher}, {source.url}", 8
            )


def _recalled() -> Iterator[str]:
    for where, what in catalog.recalled():
        yield f"{where}  {what}"


def run(
    articles: list[str], lang: str | None = None, path: Path | None = None, recalled: bool = False
) -> int:
    """Print the claims of these articles (all, if none is named) in `lang`; also write them to `path`.

    recalled: print instead every value of the catalogue that is recalled and not confirmed.
    Returns 0. Raises UnknownName for an article, CatalogError for a claim that cannot be computed.
    """
    if recalled:
        print("\n".join(_recalled()))
        if path:
            rows = [{"where": where, "what": what} for where, what in catalog.recalled()]
            path.write_text(json.dumps({"recalled": rows}, indent=1) + "\n", encoding="utf-8")
        return 0
    every = {name: catalog.claims(name) for name in articles or catalog.articles()}
    with speaking(lang or language()):
        for name, claims in every.items():
            article = catalog.article(name)
            print(f"\n{name}  {article.title[language()]} ({article.publisher}, {article.date})")
            for claim in claims:
                print("\n" + "\n".join(_lines(claim)))
    if path:
        data = {"articles": {n: [as_data(c) for c in claims] for n, claims in every.items()}}
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0
