"""The central widget of lesson 05: static and continuous batching on the same requests, step by step."""

from anuman.language import _
from anuman.scenes.theatre import LENGTHS, MOST_REQUESTS, MOST_SLOTS, Setting, Stage, stage

from ..kit.controls import Steps, choice, decimal, whole
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import theatre_slots


def length_names() -> list[tuple[str, str]]:
    """Kinds of answer lengths."""
    said = {"varied": _("very different"), "equal": _("all equal")}
    return [(said[kind], kind) for kind in LENGTHS]


class Theatre(Explorer):
    """Play, pause and scrub through both policies; every control but the step starts a new run."""

    def __init__(self, gate=None, setting: Setting | None = None):
        first = setting or Setting()
        super().__init__()
        self.lengths = choice(_("Answer lengths"), length_names(), first.lengths)
        self.mean = whole(_("Mean answer, tokens"), first.mean, 1, 100)
        self.slots = whole(_("Slots"), first.slots, 1, MOST_SLOTS)
        self.requests = whole(_("Requests"), first.requests, 1, MOST_REQUESTS)
        self.rate = decimal(_("Arrivals in 100 steps (0: all at once)"), first.rate, 0.0, 1000.0)
        self.kv_capacity = whole(_("KV memory, tokens"), first.kv_capacity, 11, 100_000)
        self.seed = whole(_("Seed"), first.seed, 1, 9999)
        self.step = Steps(_("Step"), 0, self.stage.end)
        settings = (
            self.lengths, self.mean, self.slots, self.requests, self.rate, self.kv_capacity, self.seed,
        )  # fmt: skip
        for control in settings:
            control.observe(self._restart, "value")
        tries = [
            Try(_("1 · from the start"), step=0),
            Try(_("3 · all equally long"), lengths="equal"),
            Try(_("4 · many slots"), lengths="varied", slots=16, requests=200, kv_capacity=5000),
            Try(_("5 · little memory"), slots=16, kv_capacity=240),
        ]
        self.open_with(
            gate, main=[self.step, self.lengths, self.slots],
            more=[self.mean, self.requests, self.rate, self.kv_capacity, self.seed], tries=tries,
        )  # fmt: skip

    @property
    def setting(self) -> Setting:
        """What the controls say."""
        return Setting(
            self.requests.value, self.slots.value, self.lengths.value, self.mean.value,
            self.rate.value, self.kv_capacity.value, self.seed.value,
        )  # fmt: skip

    @property
    def stage(self) -> Stage:
        """Both runs of the present setting."""
        return stage(self.setting)

    @property
    def state(self) -> tuple[Stage, float]:
        """Both runs, and the step that is shown."""
        return self.stage, self.step.value

    def view(self, state, before) -> View:
        return theatre_slots.view(*state)

    def _saved_view(self) -> View:
        """A still of the start would show nothing, so it shows the end."""
        made, now = self.state
        return theatre_slots.view(made, now or made.end)

    def _restart(self, _change) -> None:
        """A new run begins at its beginning; one that was shown to its end is shown to its end."""
        with self.together():
            over = self.step.value >= self.step.high
            self.step.reach(self.stage.end)
            self.step.value = self.step.high if over else 0


def batching_theatre(gate=None, setting: Setting | None = None) -> Theatre:
    """Show static and continuous batching side by side; closed while `gate` (the predictions) is locked."""
    return Theatre(gate, setting)
