"""The central widget of lesson 08: which chips, how many, split how: what does a token wait for?"""

from anuman.language import _, si
from anuman.physics.several_chips import PIPELINE, TENSOR
from anuman.scenes.copies import CHIPS, MODELS, MOST_CHIPS, MOST_USERS, SPLITS, Copy

from ..kit.controls import amount, choice
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import chips_chart, chips_words

HOPS = (1e-6, 3e-6, 10e-6, 30e-6)  # seconds


class Chips(Explorer):
    """Chip, split and number; model, users and the rest behind them.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__()
        first = Copy()
        self.chip = choice(_("Chip"), CHIPS)
        splits = [(chips_words.split_name(split), split) for split in SPLITS]
        self.split = choice(_("Split"), splits, first.split)
        self.chips = amount(_("Chips of one copy"), first.chips, 1, MOST_CHIPS)
        self.users = amount(_("Users at once"), first.users, 1, MOST_USERS)
        self.model = choice(_("Model"), MODELS, first.model)
        self.context = amount(_("Tokens of each user"), first.context, 16, 131_072)
        self.weight_bytes = choice(_("Bits a weight"), [("8", 1), ("16", 2)], first.weight_bytes)
        self.hop = choice(
            _("Start of a hop"),
            [(_("as the catalogue has it"), None), *((si(hop, "s"), hop) for hop in HOPS)],
        )
        self.on_drag("chips", self._dragged, self.chips.step)
        tries = [
            self._example(_("1 · eight GPUs"), "H100-SXM", TENSOR, 8),
            self._example(_("2 · the same in turn"), "H100-SXM", PIPELINE, 8),
            self._example(_("3 · full of SRAM"), "Groq-LPU1", PIPELINE),
            self._example(_("4 · all LPUs at once"), "Groq-LPU1", TENSOR),
            self._example(_("5 · a hundred users"), "Groq-LPU1", PIPELINE, users=100),
            self._example(_("6 · the wafer"), "WSE-3", PIPELINE),
            self._example(_("7 · the newest LPU"), "Groq-LP30", PIPELINE),
        ]
        self.open_with(
            gate,
            main=[self.chip, self.split, self.chips],
            more=[self.users, self.model, self.context, self.weight_bytes, self.hop],
            tries=tries,
        )

    def _example(self, label: str, chip: str, split: str, chips: int = 0, users: int = 1) -> Try:
        """A setting with the first values elsewhere; without a number of chips on the fewest that hold it."""
        shown = Copy(chip=chip, split=split, users=users)
        return Try(
            label, chip=chip, split=split, chips=chips or shown.fewest, users=users, model=shown.model,
            context=shown.context, weight_bytes=shown.weight_bytes, hop=shown.hop_s,
        )  # fmt: skip

    def _dragged(self, chips: float) -> None:
        self.chips.value = chips

    @property
    def state(self) -> Copy:
        """The copy at the present setting."""
        return Copy(
            chip=self.chip.value, model=self.model.value, chips=self.chips.value,
            split=self.split.value, users=self.users.value, context=self.context.value,
            weight_bytes=self.weight_bytes.value, hop_s=self.hop.value,
        )  # fmt: skip

    def view(self, state: Copy, before: Copy | None) -> View:
        return chips_chart.view(state, before)


def chips(gate=None) -> Chips:
    """Show a model on a number of chips of one kind; closed while `gate` (the predictions) is locked."""
    return Chips(gate)
