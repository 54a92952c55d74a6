"""Pictures that stand in a lesson for readers without a kernel: each widget at its first setting."""

import re
from importlib import import_module
from pathlib import Path

from anuman import course
from anuman.language import LANGUAGES, speaking

from .kit.svg import Picture

SHARE = 0.62  # height over width of every card of the front page
PLACE = re.compile(r'<svg x="0" y="0" width="([\d.]+)" height="([\d.]+)"')


def card(stacked: Picture) -> Picture:
    """The first of the drawings that were stacked, whole, in the middle of a frame of the cards' shape."""
    found = PLACE.match(stacked.body)
    if not found:
        raise ValueError(f"{stacked.title}: no drawing at the top of the stack")
    width, height = map(float, found.groups())
    whole = max(width, height / SHARE)
    x, y = (whole - width) / 2, (SHARE * whole - height) / 2
    place = f'<svg x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    body = place + _first(stacked.body)[found.end() :]
    return Picture(body, round(whole), round(SHARE * whole), stacked.title, stacked.description)


def _first(body: str) -> str:
    """The first drawing of a body, with what is nested in it."""
    depth = 0
    for tag in re.finditer(r"<svg\b|</svg>", body):
        depth += 1 if tag[0] == "<svg" else -1
        if not depth:
            return body[: tag.end()]
    raise ValueError("the first drawing has no end")


def drawn(root: Path) -> dict[Path, str]:
    """Path -> SVG of every picture, in every language."""
    pictures = {}
    for lesson in course.LESSONS:
        draw = import_module(f"anuman.widgets.{lesson.picture}").first_picture
        for language in LANGUAGES:
            with speaking(language):
                folder, picture = root / "lessons" / "pictures", draw()
                pictures[folder / f"{lesson.id}.{language}.svg"] = picture.standalone() + "\n"
                small = card(picture).standalone() + "\n"
                pictures[folder / f"{lesson.id}.card.{language}.svg"] = small
    return pictures


def write(root: Path) -> None:
    """Write lessons/pictures/."""
    for path, svg in drawn(root).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8", newline="\n")
