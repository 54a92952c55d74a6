"""Two batching policies on the same requests: who is faster, for whom, and why."""

from anuman.language import _
from anuman.scenes.duel import POLICIES, Duel, DuelSetting, duel
from anuman.scenes.load_curves import LoadSetting

from ..kit.gate import Gated, choice, decimal, whole
from ..load_curves import load_words
from ..load_curves.load_widget import CHIPS, MODELS
from . import duel_charts

MOST_REQUESTS = 1000


class PolicyDuel(Gated):
    """Two policies, chips, model, lengths, rate; every change simulates both anew."""

    def __init__(self, gate=None, setting: DuelSetting | None = None):
        first = setting or DuelSetting()
        super().__init__(lambda: duel_charts.still(self.state))
        names = [(load_words.policy_name(p), p) for p in POLICIES]
        self.first = choice(_("Policy A"), names, first.first)
        self.second = choice(_("Policy B"), names, first.second)
        self.chip = choice(_("Chip"), CHIPS, first.load.chip)
        self.chips = choice(_("Chips that share the model"), (1, 2, 4, 8), first.load.chips)
        self.model = choice(_("Model (bf16)"), MODELS, first.load.model)
        self.rate = decimal(_("Arrivals, requests/s"), first.rate, 0.01, 10_000, 1.0)
        self.slots = whole(_("Slots"), first.slots, 1, 4096)
        self.input = whole(_("Mean prompt, tokens"), first.load.input, 1, 100_000)
        self.output = whole(_("Mean answer, tokens"), first.load.output, 1, 10_000)
        self.requests = whole(_("Requests"), first.requests, 1, MOST_REQUESTS)
        self.seed = whole(_("Seed"), first.seed, 1, 9999)
        watched = (
            self.first, self.second, self.chip, self.chips, self.model, self.rate, self.slots,
            self.input, self.output, self.requests, self.seed,
        )  # fmt: skip
        rows = (
            [self.first, self.second],
            [self.chip, self.chips, self.model],
            [self.rate, self.slots, self.input, self.output],
            [self.requests, self.seed],
        )
        self.open_with(gate, rows, watched)

    @property
    def setting(self) -> DuelSetting:
        """What the controls say."""
        load = LoadSetting(
            chip=self.chip.value, chips=self.chips.value, model=self.model.value,
            input=self.input.value, output=self.output.value,
        )  # fmt: skip
        return DuelSetting(
            load, self.first.value, self.second.value, self.rate.value, self.slots.value,
            self.requests.value, self.seed.value,
        )  # fmt: skip

    @property
    def state(self) -> Duel:
        """Both runs of the present setting."""
        return duel(self.setting)

    def html(self, table: bool) -> str:
        """Pictures, cards, reasons, and the table when it is asked for."""
        state = self.state
        return duel_charts.html(state) + (duel_charts.table(state) if table and state.sides else "")


def policy_duel(gate=None, setting: DuelSetting | None = None) -> PolicyDuel:
    """Show two policies on the same requests; closed while `gate` (the predictions) is locked."""
    return PolicyDuel(gate, setting)
