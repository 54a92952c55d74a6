"""What a cell shows: a picture with its table, alive or not, readable with or without a kernel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import _, ended

from . import style
from .svg import Picture


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """An HTML table of plain texts; columns of numbers stand to the right, long texts are broken."""
    kind = [_kind([row[i] for row in rows]) for i in range(len(head))]
    top = "".join(
        f'<th scope="col"{k}>{escape(h)}</th>' if h else "<td></td>"
        for h, k in zip(head, kind, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{k}>{escape(c)}</td>" for c, k in zip(row, kind, strict=True))
        + "</tr>"
        for row in rows
    )
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="scroll" tabindex="0"><table>{above}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _kind(column: Sequence[str]) -> str:
    """Class of a column: numbers, most of them at least and the rest "unknown" or a dash; or long texts."""
    others = [cell for cell in column if not _is_number(cell)]
    if column and len(others) <= len(column) / 2 and all(map(_is_bare, others)):
        return ' class="number"'
    return ' class="long"' if any(len(cell) > 28 for cell in column) else ""


def _is_number(cell: str) -> bool:
    if len(cell) > 28 or any(joint in cell for joint in (" × ", ", ", "; ")):  # "8 × H100-SXM"
        return False
    return cell.lstrip("+−-≈≥≤₹$ ")[:1].isdigit()


def _is_bare(cell: str) -> bool:
    return len(cell) <= 16 and not any(letter.isdigit() for letter in cell)


def table_text(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """The same table as plain text."""
    lines = [" | ".join(row) for row in (head, *rows)]
    return "\n".join([caption, *lines] if caption else lines)


def folded(summary: str, content: str) -> str:
    """Content behind a line that opens it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


@dataclass(frozen=True)
class Figure:
    """Something to look at: HTML for a notebook, words for everything else, SVG where there is a picture.

    twin: HTML that stands below the picture where a live one is saved.
    """

    html: str
    words: str
    picture: Picture | None = None
    twin: str = ""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        # A collapsed output shows its first line as it stands; open, the style makes it invisible.
        first = self.picture.title if self.picture else self.words.partition("\n")[0]
        html = f"{escape(first)}\n{style.box(_fenced(self.html, self.words))}"
        bundle = {"text/html": html, "text/plain": self.words}
        if self.picture:
            bundle["image/svg+xml"] = self.picture.standalone()
        return bundle


def _fenced(html: str, words: str) -> str:
    """Drawings that only the style shows: without it, in a notebook not trusted, words stand there."""
    if "<svg" not in html:
        return html
    opened = html.replace("<svg xmlns", '<div class="drawn" hidden=""><svg xmlns')
    # Only an outermost drawing names its namespace, and it ends where its body does.
    parts, depth = [], 0
    for piece in re.split(r"(<svg\b|</svg>)", opened):
        depth += {"<svg": 1, "</svg>": -1}.get(piece, 0)
        parts.append("</svg></div>" if piece == "</svg>" and depth == 0 else piece)
    return f'{"".join(parts)}<p class="undrawn">{escape(words)}</p>'


def figure(
    picture: Picture,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    notes: Sequence[str] = (),
) -> Figure:
    """A picture with a caption (plain text) and its numbers as a folded table with notes below."""
    note = f'<p class="quiet">{escape(caption)}</p>' if caption else ""
    below = "".join(f'<p class="quiet">{escape(n)}</p>' for n in notes)
    twin = folded(_("The same as a table"), table_html(head, rows) + below)
    words = f"{ended(picture.title)} {picture.description}"
    return Figure(picture.markup() + note + twin, words, picture)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> Figure:
    """A table to show in a cell; plain texts."""
    return Figure(table_html(head, rows, caption), table_text(head, rows, caption))
