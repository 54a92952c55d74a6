"""Markdown as a page shows it: formulas as MathML, pictures that lie beside the notebook within the page."""

import base64
import os

from nbconvert.filters.markdown_mistune import IPythonRenderer

from ...formulas import mathml
from ..records.clean_picture import MOST_BYTES, PICTURES, picture

MOST_FORMULAS = 1_000  # of a page
BESIDE = (
    {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
    | {
        ".svg": "image/svg+xml"  # in <img> no script of it runs, and the page's policy lets it fetch nothing
    }
)


class Room:
    """What a page has still room for: bytes of pictures, formulas."""

    def __init__(self, pictures: int):
        self.pictures, self.formulas = pictures, MOST_FORMULAS

    def takes(self, size: int) -> bool:
        """Whether so many bytes more of pictures have their place; if so they take it."""
        fits = size <= self.pictures
        self.pictures -= size if fits else 0
        return fits


class PageRenderer(IPythonRenderer):
    """nbconvert's renderer, for pages that need nothing beside them."""

    def __init__(self, room: Room, **how):
        super().__init__(escape=False, embed_images=True, **how)
        self._room = room

    def block_math(self, body: str) -> str:
        return self._formula(body, block=True) or super().block_math(body)

    def inline_math(self, body: str) -> str:
        return self._formula(body) or super().inline_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._formula(whole, block=True) or super().latex_environment(name, body)

    def _formula(self, tex: str, block: bool = False) -> str | None:
        self._room.formulas -= 1
        return mathml(tex.strip(), block) if self._room.formulas >= 0 else None

    def _src_to_base64(self, src: str) -> str | None:
        """A file below the notebook's folder as an address that holds it; None if it is no picture."""
        folder = os.path.realpath(self.path)
        path = os.path.realpath(os.path.join(folder, src))
        mime = BESIDE.get(os.path.splitext(path)[1].lower())
        if mime is None or not path.startswith(folder + os.sep) or not os.path.isfile(path):
            return None
        if os.path.getsize(path) > MOST_BYTES:
            return None
        with open(path, "rb") as file:
            content = file.read()
        data = picture(mime, content) if mime in PICTURES else base64.b64encode(content).decode()
        return f"data:{mime};base64,{data}" if data and self._room.takes(len(content)) else None
