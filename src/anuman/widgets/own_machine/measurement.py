"""Measure the learner's machine from a lesson: with progress, once a day."""

from datetime import datetime

import ipywidgets
from IPython.display import display

from anuman import machine as machine_package
from anuman.language import _, number
from anuman.machine import Machine, MachineFileError

from ..kit.figure import Figure, Live
from .machine_charts import message


class _Progress(Live):
    """A bar that says how far the measurement is. A button to stop it could not work: the kernel hears
    clicks only after the cell has ended, so Jupyter's own stop button is what is named."""

    def __init__(self):
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout=ipywidgets.Layout(width="320px"))
        self.label = ipywidgets.Label(_("Measuring this computer."))
        stop = _("To stop: the square button in the toolbar, or the key I twice.")
        waiting = message(_("Measuring this computer."))
        super().__init__([self.bar, self.label, ipywidgets.Label(stop)], lambda: waiting)

    def show(self, fraction: float, label: str) -> None:
        """Progress from 0 to 1, and what is being done."""
        self.bar.value = fraction
        if label:
            self.label.value = _(label)


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
    progress = _Progress()
    handle = display(progress, display_id=True)
    measured = None
    try:
        measured = machine_package.measure(seconds, progress.show)
        machine_package.save(measured)
        end = _summary(measured, problem or _("Kept for today."))
    except KeyboardInterrupt:
        end = message(_("Stopped; nothing was saved. Run the cell again to measure."))
    except MemoryError as error:
        end = message(_("Too little memory is free: {error}").format(error=error))
    except OSError as error:
        note = _("Measured, but it could not be kept: {error}").format(error=error)
        end = _summary(measured, note) if measured else message(str(error))
    if handle is None:  # outside Jupyter there is nothing to update
        display(end)
    else:
        handle.update(end)
        progress.close()
    return measured
