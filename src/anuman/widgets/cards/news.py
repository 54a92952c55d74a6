"""News cards: what an article claims; verdict cards: what became of the claim."""

import re
from collections.abc import Sequence
from html import escape

from anuman import catalog
from anuman.catalog.seeds import OUTCOMES, STANDINGS, VERDICTS
from anuman.language import _, ended, language

from ..kit.figure import Figure, table_html, table_text
from .judging import MARKS, VerdictCard

NUMBER = re.compile(r"\d[\d,.]*(?:\s?%)?")


def _date(date: str) -> str:
    return _("date unknown") if date == "unknown" else date


def _in(texts: dict[str, str] | str, lang: str) -> str:
    return texts if isinstance(texts, str) else texts[lang]


def _marked(claim: str) -> str:
    """The claim with its numbers underlined."""
    return NUMBER.sub(lambda m: f"<mark>{m.group()}</mark>", escape(claim, quote=False))


def _claim(article_id: str, claim_id: str) -> catalog.Claim:
    every = {c.id: c for c in catalog.claims(article_id)}
    if claim_id not in every:
        raise catalog.UnknownName(f"claim of article {article_id}", claim_id, every)
    return every[claim_id]


def _link(url: str, words: str) -> str:
    """A link, or the words alone where there is no web address."""
    if not re.match(r"https?://", url):
        return escape(words)
    return f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(words)}</a>'


def _part(heading: str, html: str) -> str:
    return f"<h4>{escape(heading)}</h4><p>{html}</p>"


def news_card(article_id: str, claim_id: str | None = None, lang: str | None = None) -> Figure:
    """The article in our own words, with one of its claims and the question that it raises.

    lang: "en" or "hi"; the learner's language by default. Raises UnknownName for an id.
    """
    lang = lang or language()
    article = catalog.article(article_id)
    claim = _claim(article_id, claim_id) if claim_id else None
    title, digest, topic = article.title[lang], article.digest(lang), _in(article.topic, lang)
    publisher = _("publisher unknown") if article.publisher == "unknown" else article.publisher
    origin = f"{publisher} · {_date(article.date)}"
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in digest.split("\n\n"))
    news, the_claim, question = _("In the news"), _("The claim"), _("The question")
    html = (
        f'<p class="quiet">{escape(news)} · {_link(article.url, origin)}</p>'
        f"<h3>{escape(title)}</h3>{paragraphs}"
    )
    words = [f"{title} ({origin})", digest]
    if claim:
        said = claim.text[lang]
        html += f"<blockquote>{_part(the_claim, _marked(said))}</blockquote>"
        words.append(f"{the_claim}: {said}")
    html += _part(question, escape(topic))
    words.append(f"{question}: {topic}")
    if re.search(r"Gro[qk]", " ".join(words)):
        hint = _("Groq is a firm that makes chips. Grok is a language model by xAI.")
        html += f'<p class="quiet">{escape(hint)}</p>'
        words.append(hint)
    return Figure(f'<article lang="{lang}">{html}</article>', "\n\n".join(words))


def verdict_card(
    article: str, claim: str, head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = ""
) -> VerdictCard:
    """The verdict on a claim: the word, on what it depends, why, the lesson's arithmetic, the sources.

    head, rows, caption: the arithmetic as a table of plain texts. Raises UnknownName for an id.
    """
    lang = language()
    judged = _claim(article, claim)
    mark, verdict = MARKS[judged.verdict], _(VERDICTS[judged.verdict])
    heading, source = _("Verdict on the claim"), _("Sources")
    html = (
        f'<p class="quiet">{escape(heading)}: “{escape(judged.text[lang])}”</p>'
        f"<h3>{mark} {escape(verdict)}</h3>"
    )
    words = [f"{heading}: {ended(verdict)} {judged.text[lang]}"]
    for part, texts in ((_("On what"), judged.depends_on), (_("Why"), judged.why)):
        if texts:
            html += _part(part, escape(texts[lang]))
            words.append(f"{part}: {texts[lang]}")
    html += f"<h4>{escape(_('The arithmetic'))}</h4>{table_html(head, rows, caption)}"
    words.append(table_text(head, rows, caption))
    html += f'<h4>{escape(source)}</h4><ul class="quiet">'
    for s in judged.sources:
        html += f"<li>{_cited(s)}</li>"
        words.append(f"{source}: {s.title}, {s.publisher}, {_date(s.date)}, {s.url}")
    later = _what_came_of_it(judged, lang)
    html += f"</ul>{later.html}"
    return VerdictCard(
        f"<section>{html}</section>", "\n\n".join([*words, later.words]).rstrip(),
        claim=judged.text[lang], verdict=judged.verdict,
    )  # fmt: skip


def _cited(source: catalog.Source) -> str:
    return _link(source.url, f"{source.title}, {source.publisher}, {_date(source.date)}")


def _what_came_of_it(claim: catalog.Claim, lang: str) -> Figure:
    """What happened after the article, behind a guess: each of three folds is one guess to open."""
    if not claim.since:
        return Figure("", "")
    heading = _("What came of it")
    ask = _("One more guess: what came of the claim? Open your guess.")
    entries, words = "", [ended(f"{heading}: {_(OUTCOMES[claim.outcome])}")]
    for entry in claim.since:
        standing = ended(f"({_(STANDINGS[entry.standing])})")
        cited = "; ".join(map(_cited, entry.sources))
        entries += (
            f"<li><b>{escape(entry.date)}</b> {escape(standing)} {escape(entry.what[lang])} "
            f'<span class="quiet">{cited}</span></li>'
        )
        titles = "; ".join(f"{s.title}, {s.publisher}, {s.url}" for s in entry.sources)
        words.append(f"{entry.date} {standing} {entry.what[lang]} ({titles})")
    folds = ""
    for outcome, guess in OUTCOMES.items():
        right = outcome == claim.outcome
        answer = _("That was a good guess.") if right else _("It went differently. {outcome}.")
        answer = answer.format(outcome=_(OUTCOMES[claim.outcome]))
        folds += (
            f'<details name="since-{escape(claim.id)}"><summary>{escape(_(guess))}</summary>'
            f"<p>{escape(answer)}</p><ul>{entries}</ul></details>"
        )
    html = f"<h4>{escape(heading)}</h4><p>{escape(ask)}</p>{folds}"
    return Figure(html, "\n\n".join(words))
