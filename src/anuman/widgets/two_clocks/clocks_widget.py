"""The central widget of lesson 02: which of the two clocks does a decode step wait for?"""

from collections.abc import Sequence

from anuman.language import _, number
from anuman.scenes.clocks import CHIPS, MODELS, Clocks, clocks

from ..kit.controls import amount, choice
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from ..kit.words import bytes_per_weight_options
from . import clocks_charts

LARGEST_BATCH = 4096


class TwoClocks(Explorer):
    """Chip, model, batch and bytes per weight; bars, roofline, cards and formula of one decode step.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None, chips: Sequence[str] = CHIPS, models: Sequence[str] = MODELS):
        super().__init__()
        self.chip = choice(_("Chip"), chips)
        self.model = choice(_("Model"), models)
        self.bytes_per_weight = choice(_("Bytes per weight"), bytes_per_weight_options(), 2.0)
        self.batch = amount(_("Batch (users in a step)"), 1, 1, LARGEST_BATCH)
        self._mark_ridge()
        for control in (self.chip, self.bytes_per_weight):
            control.observe(self._mark_ridge, "value")
        self.on_drag("batch", self._dragged, self.batch.step)
        tries = [
            Try(_("1 · another chip"), chip="Groq-LPU1", batch=1),
            Try(_("2 · many users"), chip="H100-SXM", bytes_per_weight=2.0, batch=250),
            Try(_("3 · half the bytes"), bytes_per_weight=1.0),
            Try(_("4 · a model too large"), chip="Groq-LPU1", model="Llama-3.1-70B"),
        ]
        self.open_with(
            gate,
            main=[self.chip, self.batch],
            more=[self.model, self.bytes_per_weight],
            tries=tries,
        )

    def _mark_ridge(self, _change=None) -> None:
        """The batch that the lesson looks for has a mark at the slider."""
        critical = self.state.critical_batch
        known = critical is not None and 1 <= critical <= LARGEST_BATCH
        at = round(critical) if known else 0
        words = _("ridge {batch}").format(batch=number(at))
        self.batch.ticks = ((at, words),) if known else ()

    def _dragged(self, batch: float) -> None:
        self.batch.value = batch

    @property
    def state(self) -> Clocks:
        """The clocks of the present setting."""
        return clocks(
            self.chip.value, self.model.value, self.batch.value, self.bytes_per_weight.value
        )

    def view(self, state: Clocks, before: Clocks | None) -> View:
        return clocks_charts.view(state, before)


def two_clocks(gate=None) -> TwoClocks:
    """Show the two clocks of a decode step; stays closed while `gate` (the predictions) is locked."""
    return TwoClocks(gate)
