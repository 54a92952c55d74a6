"""The central widget of lesson 07: which trick helps at which batch, and on which workload does it do nothing?"""

from anuman.language import _
from anuman.scenes.tricks import (
    CACHE8,
    CHIPS,
    DRAFTS,
    LARGEST_BATCH,
    MIXTURE,
    MODELS,
    TRICKS,
    WEIGHTS4,
    WEIGHTS8,
    Tricks,
)  # fmt: skip

from ..kit.controls import amount, choice, decimal, whole
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import speedup_chart


class Speedups(Explorer):
    """Trick and batch; chip, model, context and the drafts' numbers behind them.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__()
        first = Tricks()
        names = [(speedup_chart.trick_name(trick), trick) for trick in TRICKS]
        self.trick = choice(_("Trick"), names, first.trick)
        self.batch = amount(_("Batch (users in a step)"), first.batch, 1, LARGEST_BATCH)
        self.chip = choice(_("Chip"), CHIPS)
        self.model = choice(_("Model"), MODELS)
        self.context = amount(_("Tokens of each user"), first.context, 16, 131_072)
        self.acceptance = decimal(_("Acceptance of a draft"), first.acceptance, 0.0, 1.0)
        self.drafted = whole(_("Drafted tokens"), first.drafted, 1, 10)
        self.draft_cost = decimal(_("Time of a draft, share of a step"), first.draft_cost, 0.0, 0.5)
        self.on_drag("batch", self._dragged, self.batch.step)
        tries = [
            Try(_("1 · one user"), trick=WEIGHTS4, batch=1, context=512),
            Try(_("2 · a full night"), trick=WEIGHTS4, batch=512, context=16),
            Try(_("3 · long texts"), trick=CACHE8, batch=16, context=32_768),
            Try(_("4 · drafts for many"), trick=DRAFTS, batch=512, context=512),
            Try(_("5 · experts, some users"), trick=MIXTURE, batch=64, context=512),
            Try(_("6 · eight bits"), trick=WEIGHTS8, batch=32, context=512),
        ]
        self.open_with(
            gate,
            main=[self.trick, self.batch],
            more=[
                self.chip, self.model, self.context, self.acceptance, self.drafted, self.draft_cost,
            ],
            tries=tries,
        )  # fmt: skip

    def _dragged(self, batch: float) -> None:
        self.batch.value = batch

    @property
    def state(self) -> Tricks:
        """The tricks at the present setting."""
        return Tricks(
            chip=self.chip.value, model=self.model.value, context=self.context.value,
            acceptance=self.acceptance.value, drafted=self.drafted.value,
            draft_cost=self.draft_cost.value, trick=self.trick.value, batch=self.batch.value,
        )  # fmt: skip

    def view(self, state: Tricks, before: Tricks | None) -> View:
        return speedup_chart.view(state, before)


def speedups(gate=None) -> Speedups:
    """Show what each trick gains against the batch; closed while `gate` (the predictions) is locked."""
    return Speedups(gate)
