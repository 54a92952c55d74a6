"""Markup that can neither act nor fetch: tags that are allowed, no handlers, no outside addresses.

The browser cleans what it is sent, too; this one guards what is saved in a notebook, where a trusted
page would run it.
"""

import re
from html import escape
from xml.parsers import expat

TAGS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "clipPath",
        "pattern",
        "div",
        "span",
        "p",
        "b",
        "i",
        "em",
        "strong",
        "small",
        "br",
        "hr",
        "h3",
        "h4",
        "h5",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "section",
        "article",
        "blockquote",
        "mark",
        "a",
        "code",
        "pre",
        "sup",
        "sub",
        "img",
    ]
)
BARRED = re.compile(r"on|src|.*href$|form|xlink:|xml:", re.IGNORECASE)
OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)
EMPTY = frozenset(("br", "hr", "img"))
PICTURE = "data:image/svg+xml;base64,"


class Malformed(ValueError):
    """The markup is no XML."""


def clean(markup: str) -> str:
    """The markup without what is not allowed. Raises Malformed for what is not well-formed XML."""
    parts: list[str] = []
    barred: list[str] = []  # elements that are left out, with all that they hold

    def start(tag: str, attributes: dict[str, str]) -> None:
        if barred or tag not in TAGS:
            barred.append(tag)
            return
        kept = "".join(
            f' {name}="{escape(value)}"'
            for name, value in attributes.items()
            if _allowed(tag, name, value)
        )
        parts.append(f"<{tag}{kept}>")

    def end(tag: str) -> None:
        if barred:
            barred.pop()
        elif tag in EMPTY:
            parts[-1] = parts[-1][:-1] + "/>"
        else:
            parts.append(f"</{tag}>")

    def words(text: str) -> None:
        if not barred:
            parts.append(escape(text, quote=False))

    def entity(*_declaration) -> None:
        raise Malformed("the markup declares an entity")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = words, entity
    try:
        parser.Parse(f"<div>{markup}</div>", True)
    except expat.ExpatError as error:
        raise Malformed(f"the markup is not well-formed: {error}") from None
    return "".join(parts)[len("<div>") : -len("</div>")]


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return value.startswith(PICTURE)
    if name == "href":
        safe = tag == "a" and not re.match(r"\s*(?:[a-z]*script|data):", value, re.IGNORECASE)
        return safe or value.startswith("#")
    return not BARRED.match(name) and not OUTSIDE.search(value)
