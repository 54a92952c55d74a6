"""Two batching policies on the same requests: who is faster, for whom, and why."""

from anuman.language import _
from anuman.scenes.duel import POLICIES, Duel, DuelSetting, duel
from anuman.scenes.load_curves import LoadSetting

from ..kit.controls import amount, choice, whole
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from ..load_curves import load_words
from ..load_curves.load_widget import CHIPS, MODELS
from . import duel_charts

MOST_REQUESTS = 1000


class PolicyDuel(Explorer):
    """Two policies, chips, model, lengths, rate; every change simulates both anew."""

    def __init__(self, gate=None, setting: DuelSetting | None = None):
        first = setting or DuelSetting()
        super().__init__()
        names = [(load_words.policy_name(p), p) for p in POLICIES]
        self.first = choice(_("Policy A"), names, first.first)
        self.second = choice(_("Policy B"), names, first.second)
        self.chip = choice(_("Chip"), CHIPS, first.load.chip)
        self.chips = choice(_("Chips that share the model"), (1, 2, 4, 8), first.load.chips)
        self.model = choice(_("Model (bf16)"), MODELS, first.load.model)
        self.rate = amount(_("Arrivals, requests/s"), first.rate, 0.01, 10_000, whole=False)
        self.slots = whole(_("Slots"), first.slots, 1, 4096)
        self.input = whole(_("Mean prompt, tokens"), first.load.input, 1, 100_000)
        self.output = whole(_("Mean answer, tokens"), first.load.output, 1, 10_000)
        self.requests = whole(_("Requests"), first.requests, 1, MOST_REQUESTS)
        self.seed = whole(_("Seed"), first.seed, 1, 9999)
        self.open_with(
            gate, main=[self.first, self.second, self.rate],
            more=[
                self.chip, self.chips, self.model, self.slots, self.input, self.output, self.requests,
                self.seed,
            ],
            tries=self._tries(),
        )  # fmt: skip

    @staticmethod
    def _tries() -> list[Try]:
        many, few = {"rate": 10.0, "slots": 64}, {"rate": 10.0, "slots": 16}
        return [
            Try(_("1 · the bus"), first="static-timeout", second="continuous", **many),
            Try(_("2 · in chunks"), first="continuous", second="chunked", **many),
            Try(_("3 · shortest first"), first="continuous", second="shortest-first", **few),
        ]

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

    def view(self, state: Duel, before: Duel | None) -> View:
        return duel_charts.view(state, before)


def policy_duel(gate=None, setting: DuelSetting | None = None) -> PolicyDuel:
    """Show two policies on the same requests; closed while `gate` (the predictions) is locked."""
    return PolicyDuel(gate, setting)
