"""The central widget of lesson 01: on which day has serving a model cost more than training it?"""

from anuman.language import _
from anuman.scenes.crossover import KINDS, MODELS, Crossing, crossing, first_crossing

from ..kit.controls import amount, choice
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import crossover_charts, crossover_words

BILLION = 1e9
MOST = 100_000.0  # billions of tokens, to train on or to serve in a day
FEWEST_TRAINED, FEWEST_SERVED = 1.0, 0.001


class Crossover(Explorer):
    """Model, training tokens, tokens served a day, how it is served -> the day inference passes training.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        start = first_crossing()
        super().__init__()
        self.model = choice(_("Model"), MODELS, start.model)
        kinds = [(crossover_words.kind_name(kind), kind) for kind in KINDS]
        self.kind = choice(_("It serves"), kinds, start.kind)
        trained, served = start.train_tokens / BILLION, start.tokens_a_day / BILLION
        self.trained = amount(
            _("Training tokens, billions"), trained, FEWEST_TRAINED, MOST, whole=False,
            ticks={trained: _("published")},
        )  # fmt: skip
        self.served = amount(
            _("Tokens served a day, billions"), served, FEWEST_SERVED, MOST, whole=False
        )
        self.on_drag("flops", lambda day: self._cross(self.state.tokens, day), self._step)
        self.on_drag("hours", lambda day: self._cross(self.state.hours_tokens, day), self._step)
        tries = [
            Try(_("1 · another model"), model="Llama-3.1-405B"),
            Try(_("2 · twice the training"), trained=2 * trained),
            Try(_("2 · twice the users"), served=2 * served),
            Try(_("3 · a small school"), served=0.001),
            Try(_("4 · one user at a time"), kind="one"),
        ]
        self.open_with(
            gate, main=[self.model, self.served], more=[self.trained, self.kind], tries=tries
        )

    def _cross(self, tokens: float, day: float) -> None:
        """Let the lines cross on this day by serving that many tokens a day."""
        self.served.value = float(f"{tokens / day / BILLION:.3g}")

    def _step(self, count: int) -> None:
        self.served.step(-count)  # later by fewer tokens a day

    @property
    def state(self) -> Crossing:
        """Training against serving at the present setting."""
        return crossing(
            self.model.value, self.trained.value * BILLION, self.served.value * BILLION, self.kind.value
        )  # fmt: skip

    def view(self, state: Crossing, before: Crossing | None) -> View:
        return crossover_charts.view(state, before)


def crossover(gate=None) -> Crossover:
    """Show when serving passes training; stays closed while `gate` (the predictions) is locked."""
    return Crossover(gate)
