"""A widget of controls beside its pictures, closed until the learner has made the predictions."""

import time
from collections.abc import Sequence

from anuman.language import _

from .controls import Button, Control, Toggle
from .picture import Live
from .view import View

GESTURE_S = 2.0  # changes of one control that follow each other this closely are one gesture


class Try(Button):
    """A chip that sets the state: the values of some controls, by their names in the widget."""

    def __init__(self, label: str, **settings):
        super().__init__(label)
        self.settings = settings


class Explorer(Live):
    """Controls, pictures and their table; `gate` (a Predictions) keeps it closed while locked.

    A subclass says `state` (what is computed from the controls) and `view(state, before)`; before is
    the state that the last gesture began with, for a ghost, or None. It calls `open_with` when its
    controls are made.
    """

    def __init__(self):
        super().__init__(lambda: self._saved_view().figure())
        self.as_table = Toggle(_("Show these numbers as a table"))
        self.opened = False
        self._before = self._drawn = None
        self._gesture = (None, 0.0)

    def open_with(
        self, gate, main: Sequence[Control] = (), more: Sequence[Control] = (),
        tries: Sequence[Try] = (), foot: Sequence[Control] = (),
        unwatched: Sequence[Control] = (),
    ) -> None:  # fmt: skip
        """Show pictures and controls, at once or when the gate opens.

        main: the two that matter; more: folded; foot: below the pictures; unwatched: controls whose
        changes the widget answers itself.
        """
        self._layout = {"main": main, "tries": tries, "more": more, "foot": [*foot, self.as_table]}
        for chip in tries:
            chip.on_click(self._try)
        for control in (*main, *more, *foot, self.as_table):
            if control not in unwatched and not isinstance(control, Button):
                control.observe(self._changed, "value")
        if gate is not None and gate.locked:
            said = _("Make your predictions above, or press “Show me”: then this opens.")
            self.show(f'<div class="wide"><p>{said}</p></div>', said)
            gate.on_unlock(self._open)
        else:
            self._open()

    def _open(self) -> None:
        self.opened = True
        self.place(**self._layout)
        self.draw()

    @property
    def state(self):
        """What the pictures show, computed from the controls."""
        raise NotImplementedError

    def view(self, state, before) -> View:
        """The state as pictures, cards, formula and table."""
        raise NotImplementedError

    def _saved_view(self) -> View:
        return self.view(self.state, None)

    def draw(self) -> None:
        """Draw the present state; nothing while the widget is closed or several controls change."""
        if not self.opened or self._holding:
            return
        self._drawn = self.state
        shown = self.view(self._drawn, self._before)
        self.show(shown.markup(), shown.words, shown.table() if self.as_table.value else "")

    def _changed(self, change) -> None:
        self.gesture(change["owner"])
        self.draw()

    def gesture(self, who: object) -> None:
        """Note who moves the state, so that the ghost is the state before all of one gesture."""
        mover, last_s = self._gesture
        now_s = time.monotonic()
        if who is not mover or now_s - last_s > GESTURE_S:
            self._before = self._drawn
        self._gesture = (who, now_s)

    def set(self, who: object = None, **settings) -> None:
        """Set several controls by their names and draw once."""
        with self.together():
            for name, value in settings.items():
                getattr(self, name).value = value
        self.gesture(who or object())
        self.draw()

    def _try(self, chip: Try) -> None:
        self.set(chip, **chip.settings)
