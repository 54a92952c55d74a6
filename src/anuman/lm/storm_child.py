"""A training that may be killed at any moment: the process that lm.kill_storm starts and kills.

python -m anuman.lm.storm_child FOLDER EVERY NUMBER: waits for "go DEADLINE" on its input (time.monotonic,
which is one clock for all processes of a computer), goes on from FOLDER's checkpoint, saves there after
every EVERY steps, and notes what it does in FOLDER/NUMBER.log, which is there once it is ready. It ends at the deadline, or when nobody
holds its input any longer, so that it outlives no parent.
"""

import os
import sys
import threading
import time
from pathlib import Path

from anuman.lm import checkpoints
from anuman.lm.training import one_thread

STATE = "state.safetensors"


def main(folder: Path, every: int, number: str) -> None:
    """Train until the deadline that comes with "go"."""
    with open(folder / f"{number}.log", "wb", buffering=0) as log, one_thread():
        go = sys.stdin.readline().split()
        if not go:
            return
        deadline = float(go[1])
        threading.Thread(target=_end_with_parent, daemon=True).start()
        training = checkpoints.load_checkpoint(folder / STATE)

        def note(event: str) -> None:
            log.write(f"{time.monotonic()!r} {event} {training.step}\n".encode())

        note("resume")
        while True:
            training.advance()
            if time.monotonic() >= deadline:
                return note("end")
            if training.step % every == 0:
                note("checkpoint")
                checkpoints.save_checkpoint(training, folder / STATE)
                note("saved")


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
