"""A view that moves from state to state and can be grasped: HTML with SVG in it, and controls beside it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from anuman.language import _, language, speaking

from . import style
from .controls import Button, Control
from .saved import Saved

HERE = Path(__file__).parent


@cache
def _text(*names: str) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def phrases() -> dict[str, str]:
    """What the browser says by itself, in the learner's language."""
    return {
        "try": _("Try:"),
        "more": _("More"),
        "slider": _("slider"),
        "play": _("Play"),
        "pause": _("Pause"),
        "speed": _("Speed"),
        "beyond": _("The scale ends here."),
        "gone": _(
            "No answer: the last true picture stays. If it lasts, run this cell and those above it again."
        ),
    }


class Live(anywidget.AnyWidget):
    """Shows what `show` was given last; marks with the same data-key move to their new places.

    still: gives the Figure of the present state, kept in the notebook for when no kernel runs.
    """

    # Handed over as text: a path might start a watcher of files.
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    markup = traitlets.Unicode().tag(sync=True)
    twin = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    panel = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    phrases = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)

    @traitlets.default("_esm")
    def _script(self) -> str:
        return _text("controls.js", "picture.js")

    @traitlets.default("_css")
    def _style(self) -> str:
        return f"{style.HTML_CSS}\n{style.SVG_CSS}\n{_text('picture.css')}"

    def __init__(self, still: Callable[[], object] | None = None):
        super().__init__(phrases=phrases(), language=language())
        self._drags: dict[str, Callable[[float], object]] = {}
        self._steps: dict[str, Callable[[int], object]] = {}
        self._named: dict[str, Control] = {}
        self._lock = (
            threading.RLock()
        )  # messages come on one thread, longer work draws from another
        self._holding = 0
        self._saved = Saved(still) if still else None
        self.still = self._saved.id if self._saved else ""
        self.on_msg(self._heard)

    # What is shown

    def show(self, markup: str, words: str = "", twin: str = "") -> None:
        """Move to this markup. words: the state in sentences, for ears; twin: the table below."""
        with self._lock, self.hold_sync():
            self.markup, self.words, self.twin = markup, words, twin
        if self._saved:
            self._saved.later()

    def _ipython_display_(self, **_kwargs) -> None:
        if self._saved:
            self._saved.display()
        bundle, about = anywidget.AnyWidget._repr_mimebundle_(self)
        bundle |= {"text/html": "<span></span>", "text/plain": " "}
        display(bundle, metadata=about, raw=True)

    def saved(self) -> dict[str, str]:
        """What the notebook's file keeps of the present state: HTML with one picture in it, and words."""
        return self._saved.bundle() if self._saved else {"text/plain": self.words}

    # What can be grasped

    def on_drag(
        self, name: str, callback: Callable[[float], object],
        step: Callable[[int], object] | None = None,
    ) -> None:  # fmt: skip
        """Call `callback` with the value at which the grip of this name is held.

        step: called instead for arrow keys, with the number of steps.
        """
        self._drags[name] = callback
        if step:
            self._steps[name] = step

    # The panel

    def place(self, **places: Sequence[Control]) -> None:
        """Put controls into the panel: main=, tries=, more= and foot= name where they stand."""
        names = {id(control): name for name, control in vars(self).items() if isinstance(control, Control)}  # fmt: skip
        for control in self._named.values():
            control.unobserve(self._tell)
        self._named, panel = {}, []
        for place, controls in places.items():
            for count, control in enumerate(controls):
                name = names.get(id(control), f"{place}{count}")
                self._named[name] = control
                panel.append({"name": name, "place": place, **control.spec()})
        with self.hold_sync():
            self._tell()
            self.panel = panel
        for control in self._named.values():
            control.observe(self._tell)
        self._places = places

    def _tell(self, change=None) -> None:
        """Tell the browser how the controls stand."""
        if change is not None and change["name"] in (
            "options",
            "label",
            "stops",
            "ticks",
            "low",
            "high",
        ):
            self.place(**self._places)
            return
        if self._holding:
            return
        self.values = {name: control.state() for name, control in self._named.items()}

    @contextmanager
    def together(self):
        """Within this context the browser is told of nothing; afterwards of all at once."""
        self._holding += 1
        try:
            with self.hold_sync():
                yield
        finally:
            self._holding -= 1
            if not self._holding:
                self._tell()

    # What the browser says

    def _heard(self, _widget, message: Mapping, _buffers) -> None:
        answer = {"n": message.get("n", 0)}
        with speaking(self.language), self._lock, self.hold_sync():
            try:
                self._act(message)
            except Exception as error:  # told to the learner, who has no other place to see it
                answer["error"] = _("It could not be done: {error}").format(error=error)
        self.send({"answer": answer})

    def _act(self, message: Mapping) -> None:
        if "drag" in message:
            name = message["drag"]
            if message.get("steps") and name in self._steps:
                self._steps[name](message["steps"])
            else:
                self._drags[name](float(message["value"]))
        for name, raw in {**message.get("set", {}), **message.get("values", {})}.items():
            control = self._named[name]
            if control.shown() != raw or control.problem:
                control.heard(raw)
        self._tell()
        if "press" in message and isinstance(button := self._named[message["press"]], Button):
            button.click()
