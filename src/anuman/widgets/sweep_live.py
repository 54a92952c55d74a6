"""Measure a real model's decode step at batch 1 to 32 against this machine's own roofline."""

import threading

import ipywidgets

from anuman import machine as machine_package
from anuman.language import _, language, number, speaking

from . import style
from .clocks_view import placeholder
from .figure import Live
from .sweep_view import Seen, html, still

RANDOM, STORIES, SMOLLM2 = "random", "stories", "smollm2"
ROUNDS = 4


def models() -> list[tuple[str, str]]:
    """(label, key) of the models that can be measured here; the larger real one only if it is there."""
    from anuman.lm import smollm2
    from anuman.lm.batch_sweep import SPEED_CONFIG

    million = number(round(SPEED_CONFIG.params / 1e6))
    found = [
        (_("{million} million random weights").format(million=million), RANDOM),
        (_("Anu stories (0.9 million weights)"), STORIES),
    ]
    if smollm2.installed():
        found.append(("SmolLM2-135M", SMOLLM2))
    return found


def _load(key: str):
    from anuman import lm
    from anuman.lm import batch_sweep, smollm2

    if key == RANDOM:
        return lm.random(batch_sweep.SPEED_CONFIG)
    return lm.load(smollm2.path() if key == SMOLLM2 else None)


class BatchSweep(Live):
    """A model to choose, a button to measure and one to stop; step times against the roofline.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        self.language = language()
        self.thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.seen = Seen(_("Not measured yet."))
        self.model = ipywidgets.Dropdown(
            options=models(), description=_("Model"), style={"description_width": "initial"}
        )
        self.measure = ipywidgets.Button(description=_("Measure"), button_style="primary")
        self.stop = ipywidgets.Button(description=_("Stop"), disabled=True)
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "220px"})
        self.as_table = ipywidgets.Checkbox(
            value=False, description=_("Show these numbers as a table"), indent=False
        )
        self.picture = ipywidgets.HTML()
        super().__init__([], lambda: still(self.seen))
        self.layout.max_width = "1040px"
        self.measure.on_click(lambda _button: self.begin())
        self.stop.on_click(lambda _button: self._stop.set())
        self.as_table.observe(lambda _change: self._draw(), "value")
        if gate is not None and gate.locked:
            self.children = [ipywidgets.HTML(placeholder())]
            gate.on_unlock(self._open)
        else:
            self._open()

    def _open(self) -> None:
        look = ipywidgets.HTML(style.STYLE, layout=ipywidgets.Layout(display="none"))
        row = ipywidgets.HBox(
            [self.model, self.measure, self.stop, self.bar],
            layout=ipywidgets.Layout(flex_flow="row wrap"),
        )
        self.children = [look, row, self.picture, self.as_table]
        self._draw()

    def begin(self) -> None:
        """Start measuring in a thread."""
        if self.thread and self.thread.is_alive():
            return
        self._stop.clear()
        self.measure.disabled = self.model.disabled = True
        self.stop.disabled = False
        self.thread = threading.Thread(
            target=self._work, args=(self.model.value, self.model.label), daemon=True
        )
        self.thread.start()

    def _work(self, key: str, name: str) -> None:
        with speaking(self.language):
            try:
                end = self._measured(key, name)
            except machine_package.Cancelled:
                end = _("Stopped; nothing new is shown.")
            except (ValueError, OSError, MemoryError, machine_package.MachineFileError) as error:
                end = _("It could not be measured: {error}").format(error=error)
            self._tell(end)
            self.measure.disabled = self.model.disabled = False
            self.stop.disabled = True

    def _measured(self, key: str, name: str) -> str:
        """Machine (the kept measurement of this one, if there is), model, sweep; says the end."""
        from anuman.lm import batch_sweep

        kept = machine_package.load()
        if kept is None or not machine_package.measured_here(kept):
            self._tell(_("Measuring this computer."))
            kept = machine_package.measure(
                progress=lambda done, _label: self._progress(done), cancelled=self._stop.is_set
            )
            machine_package.save(kept)
        self._tell(_("Measuring the model's decode steps."))
        sweep = batch_sweep.measure(
            _load(key), rounds=ROUNDS, progress=self._progress, cancelled=self._stop.is_set
        )
        if sweep is None:
            return _("Stopped; nothing new is shown.")
        self.seen.machine, self.seen.sweep, self.seen.model = kept, sweep, name
        return _("{model}: measured on {machine}, one BLAS thread.").format(
            model=name, machine=kept.name
        )

    def _progress(self, done: float) -> None:
        self.bar.value = done

    def _tell(self, status: str) -> None:
        self.seen.status = status
        self._draw()

    def _draw(self) -> None:
        self.picture.value = style.unstyled(html(self.seen, self.as_table.value))


def batch_sweep(gate=None) -> BatchSweep:
    """Measure a decode step at batch 1 to 32 live; closed while `gate` (the predictions) is locked."""
    return BatchSweep(gate)
