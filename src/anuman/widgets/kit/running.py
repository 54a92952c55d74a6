"""A widget whose work runs in a thread: the notebook stays free, and the Stop button answers."""

import threading
from collections.abc import Callable, Sequence

from anuman.language import _, speaking

from .controls import Button, Control, Progress
from .explorer import Explorer
from .view import View


class Running(Explorer):
    """Controls beside a picture, a Stop button and a bar of progress.

    A subclass defines `work(*wanted)`, which does everything and gives what is to be said at the end,
    and `failures`, the exceptions to be said in words; it calls `open_row` when its controls are made.
    seen: what there is to show; its `status` says what happens now.  view(seen): the View of it.
    """

    # lm.LmError is a ValueError.
    failures: tuple[type[Exception], ...] = (ValueError, OSError, MemoryError)

    def __init__(self, seen, view: Callable[[object], View]):
        super().__init__()
        self.seen, self._view = seen, view
        self.thread: threading.Thread | None = None
        self.stopped = threading.Event()
        self.bar = Progress()
        self.stop = Button(_("Stop"), disabled=True)
        self.stop.on_click(lambda _button: self.stopped.set())

    def open_row(self, controls: Sequence[Control], gate=None) -> None:
        """Show the controls, Stop and the bar; only a note while `gate` (a Predictions) is locked."""
        self._controls = [*controls, self.stop]
        self.open_with(gate, main=[*self._controls, self.bar], unwatched=[*controls, self.bar])

    @property
    def state(self):
        return self.seen

    def view(self, state, before) -> View:
        return self._view(state)

    def _open(self) -> None:
        super()._open()
        self.ready()

    def ready(self) -> None:
        """Enable what can be done now; Stop has nothing to stop."""
        self._enable(lambda control: control is not self.stop)
        self.bar.hidden = True

    def begin(self, *wanted) -> None:
        """Start `work(*wanted)` in a thread, unless it runs already."""
        if self.thread and self.thread.is_alive():
            return
        self.stopped.clear()
        self._enable(lambda control: control is self.stop)
        self.progress(0.0)
        self.thread = threading.Thread(target=self._run, args=wanted, daemon=True)
        self.thread.start()

    def _enable(self, wanted: Callable[[Control], bool]) -> None:
        with self.together():
            for control in self._controls:
                control.disabled = not wanted(control)

    def progress(self, part: float, words: str = "") -> None:
        """Show how far the work is, 0 to 1, and what is being done."""
        self.bar.hidden, self.bar.value, self.bar.words = False, part, words

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
