"""Drawing as SVG text: pictures, shapes, words; colours and type come from the course's style."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from anuman.language import language

from .style import PAPER, SVG_CSS

Point = tuple[float, float]
# Keys, values on hover, and what makes a mark a handle: a still has no use for them.
HANDLES = re.compile(
    r' (?:data-\w+|aria-\w+|tabindex|role)="[^"]*"|<title>[^<]*</title>|<circle class="reach"[^>]*/>'
)
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


def keyed(key: str, element: str) -> str:
    """The element with a key: a live picture moves it to where the next one has this key."""
    tag, _space, rest = element.partition(" ")
    return f'{tag} data-key="{escape(key)}" {rest}' if key else element


def _plain(value: float) -> str:
    """Six digits without an exponent, as accessibility attributes want them."""
    return f"{float(f'{value:.6g}'):.12f}".rstrip("0").rstrip(".")


def grip(
    at: Point, mark: str, *, name: str, label: str, now: float, says: str,
    scale: tuple[float, float, float, float], log: bool = False, axis: str = "x",
    track: Sequence[Point] = (), step: float | None = None,
) -> str:  # fmt: skip
    """A mark, drawn around (0, 0), that can be dragged and moved by arrow keys.

    name: what `on_drag` listens to; label and says: what it is and its value now, in words;
    scale: (pixel, value, pixel, value) along `axis` "x" or "y"; track: the points it slides along;
    step: what an arrow key adds, or multiplies by where `log`; a twentieth of a decade by default.
    """
    ends = sorted((scale[1], scale[3]))
    slides = " ".join(f"{x:.1f},{y:.1f}" for x, y in track)
    return (
        f'<g data-key="grip:{name}" data-grip="{name}" role="slider" tabindex="0" '
        f'aria-label="{escape(label)}" aria-valuenow="{_plain(now)}" aria-valuemin="{_plain(ends[0])}" '
        f'aria-valuemax="{_plain(ends[1])}" aria-valuetext="{escape(says)}" data-axis="{axis}" '
        f'data-scale="{" ".join(f"{v:.6g}" for v in scale)}{" log" if log else ""}"'
        + (f' data-track="{slides}"' if slides else "")
        + (f' data-step="{step:g}"' if step else "")
        + f' transform="translate({at[0]:.1f},{at[1]:.1f})">'
        f'<circle class="reach" r="18" style="fill-opacity:0"/>{mark}</g>'
    )


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
        """The <svg> as a file of its own, with its style and paper; without what only a hand needs."""
        quiet = replace(self, body=HANDLES.sub("", self.body))
        return quiet._svg(
            f'<style>{SVG_CSS}</style><rect width="100%" height="100%" fill="{PAPER}"/>'
        )

    def nested(self, x: float, y: float) -> str:
        """The <svg> to be put into another drawing."""
        place = f'x="{x:g}" y="{y:g}" width="{self.width:g}" height="{self.height:g}"'
        return f'<svg {place} viewBox="0 0 {self.width:g} {self.height:g}">{self.body}</svg>'

    def _role(self) -> str:
        """An image hides what is in it from screen readers; a picture with marks to reach is a group."""
        if "data-grip" in self.body:
            return 'role="group" tabindex="0"'
        return 'role="img" tabindex="0"' if "<title>" in self.body else 'role="img"'

    def _svg(self, first: str) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="anuman anuman-svg" '
            f'lang="{language()}" {self._role()} viewBox="0 0 {self.width:g} {self.height:g}" '
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


def text(
    x: float, y: float, content: str, kind: str = "", anchor: str = "start", key: str = ""
) -> str:
    """One line of text; kind: classes "title", "small", "strong", "halo", "on" (on a filled mark)."""
    drawn = f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'
    return keyed(key, drawn)


def paragraphs(lines: Sequence[str], width: float) -> Picture:
    """Lines of text as a picture, each broken where it would be wider than `width` pixels."""
    rows: list[str] = []
    for line in lines:
        rows.append("")
        for word in line.split(" "):
            longer = f"{rows[-1]} {word}".strip()
            if rows[-1] and text_width(longer) > width - 8:
                rows.append(word)
            else:
                rows[-1] = longer
    body = "".join(text(4, 20 + 20 * i, line) for i, line in enumerate(rows))
    return Picture(body, width, 32 + 20 * len(rows), "", "")


def rectangle(
    x: float, y: float, width: float, height: float, style: str, hatched: bool = False,
    key: str = "", says: str = "",
) -> str:  # fmt: skip
    """A rectangle; hatched ones carry diagonal strokes, so that they differ without colour too.

    says: its value, shown on hover.
    """
    hover = f"<title>{escape(says)}</title>" if says else ""
    made = keyed(key, f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" style="{style}">{hover}</rect>')  # fmt: skip
    if hatched:
        strokes = ""
        start = x - height + 8
        while start < x + width:  # from (start, bottom) to (start + height, top), cut at the sides
            left, right = max(start, x), min(start + height, x + width)
            strokes += f"M{left:.1f} {y + height - (left - start):.1f}L{right:.1f} {y + height - (right - start):.1f}"
            start += 9
        hatch = f'<path d="{strokes}" style="stroke:{PAPER};stroke-width:3;fill:none"/>'
        made += keyed(f"{key}:hatch" if key else "", hatch)
    return made


def broken(x: float, y: float, height: float) -> str:
    """The mark across a bar whose end does not fit: two strokes, as on a map that is cut."""
    zigzag = f"M{x - 7:.1f} {y + height + 4:.1f}l8 {-height - 8:.1f}M{x:.1f} {y + height + 4:.1f}l8 {-height - 8:.1f}"
    return f'<path d="{zigzag}" style="stroke:{PAPER};stroke-width:4;fill:none"/>'


def broken_across(x: float, y: float, width: float) -> str:
    """The same across a bar that goes up."""
    zigzag = (
        f"M{x - 4:.1f} {y + 7:.1f}l{width + 8:.1f} -8M{x - 4:.1f} {y + 14:.1f}l{width + 8:.1f} -8"
    )
    return f'<path d="{zigzag}" style="stroke:{PAPER};stroke-width:4;fill:none"/>'
