"""Train the course's small model from a lesson and watch: it runs beside the notebook and can be stopped."""

import json
import threading
import time
from collections.abc import Callable

import ipywidgets

from anuman import paths
from anuman.language import _, language, speaking

from . import style
from .clocks_view import placeholder
from .figure import Live
from .training_view import Seen, html, still

BATCH = 8
COST_BATCHES = (1, 8, 32)
STEPS = (100, 300, 1000)
SAMPLE_EVERY = 50  # steps
REDRAW_S = 0.4
KEPT = "training.checkpoint.safetensors"
FINISHED = "my-stories.safetensors"


def shipped_curve() -> list[tuple[float, float]]:
    """(tokens, loss) of the model that comes with the course, from the header of its file."""
    from anuman import lm

    about = lm.load().about
    recipe = json.loads(about["recipe"])
    tokens = recipe["batch"] * lm.load().config.context
    return [(step * tokens, loss) for step, loss in json.loads(about["curve"])]


class TrainingLive(Live):
    """Steps to train, buttons to train, stop and go on; loss curve, four ratios, samples.

    The work is done in a thread, so the notebook stays free and the buttons answer.
    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        from anuman.lm.training import CONFIG

        self.config = CONFIG
        self.language = language()
        self.thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._drawn_s = 0.0
        self.seen = Seen(_("Not trained yet."), BATCH * CONFIG.context, shipped_curve())
        wide = {"description_width": "initial"}
        self.steps = ipywidgets.Dropdown(
            options=[(_("{steps} steps").format(steps=n), n) for n in STEPS],
            value=STEPS[1], description=_("Train for"), style=wide,
        )  # fmt: skip
        self.train = ipywidgets.Button(description=_("Train"), button_style="primary")
        self.stop = ipywidgets.Button(description=_("Stop"), disabled=True)
        self.go_on = ipywidgets.Button(description=_("Go on"), disabled=True)
        self.as_table = ipywidgets.Checkbox(
            value=False, description=_("Show these numbers as a table"), indent=False
        )
        self.picture = ipywidgets.HTML()
        super().__init__([], lambda: still(self.seen))
        self.layout.max_width = "1040px"
        self.train.on_click(lambda _button: self.begin())
        self.stop.on_click(lambda _button: self._stop.set())
        self.go_on.on_click(lambda _button: self.begin(resume=True))
        self.as_table.observe(lambda _change: self._draw(), "value")
        if gate is not None and gate.locked:
            self.children = [ipywidgets.HTML(placeholder())]
            gate.on_unlock(self._open)
        else:
            self._open()

    def _open(self) -> None:
        look = ipywidgets.HTML(style.STYLE, layout=ipywidgets.Layout(display="none"))
        row = ipywidgets.HBox(
            [self.steps, self.train, self.stop, self.go_on],
            layout=ipywidgets.Layout(flex_flow="row wrap"),
        )
        self.children = [look, row, self.picture, self.as_table]
        self.go_on.disabled = not (paths.home() / KEPT).exists()
        self._draw()

    def begin(self, resume: bool = False) -> None:
        """Start training in a thread, or go on from the last stop."""
        if self.thread and self.thread.is_alive():
            return
        self._stop.clear()
        self.train.disabled = self.go_on.disabled = self.steps.disabled = True
        self.stop.disabled = False
        self.thread = threading.Thread(target=self._work, args=(resume,), daemon=True)
        self.thread.start()

    def _work(self, resume: bool) -> None:
        with speaking(self.language):  # the folder may change while the thread runs
            try:
                end = self._trained(resume)
            except (ValueError, OSError, MemoryError) as error:  # LmError is a ValueError
                end = _("It could not go on: {error}").format(error=error)
            self._tell(end)
            self.train.disabled = self.steps.disabled = False
            self.stop.disabled = True
            self.go_on.disabled = not (paths.home() / KEPT).exists()

    def _trained(self, resume: bool) -> str:
        """Measure, train, keep; gives what is to be said at the end."""
        from anuman.lm import checkpoints, training, training_cost

        kept, finished = paths.home() / KEPT, paths.home() / FINISHED
        if resume:
            state = checkpoints.load_checkpoint(kept)
        else:
            warmup = max(1, min(60, self.steps.value // 5))
            recipe = training.Recipe(steps=self.steps.value, batch=BATCH, warmup=warmup)
            state = training.Training.start(recipe, self.config)
        self.seen.losses, self.seen.held_out, self.seen.samples = state.losses, state.validation, []
        self.seen.speed = None
        for batch in COST_BATCHES if not self.seen.costs else ():
            self._tell(_("Measuring a training step beside a forward pass."))
            cost = training_cost.measure(self.config, batch, 3, self._stop.is_set)
            if cost is None:
                self.seen.costs = []
                return _("Stopped while measuring; nothing was trained.")
            self.seen.costs.append(cost)
        self._tell(_("Training."))
        training.run(state, kept, self._report(state), self._stop.is_set)
        if not state.done:
            return _("Stopped after step {step}; “Go on” continues exactly there.").format(
                step=state.step
            )
        checkpoints.save_weights(state, finished)
        kept.unlink()
        return _("Done: {steps} steps. The model is kept as {file}.").format(
            steps=state.step, file=finished
        )

    def _report(self, state) -> Callable[[object], None]:
        """What `run` calls after each step: a sample now and then, speed, a new picture."""
        from anuman import lm
        from anuman.lm.stories import BEGINNINGS

        first, start_s = state.step, time.monotonic()
        beginning = BEGINNINGS[self.language]

        def report(state) -> None:
            if state.step % SAMPLE_EVERY == 0 or state.done:
                text = lm.generate(state.model(), beginning, 70, temperature=0.5, seed=state.step)
                self.seen.samples.append((state.step, beginning + text))
            taken = time.monotonic() - start_s
            self.seen.speed = (state.step - first) * self.seen.tokens_per_step / taken
            if time.monotonic() - self._drawn_s > REDRAW_S:
                self._tell(
                    _("Training: step {step} of {steps}.").format(
                        step=state.step, steps=state.recipe.steps
                    )
                )

        return report

    def _tell(self, status: str) -> None:
        self.seen.status = status
        self._draw()

    def _draw(self) -> None:
        self._drawn_s = time.monotonic()
        self.picture.value = style.unstyled(html(self.seen, self.as_table.value))


def training_against_inference(gate=None) -> TrainingLive:
    """Train the small model live beside what inference costs; closed while `gate` is locked."""
    return TrainingLive(gate)
