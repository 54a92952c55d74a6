"""The central widget of lesson 01: on which day has serving a model cost more than training it?"""

import math

import ipywidgets

from anuman.language import _
from anuman.scenes.crossover import KINDS, MODELS, Crossing, crossing, first_crossing

from ..kit.doubling import WIDE
from ..kit.gate import Gated, choice
from . import crossover_charts, crossover_words

BILLION = 1e9
MOST = 100_000.0  # billions of tokens, to train on or to serve in a day
FEWEST_TRAINED, FEWEST_SERVED = 1.0, 0.001


class Amount:
    """Billions of tokens as a labelled box and a slider in powers of ten, kept in step."""

    def __init__(self, label: str, hint: str, value: float, least: float, changed):
        self.box = ipywidgets.BoundedFloatText(
            value=value, min=least, max=MOST, description=label,
            style=WIDE, layout=ipywidgets.Layout(width="auto", flex="0 1 330px"),
        )  # fmt: skip
        self.slider = ipywidgets.FloatLogSlider(
            value=value, base=10, min=math.log10(least), max=math.log10(MOST), step=0.25,
            readout=False, tooltip=hint, layout=ipywidgets.Layout(flex="1 1 200px", width="auto"),
        )  # fmt: skip
        self.changed = changed
        self.box.observe(self._typed, "value")
        self.slider.observe(self._slid, "value")

    @property
    def tokens(self) -> float:
        """The amount in tokens."""
        return self.box.value * BILLION

    def _slid(self, change) -> None:
        # A browser answers a typed value with the slider's nearest place; that is no one's wish.
        if self._place(change["new"]) != self._place(self.box.value):
            self.box.value = float(f"{change['new']:.2g}")

    def _typed(self, change) -> None:
        self.slider.value = 10 ** (self._place(change["new"]) / 4)
        self.changed()

    @staticmethod
    def _place(value: float) -> int:
        return round(4 * math.log10(value))


class Crossover(Gated):
    """Model, training tokens, tokens served a day, how it is served -> the day inference passes training.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        start = first_crossing()
        super().__init__(lambda: crossover_charts.still(self.state))
        self.model = choice(_("Model"), MODELS, start.model, width=260)
        kinds = [(crossover_words.kind_name(kind), kind) for kind in KINDS]
        self.kind = choice(_("It serves"), kinds, start.kind, width=260)
        self.trained = Amount(
            _("Training tokens, billions"), _("Training tokens, in powers of ten"),
            start.train_tokens / BILLION, FEWEST_TRAINED, self.draw,
        )  # fmt: skip
        self.served = Amount(
            _("Tokens served a day, billions"), _("Tokens served a day, in powers of ten"),
            start.tokens_a_day / BILLION, FEWEST_SERVED, self.draw,
        )  # fmt: skip
        rows = (
            [self.model, self.kind],
            [self.trained.box, self.trained.slider],
            [self.served.box, self.served.slider],
        )
        self.open_with(gate, rows, (self.model, self.kind))

    @property
    def state(self) -> Crossing:
        """Training against serving at the present setting."""
        return crossing(self.model.value, self.trained.tokens, self.served.tokens, self.kind.value)

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        state = self.state
        return crossover_charts.html(state) + (crossover_charts.table(state) if table else "")


def crossover(gate=None) -> Crossover:
    """Show when serving passes training; stays closed while `gate` (the predictions) is locked."""
    return Crossover(gate)
