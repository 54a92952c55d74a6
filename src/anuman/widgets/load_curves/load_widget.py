"""The central widget of lesson 06: arrival rate against what users notice, and where the cliff is."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

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
from ..kit.controls import Button, Progress, choice, decimal, evenly, whole
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import load_charts, load_words

CHIPS = ("H100-SXM", "H200", "B200", "MI300X", "A100-80", "RTX-4090")
MODELS = ("Llama-3.1-8B", "Qwen3-32B", "Llama-3.1-70B")
QUICK, THOROUGH, LONG = 100, load_charts.STEADY, 20_000  # requests at each rate


class LoadCurves(Explorer):
    """Every change is answered at once with short runs; longer ones follow in the background."""

    def __init__(self, gate=None, setting: LoadSetting | None = None, count: int = THOROUGH):
        first = setting or LoadSetting()
        super().__init__()
        self.chip = choice(_("Chip"), CHIPS, first.chip)
        self.chips = choice(_("Chips that share the model"), (1, 2, 4, 8), first.chips)
        self.model = choice(_("Model (bf16)"), MODELS, first.model)
        names = [(load_words.policy_name(p), p) for p in POLICIES]
        self.policy = choice(_("Policy"), names, first.policy)
        self.input = whole(_("Mean prompt, tokens"), first.input, 1, 100_000)
        self.output = whole(_("Mean answer, tokens"), first.output, 1, 10_000)
        self.ttft = decimal(_("Promised TTFT, s"), first.ttft_slo_s, 0.001, 1000)
        self.shared = whole(_("Of it the same in all prompts, tokens"), first.shared, 0, 100_000)
        self.tpot = decimal(_("Promised TPOT, s"), first.tpot_slo_s, 0.0001, 100)
        self.share = evenly(
            _("Arrivals, % of the formula's limit"), load_charts.FIRST_SHARE, SHARES[0], SHARES[-1], 10,
            ticks={100: _("the limit")},
        )  # fmt: skip
        self.bar = Progress()
        self.longer = Button(_("Longer runs"))
        self.stop = Button(_("Cancel"), disabled=True)
        self.longer.on_click(lambda _button: self._begin(LONG))
        self.stop.on_click(lambda _button: self._cancel())
        self.count = count
        self.background = Background(self._progress, self._finished, self._failed)
        self.curve: Curve = curve(self.setting, QUICK)
        self.pinned: Curve | None = None
        self.status = ""
        settings = (
            self.chip, self.chips, self.model, self.policy, self.input, self.output, self.ttft, self.tpot,
            self.shared,
        )  # fmt: skip
        for control in settings:
            control.observe(self._setting_changed, "value")
        self.on_drag("rate", self._dragged, self.share.step)
        self._show_progress()
        self.open_with(
            gate, main=[self.policy, self.share],
            more=[
                self.chip, self.chips, self.model, self.input, self.output, self.shared, self.ttft,
                self.tpot,
            ],
            tries=self._tries(), foot=[self.longer, self.stop, self.bar], unwatched=settings,
        )  # fmt: skip

    @staticmethod
    def _tries() -> list[Try]:
        promises = {"ttft": 2.0, "tpot": 0.1}
        strict = {"ttft": 2.0, "tpot": 0.03, "share": 60}
        short = {"input": 1000, "output": 200, "shared": 0}
        agents = {"input": 4000, "output": 200, "shared": 3200}
        return [
            Try(_("1 · a quiet night"), policy="continuous", **short, **promises, share=20),
            Try(_("2 · over the cliff"), policy="continuous", **short, **promises, share=120),
            Try(_("3 · a stricter promise"), policy="continuous", **short, **strict),
            Try(_("4 · long prompts"), policy="continuous", **agents, **strict),
            Try(_("5 · in chunks"), policy="chunked", **agents, **strict),
            Try(_("6 · a second machine"), policy="disaggregated", **agents, **strict),
            Try(_("7 · the common beginning kept"), policy="prefix-cache", **agents, **strict),
        ]  # fmt: skip

    @property
    def setting(self) -> LoadSetting:
        """What the controls say."""
        return LoadSetting(
            self.chip.value, self.chips.value, self.model.value, self.policy.value,
            self.input.value, self.output.value, self.ttft.value, self.tpot.value,
            self.shared.value,
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

    def _dragged(self, rate: float) -> None:
        if self.curve.points:
            self.share.value = self._place(100 * rate / self.curve.capacity)

    def _open(self) -> None:
        super()._open()
        self._begin(self.count)

    @property
    def state(self) -> tuple[Curve, Point | None, Curve | None]:
        """The curve, the chosen point, and the curve of the policy before."""
        return self.curve, self.point, self.pinned

    def view(self, state, before) -> View:
        return load_charts.view(*state, self.status)

    def _saved_view(self) -> View:
        """What an exported page keeps: never the short runs, which are not in a steady state."""
        if self.background.running:
            self.background.wait(60)
        elif self.curve.points and self.curve.count < self.count:
            self.curve = curve(self.setting, self.count)
            self.draw()
        return load_charts.view(self.curve, self.point, self.pinned)

    def _setting_changed(self, _change) -> None:
        if not self._holding:
            self._anew()

    def set(self, who: object = None, **settings) -> None:
        """Set several controls by their names; computed and drawn once."""
        with self.together():
            for name, value in settings.items():
                getattr(self, name).value = value
        self.gesture(who or object())
        self._anew()

    def _anew(self) -> None:
        """The curve of a new setting; the one before stays in grey where both can be compared."""
        before, now = self.curve.setting, self.setting
        if before.policy != now.policy and self.curve.points and _alike(before, now):
            self.pinned = self.curve
        elif self.pinned and not _alike(self.pinned.setting, now):
            self.pinned = None
        if now == before:
            self.draw()
            return
        self.curve = curve(now, QUICK)
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
        self.status = _("The longer runs failed: {error}").format(error=error)
        self.draw()

    def _show_progress(self, done: int | None = None) -> None:
        running = done is not None
        self.bar.hidden = not running
        self.bar.value = (done or 0) / len(SHARES)
        self.stop.disabled = not running
        self.longer.disabled = running
        self.bar.words = (
            _("{count} requests at each rate are being simulated …").format(
                count=number(self._pending[1])
            )
            if running
            else ""
        )


def _alike(one: LoadSetting, other: LoadSetting) -> bool:
    """Whether chips, model and lengths are the same; policy and promises may differ."""
    return replace(one, policy="", ttft_slo_s=0, tpot_slo_s=0) == replace(
        other, policy="", ttft_slo_s=0, tpot_slo_s=0
    )


def load_curves(gate=None, setting: LoadSetting | None = None) -> LoadCurves:
    """Show latency and goodput against the arrival rate; closed while `gate` (the predictions) is locked."""
    return LoadCurves(gate, setting)
