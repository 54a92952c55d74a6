"""A learner's Markdown, such that no script runs and nothing is fetched where it is shown.

nbgrader's pages put raw HTML in Markdown through as it stands. What is shown is therefore rendered
here first, exactly as nbconvert does it, and the first of several versions of the text whose HTML
is harmless is taken: as it is, with raw HTML shown as text, without pictures, as a block of text.
"""

import functools
import re

from .clean_picture import PICTURES, picture

MOST_TEXT = 20_000  # characters; longer text is shown as a block, since parsing may take long
MOST_BLANK = 1_000  # characters of empty lines; pygments takes the square of the time
MOST_SHOWN = 200_000
LINES = {
    "br",
    "hr",
    "p",
    "div",
    "pre",
    "blockquote",
    "details",
    "summary",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
}
LISTS = {"dd", "dl", "dt", "li", "ol", "ul", "table", "tbody", "td", "th", "thead", "tr"}
WORDS = {"a", "b", "code", "del", "em", "i", "kbd", "small", "span", "strong", "sub", "sup", "u"}
TAGS = LINES | LISTS | WORDS | {"img", "input"}
EMPTY = {"br", "hr", "img", "input"}
TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*(/?)>""")
ATTRIBUTE = re.compile(r"""([a-z-]+)(?:="([^"<>]*)")?""")
RELATIVE = r"[A-Za-z0-9_][\w%-]*(?:[./][\w%-]+)*"  # never up, never to the server's root
VALUES = {
    # No relative links: Formgrader serves the learner's own files from the teacher's server.
    ("a", "href"): re.compile(r"(?:https?://|mailto:|#)[^\s\\]*"),
    ("img", "src"): re.compile(rf"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]*|{RELATIVE}"),
    ("div", "lang"): re.compile("[a-zA-Z-]+"),
    ("details", "lang"): re.compile("[a-zA-Z-]+"),
    ("span", "lang"): re.compile("[a-zA-Z-]+"),
    ("td", "style"): re.compile("text-align: ?(?:left|right|center)"),
    ("th", "style"): re.compile("text-align: ?(?:left|right|center)"),
    ("ol", "start"): re.compile("[0-9]+"),
    ("input", "type"): re.compile("checkbox"),
    ("input", "class"): re.compile("task-list-item-checkbox"),
    ("input", "disabled"): re.compile(""),
    ("input", "checked"): re.compile(""),
    ("li", "class"): re.compile("task-list-item"),
    ("code", "class"): re.compile(r"language-[\w+#.-]+"),
    ("div", "class"): re.compile("highlight"),
    ("span", "class"): re.compile("[a-z0-9 ]{0,12}"),
    ("a", "class"): re.compile("anchor-link"),
}
FREE = {"alt", "title"}  # text of any kind
HEADING_ID = re.compile(r"[^\s\"<>]*")
# Code and formulas, in which a `<` may stay if the page is harmless, or else a `<`.
APART = re.compile(
    r"(?P<apart>^(?P<fence>```|~~~)[^\n]*\n[\s\S]*?^(?P=fence)[^\n]*$|`[^`\n]+`"
    r"|\$\$[^$]+\$\$|\$[^$\n]+\$)|<",
    re.M,
)
# TeX commands with which MathJax sets links, styles and ids.
TEX = re.compile(
    r"\\(?:href|url|style|class|cssId|require|html|data|unicode|includegraphics|mmlToken|bbox)"
)


def clean_markdown(text: str, attachments: dict[str, dict[str, str]] | None) -> str:
    """The text itself if its page is harmless, else the nearest version of it that is.

    attachments None: do not parse it (which may take long), show it as a block.
    """
    if attachments is not None and is_quickly_parsed(text):
        careful = APART.sub(lambda found: found["apart"] or "&lt;", text)
        without_html = text.replace("<", "&lt;")
        without_links = without_html.replace("![", "[").replace("](", "] (")
        versions = (text, careful, without_html, without_links)
        for version in dict.fromkeys(versions):
            if not TEX.search(version) and _is_harmless(version, attachments):
                return version
    return as_block(text)


def is_quickly_parsed(text: str) -> bool:
    """Whether Markdown or code is small enough to be parsed and highlighted."""
    blank = sum(len(line) + 1 for line in text.split("\n") if not line.strip())
    return len(text) <= MOST_TEXT and blank <= MOST_BLANK


def as_block(text: str) -> str:
    """The text, shown letter by letter; cut when it is very long."""
    block = "\n".join("    " + line for line in text[:MOST_SHOWN].splitlines())
    return block.replace("$", "＄") if TEX.search(block) else block


def clean_attachments(attachments: object) -> dict[str, dict[str, str]]:
    """The real pictures among a Markdown cell's attachments."""
    if not isinstance(attachments, dict):
        return {}
    kept = {}
    for name, bundle in attachments.items():
        if isinstance(name, str) and isinstance(bundle, dict):
            pictures = {mime: picture(mime, bundle.get(mime)) for mime in PICTURES}
            kept[name] = {mime: data for mime, data in pictures.items() if data}
    return {name: bundle for name, bundle in kept.items() if bundle}


@functools.cache
def _filter():
    from nbconvert.exporters import HTMLExporter

    return HTMLExporter().markdown2html


def _is_harmless(text: str, attachments: dict[str, dict[str, str]]) -> bool:
    if not set("<[&:`~\\").intersection(text):  # no tag, no link, no code with a name
        return True
    try:
        page = _filter()({"cell": {"attachments": attachments}}, text)
    except Exception:  # whatever a parser makes of hostile text, the page would not come
        return False
    return is_harmless_html(page)


def is_harmless_html(page: str) -> bool:
    """Whether HTML is well nested and made of known tags and attributes only."""
    opened = []
    for closing, tag, attributes, _slash in TAG.findall(page):
        if tag not in TAGS:
            return False
        if closing:
            if attributes or not opened or opened.pop() != tag:
                return False
        elif not all(_allowed(tag, *pair) for pair in ATTRIBUTE.findall(attributes)):
            return False
        elif tag not in EMPTY:
            opened.append(tag)
    return not opened and "<" not in TAG.sub("", page)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in FREE:
        return True
    if name == "id":
        return re.fullmatch("h[1-6]", tag) is not None and HEADING_ID.fullmatch(value) is not None
    rule = VALUES.get((tag, name))
    return rule is not None and rule.fullmatch(value) is not None
