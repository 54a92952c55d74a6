"""A widget whose work runs in a thread: the notebook stays free, and the Stop button answers."""

import threading
from collections.abc import Callable, Sequence

import ipywidgets

from anuman.language import _, language, speaking

from .figure import Figure
from .gate import Gated


class Running(Gated):
    """Controls above a picture, a Stop button, and a box that adds the table.

    A subclass defines `work(*wanted)`, which does everything and gives what is to be said at the end,
    and `failures`, the exceptions to be said in words; it calls `open_row` when its controls are made.
    seen: what there is to show; its `status` says what happens now.
    view(seen, twin): HTML of it.  picture(seen): the same for a page without a kernel.
    """

    # lm.LmError is a ValueError.
    failures: tuple[type[Exception], ...] = (ValueError, OSError, MemoryError)

    def __init__(self, seen, view: Callable[..., str], picture: Callable[..., Figure]):
        super().__init__(lambda: picture(self.seen))
        self.seen, self._view = seen, view
        self.language = language()
        self.thread: threading.Thread | None = None
        self.stopped = threading.Event()
        self.stop = ipywidgets.Button(description=_("Stop"), disabled=True, layout={"width": "6em"})
        self.stop.on_click(lambda _button: self.stopped.set())

    def open_row(self, controls: Sequence[ipywidgets.Widget], gate=None) -> None:
        """Show the controls in a row; only a note while `gate` (a Predictions) is locked."""
        self._controls = controls
        self.open_with(gate, [controls], ())

    def _open(self) -> None:
        super()._open()
        self.ready()

    def ready(self) -> None:
        """Enable what can be done now; Stop has nothing to stop."""
        self._enable(lambda control: control is not self.stop)

    def begin(self, *wanted) -> None:
        """Start `work(*wanted)` in a thread, unless it runs already."""
        if self.thread and self.thread.is_alive():
            return
        self.stopped.clear()
        self._enable(lambda control: control is self.stop)
        self.thread = threading.Thread(target=self._run, args=wanted, daemon=True)
        self.thread.start()

    def _enable(self, wanted: Callable[[ipywidgets.Widget], bool]) -> None:
        for control in self._controls:
            if control.has_trait("disabled"):  # a bar has nothing to press
                control.disabled = not wanted(control)

    def work(self, *wanted) -> str:
        """Everything that takes time; looks at `stopped` now and then."""
        raise NotImplementedError

    def _run(self, *wanted) -> None:
        with speaking(self.language):  # the folder may change while the thread runs
            try:
                end = self.work(*wanted)
            except self.failures as error:
                end = _("It could not be done: {error}.").format(error=str(error).rstrip("."))
            self.tell(end)
            self.ready()

    def tell(self, status: str) -> None:
        """Say what happens now and draw."""
        self.seen.status = status
        self.draw()

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        return self._view(self.seen, table)
