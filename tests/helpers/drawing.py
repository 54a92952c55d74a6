"""What every picture must be: well-formed, finite, inside its frame, small, and described in words."""

import base64
import math
import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
MOST_ELEMENTS = 1000


def drawings(html: str) -> list[str]:
    """The outermost <svg> elements of a piece of HTML."""
    found, depth, start = [], 0, 0
    for tag in re.finditer(r"<svg\b|</svg>", html):
        if tag.group() == "<svg":
            start = tag.start() if depth == 0 else start
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                found.append(html[start : tag.end()])
    assert depth == 0
    return found


def examine(svg: str) -> ElementTree.Element:
    """Parse a picture; fail unless it keeps the rules."""
    assert not re.search(r"\b(nan|inf)\b", svg, re.IGNORECASE)
    root = ElementTree.fromstring(svg)
    every = list(root.iter())
    assert len(every) < MOST_ELEMENTS
    assert root.get("role") in ("img", "group")
    assert root.find(f"{SVG}title").text.strip()
    assert root.find(f"{SVG}desc").text.strip()
    _left, _top, width, height = map(float, root.get("viewBox").split())
    for element in every:
        for name, most in (("x", width), ("y", height), ("cx", width), ("cy", height)):
            if element.get(name):
                assert -1 <= float(element.get(name)) <= most + 1, ElementTree.tostring(element)
        for name in ("width", "height", "r"):
            value = element.get(name, "0").rstrip("%")
            assert math.isfinite(float(value))
            assert float(value) >= 0
        points = [float(p) for p in re.findall(r"-?[\d.]+", element.get("points", ""))]
        assert all(-20 <= p <= max(width, height) + 10 for p in points)
    return root


def words(root: ElementTree.Element) -> str:
    """All texts of a picture."""
    return " | ".join(e.text or "" for e in root.iter(f"{SVG}text"))


def on_page(widget) -> str:
    """What a live picture shows now, its table included."""
    return widget.markup + widget.twin


def saved_svg(html: str) -> str:
    """The picture that a saved cell keeps, as the SVG in its <img>."""
    return base64.b64decode(re.search(r'base64,([^"]*)"', html).group(1)).decode()
