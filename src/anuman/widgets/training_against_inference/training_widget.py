"""Train the course's small model from a lesson and watch: it runs beside the notebook and can be stopped."""

import json
import time
from collections.abc import Callable

from anuman import paths
from anuman.language import _

from ..kit.controls import Button, choice
from ..kit.running import Running
from .training_charts import Seen, view

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


class TrainingLive(Running):
    """Steps to train, buttons to train, stop and go on; loss curve, four ratios, samples.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        from anuman.lm.training import CONFIG

        self.config = CONFIG
        self._drawn_s = 0.0
        seen = Seen(_("Not trained yet."), BATCH * CONFIG.context, shipped_curve())
        super().__init__(seen, view)
        self.steps = choice(
            _("Train for"), [(_("{steps} steps").format(steps=n), n) for n in STEPS], STEPS[1]
        )
        self.train = Button(_("Train"), primary=True)
        self.go_on = Button(_("Go on"))
        self.train.on_click(lambda _button: self.begin(self.steps.value))
        self.go_on.on_click(lambda _button: self.begin(None))
        self.open_row([self.steps, self.train, self.go_on], gate)

    def ready(self) -> None:
        """There is something to go on with only after a stop."""
        super().ready()
        self.go_on.disabled = not (paths.home() / KEPT).exists()

    def work(self, steps: int | None) -> str:
        """Measure, train for `steps` steps, or from the last stop if None, and keep the model."""
        from anuman.lm import checkpoints, training, training_cost, training_run

        kept, finished = paths.home() / KEPT, paths.home() / FINISHED
        if steps is None:
            state = checkpoints.load_checkpoint(kept)
        else:
            warmup = max(1, min(60, steps // 5))
            recipe = training.Recipe(steps=steps, batch=BATCH, warmup=warmup)
            state = training.Training.start(recipe, self.config)
        self.seen.losses, self.seen.held_out, self.seen.samples = state.losses, state.validation, []
        self.seen.speed = None
        known = {cost.batch for cost in self.seen.costs}
        missing = [batch for batch in COST_BATCHES if batch not in known]
        for place, batch in enumerate(missing):
            said = _("Measuring a training step beside a forward pass, {batch} stories at once.")
            if batch == 1:
                said = _("Measuring a training step beside a forward pass, one story.")
            self.tell(said.format(batch=batch))

            def part_done(part: float, place: int = place, said: str = said, batch=batch) -> None:
                self.progress((place + part) / len(missing), said.format(batch=batch))

            cost = training_cost.measure(self.config, batch, 3, self.stopped.is_set, part_done)
            if cost is None:
                return _("Stopped while measuring; nothing was trained. What was measured stays.")
            self.seen.costs.append(cost)
            self.draw()
        self.tell(_("Training."))
        training_run.run(state, kept, self._report(state), self.stopped.is_set)
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
                self.progress(state.step / state.recipe.steps)
                self.tell(
                    _("Training: step {step} of {steps}.").format(
                        step=state.step, steps=state.recipe.steps
                    )
                )

        return report

    def draw(self) -> None:
        """Show the present state, and remember when."""
        self._drawn_s = time.monotonic()
        super().draw()


def training_against_inference(gate=None) -> TrainingLive:
    """Train the small model live beside what inference costs; closed while `gate` is locked."""
    return TrainingLive(gate)
