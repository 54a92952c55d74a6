"""What stays of a live picture in the notebook's file: one still, shown wherever the live one is not.

Reopened without a kernel, untrusted, or exported, a notebook shows the still and a word what to run.
It is an <img>, for notebooks that are not trusted lose their <svg>; the live picture hides it.
"""

import base64
import secrets
import threading
from collections.abc import Callable
from html import escape

from IPython.display import display

from anuman.language import _, language, speaking

from .clean import PICTURE, clean

QUIET_S = 0.7  # after the last change

# The line of a widget that has no kernel any more, right below its still; and the still waits a moment,
# so that it does not flash before a live picture that is about to hide it.
LOOK = """<style>
.jp-OutputArea-child:has([data-still]) + .jp-OutputArea-child .jp-OutputArea-output.jupyter-widgets:not(:has(*)) { display: none; }
[data-still] img { max-width: 100%; height: auto; background: #fff; border: 1px solid #767676; border-radius: 8px; }
@media screen { [data-still] { animation: anuman-wait 1.5s; } }
@keyframes anuman-wait { from, to { display: none; } }
</style>"""


def image(svg: str, alt: str) -> str:
    """The drawing as an <img> that needs no file."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img src="{PICTURE}{data}" alt="{escape(alt)}"/>'


class Saved:
    """The still of one live picture, kept up to date in the cells that show it."""

    def __init__(self, still: Callable[[], object]):
        self.id = secrets.token_hex(6)
        self._still = still
        self._language = language()
        self._handles: list = []
        self._timer: threading.Timer | None = None

    def bundle(self) -> dict[str, str]:
        """The figure's picture (or, where it has none, its words as HTML) as outputs of a cell."""
        figure = self._still()
        run = _("A still picture. To move it, run this cell and those above it.")
        # A collapsed output shows the first line as it stands.
        first = figure.picture.title if figure.picture else figure.words.partition("\n")[0]
        if figure.picture:
            shown = image(figure.picture.standalone(), figure.words) + clean(figure.twin)
        else:
            shown = clean(figure.html)
        html = (
            f'{escape(first)}\n<div data-still="{self.id}" lang="{self._language}">{LOOK}{shown}'
            f"<p><small>{escape(run)}</small></p></div>"
        )
        return {"text/html": html, "text/plain": figure.words}

    def display(self) -> None:
        """Put the present still into the cell that runs."""
        self._handles.append(display(self.bundle(), raw=True, display_id=True))

    def later(self) -> None:
        """Bring the still up to date once nothing has changed for a while."""
        if not any(self._handles):  # not shown, or no Jupyter around
            return
        if self._timer:
            self._timer.cancel()
        self._timer = threading.Timer(QUIET_S, self._update)
        self._timer.daemon = True
        self._timer.start()

    def _update(self) -> None:
        with speaking(self._language):
            bundle = self.bundle()
        for handle in self._handles:
            handle.update(bundle, raw=True)
