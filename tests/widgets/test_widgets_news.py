"""News and verdict cards, in both languages, from the seeds and from made-up articles."""

import re
from html import unescape

import pytest

from anuman import catalog
from anuman.catalog import seeds
from anuman.language import speaking
from anuman.widgets import news_card, published_roofline, verdict_card
from anuman.widgets.cards import news
from anuman.widgets.cards.judging import Judging

LANGUAGES = ("en", "hi")
ROWS = (["chip", "users"], [["H100-SXM", "295"], ["<b>", "2 & 3"]])


def bundle(figure):
    return figure._repr_mimebundle_()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("article", catalog.articles())
def test_news_card_of_every_article_and_claim(article, lang):
    found = catalog.article(article)
    for claim in [None, *catalog.claims(article)]:
        made = bundle(news_card(article, claim.id if claim else None, lang))
        for text in (found.title[lang], found.publisher, found.digest(lang).split("\n")[0]):
            assert text in made["text/plain"]
        assert f'lang="{lang}"' in made["text/html"]
        if claim:
            assert claim.text[lang] in made["text/plain"]
            assert "<blockquote>" in made["text/html"]


def test_the_number_of_a_claim_is_marked():
    assert "<mark>10 %</mark>" in news_card("003", "S3.1", "en").html


def test_groq_and_grok_are_told_apart():
    assert "Grok is a language model" in news_card("003", "S3.3", "en").words


def test_unknown_date_and_publisher_are_said(monkeypatch):
    from dataclasses import replace

    unknown = replace(catalog.article("003"), date="unknown", publisher="unknown", url="unknown")
    monkeypatch.setattr(news.catalog, "article", lambda _id: unknown)
    made = news_card("003", lang="en")
    assert "date unknown" in made.words
    assert "publisher unknown" in made.words
    assert "href" not in made.html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("article", catalog.articles())
def test_verdict_card_of_every_claim(article, lang):
    with speaking(lang):
        for claim in catalog.claims(article):
            made = bundle(verdict_card(article, claim.id, *ROWS))
            assert claim.why[lang] in made["text/plain"]
            assert news.MARKS[claim.verdict] in made["text/html"]
            for source in claim.sources:
                assert source.title in made["text/plain"]
                assert source.date in made["text/plain"] or source.date == "unknown"
                if source.url.startswith("http"):
                    assert "href=" in made["text/html"]


def test_texts_are_escaped():
    html = verdict_card("003", "S3.3", *ROWS).html
    assert "&lt;b&gt;" in html
    assert "2 &amp; 3" in html


def test_every_verdict_has_its_own_sign():
    assert set(news.MARKS) == set(seeds.VERDICTS)
    assert len(set(news.MARKS.values())) == len(news.MARKS)


def test_unknown_ids_are_named():
    with pytest.raises(catalog.UnknownName, match="'999'"):
        news_card("999")
    with pytest.raises(catalog.UnknownName, match=r"'S9.9'"):
        news_card("003", "S9.9")


def test_links_lead_only_to_the_web():
    for url in ("javascript:alert(1)", "unknown", ""):
        assert "href" not in news._link(url, "words")
    link = news._link('https://a.example/?"x', "words")
    assert re.fullmatch(r'<a href="https://a.example/\?&quot;x" [^<>]*>words</a>', link)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_came_of_a_claim_is_folded_behind_a_guess(lang):
    with speaking(lang):
        made = verdict_card("003", "S3.1", *ROWS)
        for entry in catalog.claim("S3.1").since:
            assert entry.what[lang] in made.words
            assert all(source.title in made.words for source in entry.sources)
        # Each guess opens to the same answer, and at first none is open.
        assert made.html.count("<details") - made.html.count("<details open") >= 3
        assert "<details open" not in made.html


def test_a_claim_of_which_nothing_came_asks_for_no_guess():
    assert not catalog.claim("S3.3").since
    assert "What came of it" not in verdict_card("003", "S3.3", *ROWS).words


def test_the_learners_own_verdict_comes_before_the_cards():
    card = verdict_card("003", "S3.3", *ROWS)
    judging = Judging(card)
    assert card.claim in unescape(judging.markup)
    assert card.html not in judging.markup
    assert [c["label"] for c in judging.panel] == [
        "✓ Supported", "✗ Contradicted", "⇄ It depends", "? Not checkable"
    ]  # fmt: skip
    judging.judge("supported" if card.verdict != "supported" else "depends")
    assert card.html in judging.markup and judging.words.startswith("You: ")
    judging.judge(card.verdict)
    assert judging.words.startswith("You and the course agree")
    assert "Sources" in judging.saved()["text/html"]  # a page without a kernel shows the card


def test_a_drawing_that_nobody_trusts_leaves_words_and_not_its_letters():
    html = published_roofline()._repr_mimebundle_()["text/html"]
    assert not html.startswith("<")  # what a collapsed output shows
    untrusted = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert re.search(r'<div class="drawn" hidden=""><svg.*</svg></div>', untrusted, re.DOTALL)
    assert "points" in re.search(r'<p class="undrawn">(.*?)</p>', untrusted).group(1)
