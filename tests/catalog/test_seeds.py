"""The news articles: digests of the right length in both languages, claims complete and bilingual."""

import re

from rows import for_each

from anuman import catalog
from anuman.catalog import seeds

ARTICLES = catalog.articles()
CLAIMS = [claim for article in ARTICLES for claim in catalog.claims(article)]
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# The claims that each article must answer for: a missing one would go unnoticed otherwise.
EXPECTED = {
    "000": [f"S0.{n}" for n in range(1, 24)],
    "001": [f"S1.{n}" for n in range(1, 5)],
    "002": [f"S2.{n}" for n in range(1, 6)],
    "003": [f"S3.{n}" for n in range(1, 22)],
    "004": [f"S4.{n}" for n in range(1, 14)],
}


def numbers(text: str) -> list[str]:
    """The numbers of a text, sorted, whatever order or grouping a language has."""
    return sorted(number.replace(",", "") for number in NUMBER.findall(text))


def bilingual(claim: seeds.Claim) -> dict[str, dict[str, str]]:
    fields = {name: getattr(claim, name) for name in ("text", "why", "test", "depends_on")}
    return {name: text for name, text in fields.items() if text is not None}


def test_the_articles_of_the_course_are_there():
    assert set(EXPECTED) == set(ARTICLES)


@for_each("id", ARTICLES)
def test_an_article_names_publisher_date_address_or_says_unknown(id):
    article = catalog.article(id)
    assert article.id == id
    assert article.language in ("en", "hi")
    for field in (article.title, article.topic):
        assert set(field) == {"en", "hi"}
        assert DEVANAGARI.search(field["hi"])
        assert not DEVANAGARI.search(field["en"])
    assert article.publisher
    assert re.fullmatch(r"unknown|\d{4}(-\d{2}(-\d{2})?)?", article.date)
    assert re.match(r"unknown$|https://", article.url)


@for_each("id", ARTICLES)
def test_digests_are_short_and_hold_the_same_numbers(id):
    article = catalog.article(id)
    english, hindi = article.digest("en"), article.digest("hi")
    for text in (english, hindi):
        assert 120 <= len(text.split()) <= 180
    assert DEVANAGARI.search(hindi)
    assert not DEVANAGARI.search(english)
    assert numbers(english) == numbers(hindi)


@for_each("id", ARTICLES)
def test_every_claim_of_an_article_is_listed_once(id):
    ids = [claim.id for claim in catalog.claims(id)]
    assert len(ids) == len(set(ids))
    assert ids == EXPECTED[id]


@for_each("claim", CLAIMS, ids=lambda c: c.id)
def test_a_claim_is_complete_in_both_languages(claim):
    for name, text in bilingual(claim).items():
        assert set(text) == {"en", "hi"}, name
        assert DEVANAGARI.search(text["hi"]), name
        assert not DEVANAGARI.search(text["en"]), name
        assert numbers(text["en"]) == numbers(text["hi"]), name
    assert claim.sources
    assert (claim.value is None) == (claim.unit == "")
    assert (claim.verdict == "depends") == (claim.depends_on is not None)


@for_each("claim", CLAIMS, ids=lambda c: c.id)
def test_names_stay_in_latin_letters(claim):
    for text in bilingual(claim).values():
        assert not re.search("ग्रो[कक़]|एनवीडिया|ओपनएआई|सेरेब्रा", text["hi"])


def test_a_verdict_that_depends_says_how_the_value_at_which_it_flips_is_computed():
    for claim in CLAIMS:
        if claim.verdict == "depends":
            assert "=" in claim.depends_on["en"]
            assert "=" in claim.depends_on["hi"]


def test_the_claim_of_lesson_02_types_no_chip_figure():
    claim = catalog.claim("S3.3")
    assert claim.lesson == "02-roofline"
    for name, text in bilingual(claim).items():
        # The one number allowed is the 2 (operations a weight) in the formula of the flip.
        assert set(numbers(text["en"])) <= {"2"}, name


HAPPENED = [(claim, entry) for claim in CLAIMS for entry in claim.since]


def test_many_claims_say_what_came_of_them():
    assert len({claim.id for claim, _entry in HAPPENED}) >= 12
    assert {claim.outcome for claim in CLAIMS} == {"", *seeds.OUTCOMES}


@for_each("article", ARTICLES)
def test_what_came_of_a_claim_is_dated_after_its_article(article):
    written = catalog.article(article).date
    for claim in catalog.claims(article):
        dates = [entry.date for entry in claim.since]
        assert dates == sorted(dates)
        for date in dates:
            assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", date)
            assert date[: len(written)] > written, claim.id


@for_each("claim", [c for c in CLAIMS if c.since], ids=lambda c: c.id)
def test_what_came_of_a_claim_is_told_in_both_languages_with_its_sources(claim):
    for entry in claim.since:
        assert set(entry.what) == {"en", "hi"}
        assert DEVANAGARI.search(entry.what["hi"])
        assert not DEVANAGARI.search(entry.what["en"])
        assert numbers(entry.what["en"]) == numbers(entry.what["hi"])
        assert not re.search("ग्रो[कक़]|एनवीडिया|ओपनएआई|सेरेब्रा", entry.what["hi"])
        assert entry.sources
        assert entry.known != "memory"
