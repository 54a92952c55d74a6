"""The `anuman lm train` command: train the course's small model, stop at any time, go on later."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from anuman.language import _, number
from anuman.lm.errors import LmError
from anuman.lm.generating import generate
from anuman.lm.stories import BEGINNINGS

DEFAULT_OUT = Path("my-stories.safetensors")
SAMPLE_EVERY = 100  # steps


def checkpoint_of(out: Path) -> Path:
    """Where the state of the training of `out` is kept."""
    return out.with_suffix(".checkpoint.safetensors")


def command(steps: int | None = None, out: Path | None = None, resume: bool = False) -> int:
    """Train and write the weights to `out`, with progress on stderr; Ctrl+C keeps a checkpoint.

    Gives the exit code: 0 done, 1 stopped or not saved, 2 bad input.
    """
    out = DEFAULT_OUT if out is None else Path(out)
    try:
        training = _begin(steps, out, resume)
    except LmError as error:
        return _say(f"anuman: {error}", 2)
    return _train(training, out)


def _begin(steps: int | None, out: Path, resume: bool):
    from anuman.lm.checkpoints import load_checkpoint
    from anuman.lm.training import Recipe, Training

    checkpoint = checkpoint_of(out)
    if not out.parent.is_dir():
        sentence = _("{file}: there is no folder {folder}. Make it first")
        raise LmError(sentence.format(file=out, folder=out.parent))
    if not resume:
        for path in (out, checkpoint):
            if path.exists():
                sentence = _("{path} exists. Go on with --resume, or name another file with --out")
                raise LmError(sentence.format(path=path))
        return Training.start(Recipe() if steps is None else replace(Recipe(), steps=steps))
    training = load_checkpoint(checkpoint)
    if steps not in (None, training.recipe.steps):
        sentence = _(
            "{checkpoint} belongs to a training of {steps} steps, whose learning rate is planned for "
            "them; leave --steps out, or start anew with --out"
        )
        raise LmError(sentence.format(checkpoint=checkpoint, steps=training.recipe.steps))
    return training


def _train(training, out: Path) -> int:
    from anuman.lm import checkpoints
    from anuman.lm.training_run import run

    checkpoint, recipe = checkpoint_of(out), training.recipe
    sentence = _(
        "{params} parameters, {steps} steps of {tokens} tokens; Ctrl+C stops and keeps a checkpoint."
    ).format(
        params=number(training.config.params),
        steps=recipe.steps,
        tokens=number(recipe.batch * training.config.context),
    )
    print(sentence, file=sys.stderr)
    with _interrupted() as asked:
        try:
            run(training, checkpoint, _Progress(training.step), lambda: bool(asked))
            if not training.done:
                sentence = _(
                    "Stopped after step {step}. Go on with: anuman lm train --out {out} --resume"
                )
                return _say("\n" + sentence.format(step=training.step, out=out), 1)
            loss = checkpoints.save_weights(training, out)
        except OSError as error:
            sentence = _("{error}: {out} was not written.")
            if checkpoint.exists():
                sentence = _(
                    "{error}: {out} was not written; the last good checkpoint is {checkpoint}."
                )
            sentence = sentence.format(
                error=error.strerror or error, out=out, checkpoint=checkpoint
            )
            return _say(f"\nanuman: {sentence}", 1)
        except LmError as error:
            return _say(f"\nanuman: {error}.", 1)
    checkpoint.unlink()
    sentence = _("{out}: loss {loss:.4f} nats a token on stories it never saw.")
    print("\n" + sentence.format(out=out, loss=loss), file=sys.stderr)
    return 0


def _say(words: str, code: int) -> int:
    print(words, file=sys.stderr)
    return code


@contextmanager
def _interrupted() -> Iterator[list[int]]:
    """A list that is filled by Ctrl+C, so that a step is never left half done; the second one kills."""
    asked: list[int] = []

    def note(number, _frame):
        asked.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


class _Progress:
    """Prints the state of a training after a step."""

    def __init__(self, first_step: int):
        self.first_step, self.start = first_step, time.monotonic()

    def __call__(self, training) -> None:
        recipe, step = training.recipe, training.step
        pace = (time.monotonic() - self.start) / (step - self.first_step)
        speed = recipe.batch * training.config.context / pace
        left = (recipe.steps - step) * pace
        at, loss = training.validation[-1]
        sentence = _(
            "step {step}/{steps}  loss {loss:.3f}  held out {held_out:.3f} (step {at})  "
            "{speed} tokens/s  {left:.1f} min left"
        ).format(
            step=step,
            steps=recipe.steps,
            loss=training.losses[-1],
            held_out=loss,
            at=at,
            speed=number(speed),
            left=left / 60,
        )
        print(f"\r{sentence}   ", end="", file=sys.stderr, flush=True)
        if step % SAMPLE_EVERY == 0:
            model = training.model()
            for language in recipe.languages:
                start = BEGINNINGS[language]
                text = generate(model, start, 70, temperature=0.5, seed=step)
                print(f"\n  {start}{text}", file=sys.stderr)
