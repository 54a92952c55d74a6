"""Measure a real model's decode step at batch 1 to 32 against this machine's own roofline."""

from anuman import machine as machine_package
from anuman.language import _, number

from ..kit.controls import Button, choice
from ..kit.running import Running
from .sweep_chart import Seen, view

RANDOM, STORIES, SMOLLM2 = "random", "stories", "smollm2"
ROUNDS = 4


def models() -> list[tuple[str, str]]:
    """(label, key) of the models that can be measured here; the larger real one only if it is there."""
    from anuman.lm import smollm2
    from anuman.lm.batch_sweep import SPEED_CONFIG
    from anuman.lm.training import CONFIG

    speed, stories = (number(c.params / 1e6, 2) for c in (SPEED_CONFIG, CONFIG))
    found = [
        (_("{million} million random weights").format(million=speed), RANDOM),
        (_("Anu stories ({million} million weights)").format(million=stories), STORIES),
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


class BatchSweep(Running):
    """A model to choose, a button to measure and one to stop; step times against the roofline.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    failures = (*Running.failures, machine_package.MachineFileError)

    def __init__(self, gate=None):
        super().__init__(Seen(_("Not measured yet.")), view)
        offered = models()
        self.model = choice(_("Model"), offered)
        self.measure = Button(_("Measure"), primary=True)
        names = {key: label for label, key in offered}
        self.measure.on_click(lambda _button: self.begin(self.model.value, names[self.model.value]))
        self.open_row([self.model, self.measure], gate)

    def work(self, key: str, name: str) -> str:
        """Machine (the kept measurement of this one, if there is), model, sweep; gives the end."""
        from anuman.lm import batch_sweep

        try:
            kept = machine_package.load()
            if kept is None or not machine_package.measured_here(kept):
                self.tell(_("Measuring this computer."))
                kept = machine_package.measure(
                    progress=lambda done, _label: self.progress(done),
                    cancelled=self.stopped.is_set,
                )
                machine_package.save(kept)
        except machine_package.Cancelled:
            return _("Stopped; nothing new is shown.")
        self.tell(_("Measuring the model's decode steps."))
        sweep = batch_sweep.measure(
            _load(key), rounds=ROUNDS, progress=self.progress, cancelled=self.stopped.is_set
        )
        if sweep is None:
            return _("Stopped; nothing new is shown.")
        self.seen.machine, self.seen.sweep, self.seen.model = kept, sweep, name
        return _("{model}: measured on {machine}, one BLAS thread.").format(
            model=name, machine=kept.name
        )


def batch_sweep(gate=None) -> BatchSweep:
    """Measure a decode step at batch 1 to 32 live; closed while `gate` (the predictions) is locked."""
    return BatchSweep(gate)
