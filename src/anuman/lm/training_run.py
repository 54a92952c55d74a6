"""A training from where it stands to its end: steps, losses on held-out stories, checkpoints."""

import time
from collections.abc import Callable
from pathlib import Path

from anuman.lm import checkpoints
from anuman.lm.training import VALIDATE_EVERY, Training, one_thread

SAVE_EVERY_S = 20


def run(
    training: Training,
    checkpoint: Path | None = None,
    report: Callable[[Training], object] = lambda training: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Training:
    """Train to the end of the recipe, or until `cancelled()` is true after a step.

    checkpoint: the state is saved here every 20 s and at the end, stopped or not; see checkpoints.
    report: called after every step. Raises OSError when the checkpoint cannot be written (the last
    good one stays) and LmError when the loss is no longer a number.
    """
    with one_thread():
        saved_s = time.monotonic()
        if not training.validation:
            training.validate()
        while not training.done:
            training.advance()
            if training.step % VALIDATE_EVERY == 0 or training.done:
                training.validate()
            if checkpoint and time.monotonic() - saved_s > SAVE_EVERY_S:
                checkpoints.save_checkpoint(training, checkpoint)
                saved_s = time.monotonic()
            report(training)
            if cancelled():
                break
    if checkpoint:
        checkpoints.save_checkpoint(training, checkpoint)
    return training
