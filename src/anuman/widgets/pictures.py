"""Pictures that stand in a lesson for readers without a kernel: each widget at its first setting."""

from importlib import import_module
from pathlib import Path

from anuman import course
from anuman.language import LANGUAGES, speaking


def drawn(root: Path) -> dict[Path, str]:
    """Path -> SVG of every picture, in every language."""
    pictures = {}
    for lesson in course.LESSONS:
        draw = import_module(f"anuman.widgets.{lesson.picture}").first_picture
        for language in LANGUAGES:
            with speaking(language):
                path = root / "lessons" / "pictures" / f"{lesson.id}.{language}.svg"
                pictures[path] = draw().standalone() + "\n"
    return pictures


def write(root: Path) -> None:
    """Write lessons/pictures/."""
    for path, svg in drawn(root).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8", newline="\n")
