"""Charts: axes, lines, points, regions, and labels that keep out of each other's way."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import number

from .style import GHOST, INK, PAPER, RULE
from .svg import SHAPES, Picture, Point, grip, keyed, text, text_width

LINE = 16  # pixels between two lines of text


@dataclass(frozen=True)
class Axis:
    """A scale from low to high with a title that names the unit; ticks at `marks`, its decades or round steps."""

    low: float
    high: float
    title: str
    log: bool = False
    format: Callable[[float], str] = number
    marks: tuple[float, ...] = ()

    def at(self, value: float) -> float:
        """Place of a value: 0 at low, 1 at high. Raises ValueError for what the axis cannot show."""
        if not math.isfinite(value) or (self.log and value <= 0):
            raise ValueError(f"{value!r} has no place on the axis {self.title!r}")
        if self.log:
            low = math.log(self.low)  # differences of logs: a quotient may be too large for a float
            return (math.log(value) - low) / (math.log(self.high) - low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int = 6) -> list[float]:
        """At most `most` round values within the axis, or 1-2-5 steps within two decades."""
        if self.marks:
            return list(self.marks)
        if self.log:
            first, last = (
                math.ceil(math.log10(self.low) - 1e-9),
                math.floor(math.log10(self.high) + 1e-9),
            )
            if last - first >= 2:
                stride = math.ceil((last - first + 1) / most)
                return [10.0**e for e in range(first, last + 1, stride)]
            steps = [m * 10.0**e for e in range(first - 1, last + 1) for m in (1, 2, 5)]
            return [t for t in steps if self.low * 0.999 <= t <= self.high * 1.001]
        step = round_up((self.high - self.low) / most)
        count = math.floor((self.high - self.low) / step + 1e-9)
        return [self.low + i * step for i in range(count + 1)]


def round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten at or above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value * (1 - 1e-9))


class Chart:
    """A drawing with two axes; add regions, lines, points and labels, then take its picture()."""

    def __init__(self, x: Axis, y: Axis, title: str, width: float = 520, height: float = 350):
        self.x, self.y, self.title = x, y, title
        self.width, self.height = width, height
        self.left, self.top, self.right, self.bottom = 78.0, 62.0, width - 18, height - 52
        self._regions: list[str] = []
        self._marks: list[str] = []
        self._labels: list[tuple[float, float, str, str, float, str, str]] = []
        self._taken: list[tuple[float, float, float, float]] = []
        self._path: list[Point] = []
        self._counts: dict[str, int] = {}
        self._ends: list[tuple[float, float, str, str]] = []
        self._legend = ""

    def _key(self, kind: str, key: str = "") -> str:
        """The key of a mark: its own, or its place among those of its kind."""
        if not key:
            key = str(self._counts.setdefault(kind, 0))
            self._counts[kind] += 1
        return f"{kind}:{key}"

    def place(self, x: float, y: float) -> Point:
        """Pixels of a point of the data."""
        across, up = self.x.at(x), self.y.at(y)
        return self.left + across * (self.right - self.left), self.bottom - up * (
            self.bottom - self.top
        )

    def region(self, low: float, high: float, style: str, key: str = "") -> None:
        """Shade the band of x between two values."""
        start, end = self.place(low, self.y.low)[0], self.place(high, self.y.low)[0]
        drawn = f'<rect x="{start:.1f}" y="{self.top:.1f}" width="{max(0, end - start):.1f}" height="{self.bottom - self.top:.1f}" style="{style}"/>'
        self._regions.append(keyed(self._key("region", key), drawn))

    def line(
        self,
        points: Sequence[Point],
        colour: str,
        dash: str = "",
        width: float = 2.5,
        key: str = "",
    ) -> None:
        """A line through points of the data; dash as in SVG ("6 4")."""
        pixels = [self.place(*point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
        dashes = f";stroke-dasharray:{dash}" if dash else ""
        drawn = f'<polyline points="{path}" style="fill:none;stroke:{colour};stroke-width:{width}{dashes};stroke-linejoin:round"/>'
        self._marks.append(keyed(self._key("line", key), drawn))
        for (x0, y0), (x1, y1) in itertools.pairwise(pixels):
            steps = max(1, int(math.hypot(x1 - x0, y1 - y0) / 9))
            self._path += [
                (x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps + 1)
            ]

    def point(
        self,
        x: float,
        y: float,
        colour: str,
        shape: str = "circle",
        size: float = 5,
        name: str = "",
        key: str = "",
    ) -> None:
        """One mark; `name` is shown when the mouse rests on it."""
        left, top = self.place(x, y)
        hover = f"<title>{escape(name)}</title>" if name else ""
        drawn = f'{SHAPES[shape](left, top, size)} style="fill:{colour};stroke:{PAPER};stroke-width:1.5">{hover}</{"circle" if shape == "circle" else "polygon"}>'
        self._marks.append(keyed(self._key("point", key), drawn))
        self._taken.append((left - size, top - size, left + size, top + size))

    def ghost(self, points: Sequence[Point], says: str = "") -> None:
        """The state before: a grey line, or for one point a grey ring; it crowds no label out."""
        pixels = [self.place(*point) for point in points]
        hover = f"<title>{escape(says)}</title>" if says else ""
        key = self._key("ghost")
        if len(pixels) == 1:
            (x, y), look = pixels[0], f"fill:none;stroke:{GHOST};stroke-width:2.5"
            self._marks.append(f'<circle data-key="{key}" cx="{x:.1f}" cy="{y:.1f}" r="8" style="{look}">{hover}</circle>')  # fmt: skip
            return
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
        look = f"fill:none;stroke:{GHOST};stroke-width:2;stroke-dasharray:3 3"
        self._marks.append(f'<polyline data-key="{key}" points="{path}" style="{look}">{hover}</polyline>')  # fmt: skip

    def grip(
        self, x: float, y: float, colour: str, *, name: str, label: str, now: float, says: str,
        values: tuple[float, float], track: Sequence[Point] = (), axis: str = "x",
        shape: str = "diamond", size: float = 9,
    ) -> None:  # fmt: skip
        """A mark at a point of the data that can be dragged.

        values: what on_drag gets at the low and the high end of the axis that it moves along; track:
        points of the data that it slides along; now, says: its value, as a number and in words.
        """
        at = self.place(x, y)
        along = self.x if axis == "x" else self.y
        ends = (self.left, self.right) if axis == "x" else (self.bottom, self.top)
        drawn = f'{SHAPES[shape](0, 0, size)} style="fill:{colour};stroke:{INK};stroke-width:2"/>'
        self._marks.append(
            grip(
                at, drawn, name=name, label=label, now=now, says=says, log=along.log, axis=axis,
                scale=(ends[0], values[0], ends[1], values[1]),
                track=[self.place(*point) for point in track],
            )
        )  # fmt: skip
        self._taken.append((at[0] - size, at[1] - size, at[0] + size, at[1] + size))

    def marks(self, points: Sequence[Point], colour: str, size: float = 3.2) -> None:
        """Many small diamonds as one element, so that hundreds of points stay light."""
        path = ""
        for point in points:
            x, y = self.place(*point)
            path += f"M{x:.1f} {y - size:.1f}l{size} {size}l{-size} {size}l{-size} {-size}z"
        if path:
            drawn = f'<path d="{path}" style="fill:{colour};fill-opacity:.75"/>'
            self._marks.append(keyed(self._key("marks"), drawn))

    def label(
        self,
        x: float,
        y: float,
        content: str,
        prefer: str = "right",
        gap: float = 9,
        kind: str = "",
        key: str = "",
    ) -> None:
        """Words beside a point of the data, on the preferred side if there is room, else nearby."""
        left, top = self.place(x, y)
        self._labels.append((left, top, content, prefer, gap, kind, self._key("label", key)))

    def end_label(self, y: float, content: str, key: str = "", x: float | None = None) -> None:
        """Words right of the frame, at the height where a line ends; leave room with `right`.

        x: where the line ends if not at the frame; a thin rule leads from there to the words.
        """
        left, top = self.place(self.x.high if x is None else x, y)
        self._ends.append((top, left, content, self._key("end", key)))

    def legend(self, entries: Sequence[tuple[str, str, str]]) -> None:
        """A row of (shape, colour, name) above the frame, which gives way: before anything is drawn."""
        x = 10.0
        for shape, colour, name in entries:
            mark = f'{SHAPES[shape](x, self.top - 4, 5)} style="fill:{colour}"/>'
            self._legend += keyed(f"legend:{shape}", mark)
            self._legend += text(x + 10, self.top, name, "small", key=f"legend:{shape}")
            x += 34 + text_width(name, 12)
        self.top += 20

    def _put_ends(self) -> str:
        """End labels at their heights, pushed apart where they would touch, and up again from the foot."""
        ends = sorted(self._ends)
        heights, last = [], -math.inf
        for top, *_rest in ends:
            heights.append(last := max(top + 4, last + LINE))
        room = self.bottom
        for i in reversed(range(len(heights))):
            heights[i] = min(heights[i], room)
            room = heights[i] - LINE
        parts = []
        for (top, left, content, key), y in zip(ends, heights, strict=True):
            if left < self.right:
                rule = f'<path d="M{left + 3:.1f} {top:.1f}L{self.right + 3:.1f} {y - 4:.1f}" style="stroke:{GHOST};stroke-width:.8"/>'
                parts.append(keyed(f"{key}:rule", rule))
            parts.append(text(self.right + 6, y, content, "small strong", key=key))
        return "".join(parts)

    def _put(
        self, left: float, top: float, content: str, prefer: str, gap: float, kind: str, key: str
    ) -> str:
        width = text_width(content) * (1.08 if "strong" in kind else 1)
        sides = {
            "right": (left + gap, top + 4),
            "left": (left - gap - width, top + 4),
            "above": (left - width / 2, top - gap),
            "below": (left - width / 2, top + gap + 9),
        }
        order = [prefer, *(side for side in sides if side != prefer)]
        best, least = (0.0, 0.0), math.inf
        for away in sorted(range(-7, 8), key=abs):
            for rank, side in enumerate(order):
                x = min(max(sides[side][0], self.left + 3), self.right - width - 3)
                y = sides[side][1] + away * LINE
                far = 6 * rank + 9 * abs(away)
                if far >= least:
                    continue
                crowd = far + self._crowd(x, y - 11, x + width, y + 4)
                if crowd < least:
                    best, least = (x, y), crowd
        x, y = best
        self._taken.append((x - 2, y - 12, x + width + 2, y + 5))
        return text(x, y, content, f"halo {kind}".strip(), key=key)

    def _crowd(self, x0: float, y0: float, x1: float, y1: float) -> float:
        """How badly a box collides: with other labels and marks, with lines, with the frame."""
        boxes = sum(x0 < b[2] and b[0] < x1 and y0 < b[3] and b[1] < y1 for b in self._taken)
        lines = sum(x0 - 3 < x < x1 + 3 and y0 - 2 < y < y1 + 2 for x, y in self._path)
        outside = y0 < self.top or y1 > self.bottom
        return 200 * boxes + 25 * lines + 400 * outside

    def _axes(self) -> str:
        parts = [text(4, 18, self.title, "title", key="title"), text(4, 42, self.y.title, "small", key="y")]  # fmt: skip
        for value in self.y.ticks():
            _x, y = self.place(self.x.low, value)
            rule = f'<path d="M{self.left:.1f} {y:.1f}H{self.right:.1f}" style="stroke:{RULE};stroke-opacity:.6"/>'
            parts.append(keyed(f"y:{value:g}", rule))
            parts.append(text(self.left - 8, y + 4, self.y.format(value), "small", "end", f"y:{value:g}"))  # fmt: skip
        for value in self.x.ticks(8):
            x, _y = self.place(value, self.y.low)
            tick = f'<path d="M{x:.1f} {self.bottom:.1f}v5" style="stroke:{INK};stroke-width:1"/>'
            parts.append(keyed(f"x:{value:g}", tick))
            said = self.x.format(value)
            side = "end" if x + text_width(said, 12) / 2 > self.width else "middle"
            at = min(x, self.width) if side == "middle" else self.width
            parts.append(text(at, self.bottom + 19, said, "small", side, f"x:{value:g}"))
        parts.append(
            f'<path data-key="axis" d="M{self.left:.1f} {self.bottom:.1f}H{self.right:.1f}" style="stroke:{INK};stroke-width:1"/>'
        )
        middle = (self.left + self.right) / 2
        parts.append(text(middle, self.bottom + 40, self.x.title, "small", "middle", "x"))
        return "".join(parts)

    def picture(self, description: str) -> Picture:
        """The drawing; `description` says in words what it shows now."""
        axes = self._axes()
        words = [self._put(*label) for label in self._labels]
        body = "".join([*self._regions, axes, self._legend, *self._marks, *words, self._put_ends()])
        return Picture(body, self.width, self.height, self.title, description)
