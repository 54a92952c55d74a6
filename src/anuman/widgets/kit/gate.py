"""A widget of controls above one picture, closed until the learner has made the predictions."""

from collections.abc import Callable, Sequence
from html import escape

import ipywidgets

from anuman.language import _

from . import style
from .doubling import WIDE
from .figure import Figure, Live

ROW = {"display": "flex", "flex_flow": "row wrap", "width": "100%", "grid_gap": "2px 20px"}


class Gated(Live):
    """Controls, a picture (HTML) and its table; `gate` (a Predictions) keeps it closed while locked.

    Subclasses say `html(table)` and call `open_with(rows of controls)` when theirs are made; any
    control of `watched` that changes draws anew.
    """

    def __init__(self, still: Callable[[], Figure]):
        super().__init__([], still)
        self.layout.max_width = "1040px"
        self.picture = ipywidgets.HTML()
        self.as_table = ipywidgets.Checkbox(
            value=False, description=_("Show these numbers as a table"), indent=False
        )
        self.opened = False

    def open_with(
        self,
        gate,
        rows: Sequence[Sequence[ipywidgets.Widget]],
        watched: Sequence[ipywidgets.Widget],
    ) -> None:
        """Show the controls and the picture, at once or when the gate opens."""
        layout = ipywidgets.Layout(**ROW)
        self.controls = ipywidgets.VBox([ipywidgets.Box(row, layout=layout) for row in rows])
        for control in (*watched, self.as_table):
            control.observe(lambda _change: self.draw(), "value")
        if gate is not None and gate.locked:
            self.children = [ipywidgets.HTML(placeholder())]
            gate.on_unlock(self._open)
        else:
            self._open()

    def _open(self) -> None:
        look = ipywidgets.HTML(style.STYLE, layout=ipywidgets.Layout(display="none"))
        self.children = [look, self.controls, self.picture, self.as_table]
        self.opened = True
        self.draw()

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the present state; nothing while the widget is closed."""
        if self.opened:
            self.picture.value = style.unstyled(self.html(self.as_table.value))


def placeholder() -> str:
    """What stands in the widget's place while it waits for predictions."""
    sentence = _("Make your predictions above, or press “Show me”: then this opens.")
    return style.box(f"<p>{escape(sentence)}</p>")


def whole(label: str, value: int, least: int, most: int) -> ipywidgets.BoundedIntText:
    """A labelled box for a whole number."""
    return ipywidgets.BoundedIntText(
        value=value, min=least, max=most, description=label,
        style=WIDE, layout=ipywidgets.Layout(width="auto", flex="0 1 215px"),
    )  # fmt: skip


def decimal(
    label: str, value: float, least: float, most: float, step: float
) -> ipywidgets.BoundedFloatText:
    """A labelled box for a number."""
    return ipywidgets.BoundedFloatText(
        value=value, min=least, max=most, step=step, description=label,
        style=WIDE, layout=ipywidgets.Layout(width="auto", flex="0 1 230px"),
    )  # fmt: skip


def choice(
    label: str, options: Sequence, value: object = None, width: int = 215
) -> ipywidgets.Dropdown:
    """A labelled list to choose from, `width` pixels wide or more."""
    made = ipywidgets.Dropdown(
        options=options, description=label, style=WIDE,
        layout=ipywidgets.Layout(width="auto", min_width="190px", flex=f"1 1 {width}px"),
    )  # fmt: skip
    if value is not None:
        made.value = value
    return made
