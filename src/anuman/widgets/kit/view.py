"""What a central widget shows of one state: pictures, cards, formula, failure states, table; live and as a still."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import _, number

from .figure import Figure, folded, table_html
from .style import fact
from .svg import Picture, paragraphs, stack

Card = tuple[str, str, str]
MOST_SAVED = 40  # rows of a table in a saved notebook
SHORT = 540  # pixels of pictures below which the cards go under them, to be seen together
GOES_ON = ("=", "≈", "+", "−", "×", "·", "/")  # how a term begins that goes on with the law before


@dataclass(frozen=True)
class Formula:
    """A law with the learner's values. terms: pieces that stay on one line, of text and (top, bottom) fractions.

    A term that begins with words is another law, on a line of its own.
    """

    terms: Sequence[Sequence[str | tuple[str, str]]]

    def html(self) -> str:
        """With fractions drawn as such."""
        spans = ""
        for term in self.terms:
            if spans and isinstance(term[0], str) and not term[0].startswith(GOES_ON):
                spans += "</div><div>"
            spans += f'<span class="term">{"".join(map(_piece, term))}</span> '
        label = escape(" ".join(self.lines()), quote=True)
        return f'<div class="formula" role="math" aria-label="{label}"><div>{spans}</div></div>'

    def lines(self) -> list[str]:
        """As lines of plain text."""
        return [
            "".join(p if isinstance(p, str) else f"({p[0]}) / ({p[1]})" for p in term)
            for term in self.terms
        ]


def _piece(piece: str | tuple[str, str]) -> str:
    if isinstance(piece, str):
        return escape(piece)
    top, bottom = map(escape, piece)
    return f'<span class="ratio"><span>{top}</span><span>{bottom}</span></span>'


@dataclass(frozen=True, kw_only=True)
class View:
    """One state of a widget. words: a summary in sentences; cards: label, number, what it means.

    problems: named failure states; above and below: HTML around the pictures; notes: quiet sentences;
    told: what stands in `below`, as sentences for the still; twin: HTML of the table where it is not
    simply head, rows and caption; beside: the cards stay beside pictures whose height changes.
    """

    title: str
    words: str
    pictures: Sequence[Picture]
    cards: Sequence[Card] = ()
    problems: Sequence[str] = ()
    formula: Formula | None = None
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    above: str = ""
    below: str = ""
    notes: Sequence[str] = ()
    told: Sequence[str] = ()
    caption: str = ""
    twin: str = ""
    beside: bool = False

    def markup(self) -> str:
        """Everything but the table, for a live picture."""
        # Below the pictures a banner pushes nothing that the reader looks at.
        banner = "".join(f"<p>{escape(p)}</p>" for p in self.problems)
        banner = f'<div class="banner" data-key="banner">{banner}</div>' if banner else ""
        drawn = "".join(p.markup() for p in self.pictures)
        cards = "".join(fact(*card) for card in self.cards)
        notes = "".join(f'<p class="quiet">{escape(n)}</p>' for n in self.notes)
        formula = self.formula.html() if self.formula else ""
        short = not self.beside and sum(p.height for p in self.pictures) < SHORT
        under = " under" if short else ""
        return (
            f'<div class="wide">{self.above}{drawn}{banner}</div><div class="side{under}">{cards}</div>'
            f'<div class="below">{formula}{self.below}{notes}</div>'
        )

    def table(self) -> str:
        """The same as a table."""
        if self.twin or not self.rows:
            return self.twin
        return table_html(self.head, self.rows, self.caption)

    def _saved_table(self) -> str:
        """The table folded, cut where it would make the notebook's file heavy."""
        cut = len(self.rows) - MOST_SAVED
        if cut <= 0 or self.twin:
            kept = self.table()
        else:
            more = _("and {count} more rows").format(count=number(cut))
            kept = table_html(self.head, self.rows[:MOST_SAVED], self.caption) + f"<p>{more}</p>"
        return folded(_("The same as a table"), kept) if kept else ""

    def figure(self) -> Figure:
        """The same without a kernel: one picture with cards and formula as text, and the table folded."""
        lines = [
            *self.problems,
            *(f"{a}: {b} ({n})" if n else f"{a}: {b}" for a, b, n in self.cards),
        ]
        lines += [*(self.formula.lines() if self.formula else ()), *self.told, *self.notes]
        if not self.pictures:
            return Figure("".join(f"<p>{escape(x)}</p>" for x in lines or [self.words]), self.words)
        width = max(p.width for p in self.pictures)
        drawn = stack([*self.pictures, paragraphs(lines, width)], self.title, self.words)
        twin = self._saved_table()
        return Figure(drawn.markup() + twin, self.words, drawn, twin)
