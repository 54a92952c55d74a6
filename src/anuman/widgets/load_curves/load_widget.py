"""The central widget of lesson 06: arrival rate against what users notice, and where the cliff is."""

from concurrent.futures import ThreadPoolExecutor

import ipywidgets

from anuman import serving
from anuman.language import _, number
from anuman.scenes.load_curves import (
    POLICIES,
    SHARES,
    Curve,
    LoadSetting,
    Point,
    cases,
    curve,
    curve_of,
)

from ..kit.background import Background
from ..kit.figure import Figure
from ..kit.gate import Gated, choice, decimal, whole
from . import load_charts, load_words

CHIPS = ("H100-SXM", "H200", "B200", "MI300X", "A100-80", "RTX-4090")
MODELS = ("Llama-3.1-8B", "Qwen3-32B", "Llama-3.1-70B")
QUICK, THOROUGH, LONG = 100, 3000, 20_000  # requests at each rate


class LoadCurves(Gated):
    """Every change is answered at once with short runs; longer ones follow in the background."""

    def __init__(self, gate=None, setting: LoadSetting | None = None, count: int = THOROUGH):
        first = setting or LoadSetting()
        super().__init__(self._still)
        self.chip = choice(_("Chip"), CHIPS, first.chip)
        self.chips = choice(_("Chips that share the model"), (1, 2, 4, 8), first.chips)
        self.model = choice(_("Model (bf16)"), MODELS, first.model)
        names = [(load_words.policy_name(p), p) for p in POLICIES]
        self.policy = choice(_("Policy"), names, first.policy)
        self.input = whole(_("Mean prompt, tokens"), first.input, 1, 100_000)
        self.output = whole(_("Mean answer, tokens"), first.output, 1, 10_000)
        self.ttft = decimal(_("Promised TTFT, s"), first.ttft_slo_s, 0.001, 1000, 0.1)
        self.tpot = decimal(_("Promised TPOT, s"), first.tpot_slo_s, 0.0001, 100, 0.01)
        self.share = whole(_("Arrivals, % of the formula's limit"), 50, SHARES[0], SHARES[-1])
        self.share.step = 10
        self.share.layout.flex = "0 1 300px"
        self.slider = ipywidgets.IntSlider(
            value=50, min=SHARES[0], max=SHARES[-1], step=10, readout=False,
            tooltip=_("Arrivals, % of the formula's limit"),
            layout=ipywidgets.Layout(flex="1 1 240px", width="auto"),
        )  # fmt: skip
        self.bar = ipywidgets.IntProgress(
            value=0, max=len(SHARES), layout=ipywidgets.Layout(width="160px")
        )
        self.said = ipywidgets.Label()
        self.longer = ipywidgets.Button(
            description=_("Longer runs"), layout=ipywidgets.Layout(width="auto")
        )
        self.stop = ipywidgets.Button(
            description=_("Cancel"), layout=ipywidgets.Layout(width="auto"), disabled=True
        )
        self.longer.on_click(lambda _button: self._begin(LONG))
        self.stop.on_click(lambda _button: self._cancel())
        self.count = count
        self.background = Background(self._progress, self._finished, self._failed)
        self.curve: Curve = curve(self.setting, QUICK)
        settings = (
            self.chip, self.chips, self.model, self.policy, self.input, self.output, self.ttft, self.tpot,
        )  # fmt: skip
        for control in settings:
            control.observe(self._changed, "value")
        self.share.observe(self._typed, "value")
        self.slider.observe(self._slid, "value")
        rows = (
            [self.chip, self.chips, self.model, self.policy],
            [self.input, self.output, self.ttft, self.tpot],
            [self.share, self.slider],
            [self.longer, self.stop, self.bar, self.said],
        )
        self._show_progress()
        self.open_with(gate, rows, ())

    @property
    def setting(self) -> LoadSetting:
        """What the controls say."""
        return LoadSetting(
            self.chip.value, self.chips.value, self.model.value, self.policy.value,
            self.input.value, self.output.value, self.ttft.value, self.tpot.value,
        )  # fmt: skip

    @property
    def point(self) -> Point | None:
        """The chosen rate's point; None where nothing can be simulated."""
        if not self.curve.points:
            return None
        return self.curve.points[SHARES.index(self._place(self.share.value))]

    @staticmethod
    def _place(share: float) -> int:
        return min(SHARES, key=lambda place: abs(place - share))

    def _open(self) -> None:
        super()._open()
        self._begin(self.count)

    def html(self, table: bool) -> str:
        """Pictures, cards, and the table when it is asked for."""
        twin = load_charts.table(self.curve) if table and self.curve.points else ""
        return load_charts.html(self.curve, self.point) + twin

    def _still(self) -> Figure:
        """What an exported page keeps: never the short runs, which are not in a steady state."""
        if self.curve.points and self.curve.count < self.count:
            self._cancel()
            self.curve = curve(self.setting, self.count)
            self.draw()
            self._show_progress()
        return load_charts.still(self.curve, self.point)

    def _typed(self, change) -> None:
        self.slider.value = self._place(change["new"])
        self.draw()

    def _slid(self, change) -> None:
        if self._place(self.share.value) != change["new"]:
            self.share.value = change["new"]

    def _changed(self, _change) -> None:
        self.curve = curve(self.setting, QUICK)
        self.draw()
        if self.opened:
            self._begin(self.count)

    # Longer runs

    def _begin(self, count: int) -> None:
        if not self.curve.points:
            self._cancel()
            return
        wanted = self.setting
        self._pending = (wanted, count)
        # Short sweeps stay in this process: starting others would take longer than they do.
        local = (lambda: ThreadPoolExecutor(1)) if count <= THOROUGH else serving.executor
        self.background.start(cases(wanted, count), local)
        self._show_progress(0)

    def _cancel(self) -> None:
        self.background.cancel()
        self._show_progress()

    def _progress(self, done: int, _count: int) -> None:
        self._show_progress(done)

    def _finished(self, found: list[dict]) -> None:
        setting, count = self._pending
        if setting == self.setting:
            self.curve = curve_of(setting, count, found)
            self.draw()
        self._show_progress()

    def _failed(self, error: Exception) -> None:
        self._show_progress()
        self.said.value = _("The longer runs failed: {error}").format(error=error)

    def _show_progress(self, done: int | None = None) -> None:
        running = done is not None
        self.bar.layout.visibility = "visible" if running else "hidden"
        self.bar.value = done or 0
        self.stop.disabled = not running
        self.longer.disabled = running
        self.said.value = (
            _("{count} requests at each rate are being simulated …").format(
                count=number(self._pending[1])
            )
            if running
            else _("{count} requests at each rate").format(count=number(self.curve.count))
        )


def load_curves(gate=None, setting: LoadSetting | None = None) -> LoadCurves:
    """Show latency and goodput against the arrival rate; closed while `gate` (the predictions) is locked."""
    return LoadCurves(gate, setting)
