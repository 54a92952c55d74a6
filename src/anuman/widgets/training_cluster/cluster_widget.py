"""The central widget of lesson 10: how many GPUs, how many days, and what failures take of them."""

from anuman.language import _
from anuman.scenes.training_cluster import FEWEST, MOST, Cluster, told_gpus

from ..kit.controls import amount, decimal
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import cluster_chart

BILLION, TRILLION = 1e9, 1e12
DIGITS = 4  # of a number in a box
FIVE_MINUTES_S = 300.0


class TrainingCluster(Explorer):
    """GPUs and a checkpoint's cost; failures, restarts, model, tokens and the share of the peak behind them.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__()
        few, many = told_gpus()
        first = Cluster(gpus=few)
        years = _rounded(first.years)
        self.gpus = amount(_("GPUs (H100)"), many, FEWEST, MOST, ticks={few: "Grok 2", many: "Grok 3"})  # fmt: skip
        self.checkpoint = amount(_("A checkpoint takes"), first.checkpoint_s, 0.1, 1800, whole=False, unit="s")  # fmt: skip
        self.restart = decimal(_("From a failure to the next step, s"), first.restart_s, 0, 7200)
        self.years = amount(_("One GPU stops the run every … years"), years, 0.01, 1000, whole=False)  # fmt: skip
        self.params = amount(_("Weights that a token uses, in billions"), _rounded(first.params / BILLION), 1, 10_000, whole=False)  # fmt: skip
        self.tokens = amount(_("Training tokens, in trillions"), _rounded(first.tokens / TRILLION), 0.1, 1000, whole=False)  # fmt: skip
        self.mfu_low = decimal(_("Share of the peak, at least"), first.mfu_low, 0.01, 1.0)
        self.mfu_high = decimal(_("Share of the peak, at most"), first.mfu_high, 0.01, 1.0)
        self.on_drag("gpus", self._dragged, self.gpus.step)
        usual = {"checkpoint": first.checkpoint_s, "restart": first.restart_s, "years": years}
        tries = [
            Try(_("1 · Grok 2's number"), **usual, gpus=few),
            Try(_("2 · five times as many"), **usual, gpus=many),
            Try(_("3 · five minutes a restart"), **usual | {"restart": FIVE_MINUTES_S}, gpus=many),
            Try(_("4 · a million"), **usual, gpus=MOST),
            Try(_("5 · quick checkpoints"), **usual | {"checkpoint": 5.0}, gpus=many),
            Try(_("6 · poor machines"), **usual | {"years": years / 10}, gpus=many),
        ]
        self.open_with(
            gate,
            main=[self.gpus, self.checkpoint],
            more=[self.restart, self.years, self.params, self.tokens, self.mfu_low, self.mfu_high],
            tries=tries,
        )

    def _dragged(self, gpus: float) -> None:
        self.gpus.value = gpus

    @property
    def state(self) -> Cluster:
        """The cluster at the present setting."""
        low, high = sorted((self.mfu_low.value, self.mfu_high.value))
        return Cluster(
            gpus=self.gpus.value, params=self.params.value * BILLION, tokens=self.tokens.value * TRILLION,
            mfu_low=low, mfu_high=high, years=self.years.value, checkpoint_s=self.checkpoint.value,
            restart_s=self.restart.value,
        )  # fmt: skip

    def view(self, state: Cluster, before: Cluster | None) -> View:
        return cluster_chart.view(state, before)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def training_cluster(gate=None) -> TrainingCluster:
    """Show days, lost time and megawatts against GPUs; closed while `gate` (the predictions) is locked."""
    return TrainingCluster(gate)
