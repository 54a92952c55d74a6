"""Pictures that stand in a lesson for readers without a kernel: each widget at its first setting."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from anuman import course
from anuman.language import LANGUAGES, speaking

SHARE = 0.62  # height over width of the upper part that stands on a card of the front page


def drawn(root: Path) -> dict[Path, str]:
    """Path -> SVG of every picture, in every language."""
    pictures = {}
    for lesson in course.LESSONS:
        draw = import_module(f"anuman.widgets.{lesson.picture}").first_picture
        for language in LANGUAGES:
            with speaking(language):
                folder, picture = root / "lessons" / "pictures", draw()
                pictures[folder / f"{lesson.id}.{language}.svg"] = picture.standalone() + "\n"
                card = replace(picture, height=round(SHARE * picture.width))
                pictures[folder / f"{lesson.id}.card.{language}.svg"] = card.standalone() + "\n"
    return pictures


def write(root: Path) -> None:
    """Write lessons/pictures/."""
    for path, svg in drawn(root).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8", newline="\n")
