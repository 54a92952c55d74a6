"""The central widget of lesson 02: which of the two clocks does a decode step wait for?"""

from collections.abc import Sequence

from anuman.language import _
from anuman.scenes.clocks import CHIPS, MODELS, Clocks, clocks

from ..kit.doubling import doubling
from ..kit.gate import Gated, choice
from . import clocks_charts

LARGEST_BATCH = 4096


def bytes_per_weight_options() -> list[tuple[str, float]]:
    """Formats of a stored weight, with its bytes."""
    return [
        (_("4 (fp32)"), 4.0),
        (_("2 (bf16)"), 2.0),
        (_("1 (8 bits)"), 1.0),
        (_("0.5625 (4 bits with scales)"), 0.5625),
    ]


class TwoClocks(Gated):
    """Chip, model, batch and bytes per weight; bars, roofline, cards and formula of one decode step.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None, chips: Sequence[str] = CHIPS, models: Sequence[str] = MODELS):
        super().__init__(lambda: clocks_charts.still(self.state))
        self.chip = choice(_("Chip"), chips)
        self.model = choice(_("Model"), models)
        self.bytes_per_weight = choice(_("Bytes per weight"), bytes_per_weight_options(), 2.0)
        self.batch, self.slider = doubling(
            _("Batch (users in a step)"), _("Batch, doubling"), 1, 1, LARGEST_BATCH
        )
        choices = [self.chip, self.model, self.bytes_per_weight]
        self.open_with(gate, [choices, [self.batch, self.slider]], (*choices, self.batch))

    @property
    def state(self) -> Clocks:
        """The clocks of the present setting."""
        return clocks(
            self.chip.value, self.model.value, self.batch.value, self.bytes_per_weight.value
        )

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        state = self.state
        return clocks_charts.html(state) + (clocks_charts.table(state) if table else "")


def two_clocks(gate=None) -> TwoClocks:
    """Show the two clocks of a decode step; stays closed while `gate` (the predictions) is locked."""
    return TwoClocks(gate)
