"""Measure the learner's machine from a lesson: with progress, once a day."""

from datetime import datetime

from IPython import get_ipython
from IPython.display import display

from anuman import machine as machine_package
from anuman.language import _, number
from anuman.machine import Machine, MachineFileError

from ..kit.controls import Progress
from ..kit.figure import Figure
from ..kit.picture import Live
from .machine_charts import message


class Measuring(Live):
    """A bar that says how far the measurement is. A button to stop it could not work: the kernel hears
    clicks only after the cell has ended, so Jupyter's own stop button is what is named."""

    def __init__(self, words: str = ""):
        words = words or _("Measuring this computer.")
        self.outcome: Figure = message(words)
        super().__init__(lambda: self.outcome)
        self.bar = Progress(words)
        self.place(foot=[self.bar])
        stop = _("To stop: the square button in the toolbar, or the key I twice.")
        self.show(f"<p>{stop}</p>")

    def reach(self, fraction: float, label: str) -> None:
        """Progress from 0 to 1, and what is being done."""
        with self.together():
            self.bar.value = fraction
            if label:
                self.bar.words = _(label)

    def end(self, outcome: Figure) -> None:
        """Show what became of it in the bar's place."""
        self.outcome = outcome
        self.place()
        self.show(outcome.html, outcome.words)


def _kept_today() -> tuple[Machine | None, str]:
    """Today's measurement of this computer, if there is one, and what is wrong with the kept file."""
    try:
        kept = machine_package.load()
    except MachineFileError as error:
        return None, str(error)
    today = datetime.now().astimezone().date().isoformat()
    fresh = kept and kept.date[:10] == today and machine_package.measured_here(kept)
    return (kept if fresh else None), ""


def _summary(machine: Machine, note: str) -> Figure:
    return message(
        _("Measured in {seconds} s: {name}.").format(
            seconds=number(machine.seconds_taken), name=machine.name
        )
        + " "
        + note
    )


def measure(again: bool = False, seconds: float = 6.0) -> Machine | None:
    """Measure this computer for about `seconds` s and keep the result; a result of today is used again.

    again: measure even so. Gives None, after saying why, when it was stopped or could not be done.
    """
    kept, problem = _kept_today()
    if kept and not again:
        display(_summary(kept, _("Measured earlier today. measure(again=True) measures anew.")))
        return kept
    progress = Measuring()
    display(progress)
    measured = None
    try:
        measured = machine_package.measure(seconds, progress.reach)
        machine_package.save(measured)
        end = _summary(measured, problem or _("Kept for today."))
    except KeyboardInterrupt:
        end = message(_("Stopped; nothing was saved. Run the cell again to measure."))
    except MemoryError as error:
        end = message(_("Too little memory is free: {error}").format(error=error))
    except OSError as error:
        note = _("Measured, but it could not be kept: {error}").format(error=error)
        end = _summary(measured, note) if measured else message(str(error))
    progress.end(end)
    if get_ipython() is None:  # outside Jupyter nothing shows what became of it
        display(end)
    return measured
