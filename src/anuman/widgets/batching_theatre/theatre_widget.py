"""The central widget of lesson 05: static and continuous batching on the same requests, step by step."""

import ipywidgets

from anuman.language import _
from anuman.scenes.theatre import LENGTHS, MOST_REQUESTS, MOST_SLOTS, Setting, Stage, stage

from ..kit.doubling import WIDE
from ..kit.gate import Gated, choice, decimal, whole
from . import theatre_slots

FRAME_MS = 150


def length_names() -> list[tuple[str, str]]:
    """Kinds of answer lengths."""
    said = {"varied": _("very different"), "equal": _("all equal")}
    return [(said[kind], kind) for kind in LENGTHS]


class Theatre(Gated):
    """Play, pause and scrub through both policies; every control but the step starts a new run."""

    def __init__(self, gate=None, setting: Setting | None = None):
        first = setting or Setting()
        super().__init__(lambda: theatre_slots.still(self.state, self.step.value))
        self.lengths = choice(_("Answer lengths"), length_names(), first.lengths)
        self.mean = whole(_("Mean answer, tokens"), first.mean, 1, 100)
        self.slots = whole(_("Slots"), first.slots, 1, MOST_SLOTS)
        self.requests = whole(_("Requests"), first.requests, 1, MOST_REQUESTS)
        self.rate = decimal(
            _("Arrivals in 100 steps (0: all at once)"), first.rate, 0.0, 1000.0, 5.0
        )
        self.rate.layout.flex = "0 1 330px"
        self.kv_capacity = whole(_("KV memory, tokens"), first.kv_capacity, 11, 100_000)
        self.seed = whole(_("Seed"), first.seed, 1, 9999)
        # Its own buttons have no names; ours has one, and it only keeps the time.
        self.play = ipywidgets.Play(
            value=0, min=0, max=1, interval=FRAME_MS, layout=ipywidgets.Layout(display="none")
        )
        self.button = ipywidgets.Button(
            description=_("Play"), layout=ipywidgets.Layout(width="110px")
        )
        self.button.on_click(lambda _button: self._play_or_pause())
        self.play.observe(self._said, "playing")
        self.slider = ipywidgets.IntSlider(
            value=0, min=0, max=1, readout=False, tooltip=_("Step"),
            layout=ipywidgets.Layout(flex="1 1 240px", width="auto"),
        )  # fmt: skip
        self.step = ipywidgets.BoundedIntText(
            value=0, min=0, max=1, description=_("Step"),
            style=WIDE, layout=ipywidgets.Layout(width="auto", flex="0 1 150px"),
        )  # fmt: skip
        self._settings = (
            self.lengths, self.mean, self.slots, self.requests, self.rate, self.kv_capacity, self.seed,
        )  # fmt: skip
        self._busy = False
        for control in self._settings:
            control.observe(self._changed, "value")
        for control in (self.play, self.slider, self.step):
            control.observe(self._moved, "value")
        self._restart()
        rows = (
            [self.lengths, self.mean, self.slots, self.requests],
            [self.rate, self.kv_capacity, self.seed],
            [self.button, self.play, self.step, self.slider],
        )
        self.open_with(gate, rows, ())

    @property
    def setting(self) -> Setting:
        """What the controls say."""
        return Setting(
            self.requests.value, self.slots.value, self.lengths.value, self.mean.value,
            self.rate.value, self.kv_capacity.value, self.seed.value,
        )  # fmt: skip

    @property
    def state(self) -> Stage:
        """Both runs of the present setting."""
        return stage(self.setting)

    def html(self, table: bool) -> str:
        """Picture, cards, formula, and the table when it is asked for."""
        state = self.state
        twin = theatre_slots.table(state) if table and state.scenes else ""
        return theatre_slots.html(state, self.step.value) + twin

    def _restart(self) -> None:
        """Show the whole of a new run."""
        end = max(1, self.state.end)
        self._busy = True
        for control in (self.play, self.slider, self.step):
            control.max = end
        for control in (self.slider, self.step, self.play):
            control.value = end
        self._busy = False

    def _play_or_pause(self) -> None:
        """From here on, or from the start when everything is over."""
        if not self.play.playing and self.play.value >= self.play.max:
            self.play.value = 0
        self.play.playing = not self.play.playing

    def _said(self, change) -> None:
        self.button.description = _("Pause") if change["new"] else _("Play")

    def _changed(self, _change) -> None:
        self._restart()
        self.draw()

    def _moved(self, change) -> None:
        if self._busy:
            return
        self._busy = True
        for control in (self.play, self.slider, self.step):
            control.value = change["new"]
        self._busy = False
        self.draw()


def batching_theatre(gate=None, setting: Setting | None = None) -> Theatre:
    """Show static and continuous batching side by side; closed while `gate` (the predictions) is locked."""
    return Theatre(gate, setting)
