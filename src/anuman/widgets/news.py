"""News cards: what an article claims; verdict cards: what became of the claim."""

import re
from html import escape

from anuman import catalog

from .figure import Figure, table_html, table_text
from .language import N_, _, language

VERDICTS = {
    "supported": ("✓", N_("Supported")),
    "contradicted": ("✗", N_("Contradicted")),
    "depends": ("⇄", N_("It depends")),
    "not checkable": ("?", N_("Not checkable")),
}
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
    html = (
        f'<p class="quiet">{escape(_("In the news"))} · {_link(article.url, origin)}</p>'
        f"<h3>{escape(title)}</h3>{paragraphs}"
    )
    words = [f"{title} ({origin})", digest]
    if claim:
        said = claim.text[lang]
        html += f"<blockquote><h4>{escape(_('The claim'))}</h4><p>{_marked(said)}</p></blockquote>"
        words.append(f"{_('The claim')}: {said}")
    html += f"<h4>{escape(_('The question'))}</h4><p>{escape(topic)}</p>"
    words.append(f"{_('The question')}: {topic}")
    if re.search(r"Gro[qk]", " ".join(words)):
        hint = _("Groq is a firm that makes chips. Grok is a language model by xAI.")
        html += f'<p class="quiet">{escape(hint)}</p>'
        words.append(hint)
    return Figure(f'<article lang="{lang}">{html}</article>', "\n\n".join(words))


def verdict_card(article: str, claim: str, arithmetic: list[tuple[str, str]]) -> Figure:
    """The verdict on a claim: the word, on what it depends, why, the lesson's arithmetic, the sources."""
    lang = language()
    judged = _claim(article, claim)
    mark, word = VERDICTS[judged.verdict]
    word = _(word)
    html = (
        f'<p class="quiet">{escape(_("Verdict on the claim"))}: “{escape(judged.text[lang])}”</p>'
        f"<h3>{mark} {escape(word)}</h3>"
    )
    words = [f"{_('Verdict on the claim')}: {word}. {judged.text[lang]}"]
    parts = [(_("On what"), judged.depends_on), (_("Why"), judged.why)]
    for heading, texts in parts:
        if texts:
            html += f"<h4>{escape(heading)}</h4><p>{escape(texts[lang])}</p>"
            words.append(f"{heading}: {texts[lang]}")
    if arithmetic:
        head = [_("case"), _("arithmetic")]
        html += f"<h4>{escape(_('The arithmetic'))}</h4>{table_html(head, arithmetic)}"
        words.append(table_text(head, arithmetic))
    items = ""
    for source in judged.sources:
        shown = f"{source.title}, {source.publisher}, {_date(source.date)}"
        items += f"<li>{_link(source.url, shown)}</li>"
        words.append(f"{_('Source')}: {shown}, {source.url}")
    html += f'<h4>{escape(_("Sources"))}</h4><ul class="quiet">{items}</ul>'
    return Figure(f"<section>{html}</section>", "\n\n".join(words))
