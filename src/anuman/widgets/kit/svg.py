"""Drawing as SVG text: pictures, shapes, words; colours and type come from the course's style."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import language

from .style import PAPER, SVG_CSS

Point = tuple[float, float]
SHAPES: dict[str, Callable[[float, float, float], str]] = {
    "circle": lambda x, y, r: f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"',
    "square": lambda x, y, r: _polygon(x, y, r * 0.9, [(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "triangle": lambda x, y, r: _polygon(x, y, r * 1.15, [(0, -1), (0.95, 0.8), (-0.95, 0.8)]),
    "diamond": lambda x, y, r: _polygon(x, y, r * 1.25, [(0, -1), (1, 0), (0, 1), (-1, 0)]),
}


def _polygon(x: float, y: float, r: float, corners: Sequence[Point]) -> str:
    points = " ".join(f"{x + r * dx:.1f},{y + r * dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}"'


def text_width(text: str, size: float = 13) -> float:
    """Estimated width in pixels: marks above and below a Devanagari letter take no room."""
    ems = 0.0
    for letter in text:
        kind = unicodedata.category(letter)
        ems += (
            0 if kind == "Mn" else 0.32 if letter in " .,:;|il·" else 0.68 if kind == "Lu" else 0.56
        )
    return ems * size


@dataclass(frozen=True)
class Picture:
    """A finished drawing: its elements, its size in pixels, and what it says in words."""

    body: str
    width: float
    height: float
    title: str
    description: str

    def markup(self) -> str:
        """The <svg> for a page that has the course's style already."""
        return self._svg("")

    def standalone(self) -> str:
        """The <svg> as a file of its own, with its style and paper."""
        return self._svg(
            f'<style>{SVG_CSS}</style><rect width="100%" height="100%" fill="{PAPER}"/>'
        )

    def nested(self, x: float, y: float) -> str:
        """The <svg> to be put into another drawing."""
        place = f'x="{x:g}" y="{y:g}" width="{self.width:g}" height="{self.height:g}"'
        return f'<svg {place} viewBox="0 0 {self.width:g} {self.height:g}">{self.body}</svg>'

    def _svg(self, first: str) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="anuman anuman-svg" '
            f'lang="{language()}" role="img" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}"><title>{escape(self.title)}</title>'
            f"<desc>{escape(self.description)}</desc>{first}{self.body}</svg>"
        )


def stack(pictures: Sequence[Picture], title: str, description: str) -> Picture:
    """Pictures below one another as one."""
    body, y = "", 0.0
    for picture in pictures:
        body += picture.nested(0, y)
        y += picture.height
    return Picture(body, max(p.width for p in pictures), y, title, description)


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    """One line of text; kind: classes "title", "small", "strong", "halo"."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def paragraphs(lines: Sequence[str], width: float) -> Picture:
    """Lines of text as a picture, each broken where it would be wider than `width` pixels."""
    broken: list[str] = []
    for line in lines:
        broken.append("")
        for word in line.split(" "):
            longer = f"{broken[-1]} {word}".strip()
            if broken[-1] and text_width(longer) > width - 8:
                broken.append(word)
            else:
                broken[-1] = longer
    body = "".join(text(4, 20 + 20 * i, line) for i, line in enumerate(broken))
    return Picture(body, width, 32 + 20 * len(broken), "", "")


def rectangle(
    x: float, y: float, width: float, height: float, style: str, hatched: bool = False
) -> str:
    """A rectangle; hatched ones carry diagonal strokes, so that they differ without colour too."""
    made = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" style="{style}"/>'
    if hatched:
        strokes = ""
        start = x - height + 8
        while start < x + width:  # from (start, bottom) to (start + height, top), cut at the sides
            left, right = max(start, x), min(start + height, x + width)
            strokes += f"M{left:.1f} {y + height - (left - start):.1f}L{right:.1f} {y + height - (right - start):.1f}"
            start += 9
        made += f'<path d="{strokes}" style="stroke:{PAPER};stroke-width:3;fill:none"/>'
    return made
