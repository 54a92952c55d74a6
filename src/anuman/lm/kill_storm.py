"""A storm of real kills: a training in a process of its own is killed at given times and goes on from its file.

A second process stands by, as spare machines do in a cluster, so that a restart costs the reading of the
checkpoint and not the start of a Python.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

from anuman.language import N_, _
from anuman.lm import checkpoints
from anuman.lm.errors import LmError
from anuman.lm.loading import load
from anuman.lm.storm_child import STATE
from anuman.lm.training import Recipe, Training

FRESH = "fresh.safetensors"
BATCH = 1  # stories a step: short steps, so that a kill costs little more than it must
NAP_S = 0.02
GRACE_S = 120.0  # a child that has not begun, or ended, so long after it should is stuck
TOO_BUSY = N_("the computer is too busy: a training process did not answer in time")
MODULE = "anuman.lm.storm_child"


@dataclass(frozen=True)
class Run:
    """One run under the storm.

    every: steps between two checkpoints.  log: its events in order, {"at_s", "event", "step"}: start,
    checkpoint, saved, failure, resume, end; seconds since the run began.
    """

    every: int
    log: list[dict]

    @property
    def steps(self) -> int:
        """Steps in the model at the end."""
        return self.log[-1]["step"]

    @property
    def failures(self) -> int:
        """Kills."""
        return sum(event["event"] == "failure" for event in self.log)

    def pauses(self, begin: str, end: str) -> list[float]:
        """Seconds from each `begin` to the event after it, where that is `end`."""
        return [
            b["at_s"] - a["at_s"]
            for a, b in pairwise(self.log)
            if (a["event"], b["event"]) == (begin, end)
        ]

    @property
    def goodput(self) -> float:
        """Share of the run's time whose steps are in the final model."""
        kept = since = began = 0.0
        for event in self.log:
            at, what = event["at_s"], event["event"]
            if began is not None and what in ("checkpoint", "failure", "end"):
                since += at - began
            began = at if what in ("start", "saved", "resume") else None
            if what in ("saved", "end"):
                kept, since = kept + since, 0.0
            elif what == "failure":
                since = 0.0
        return kept / (self.log[-1]["at_s"] - self.log[0]["at_s"])


def step_s(runs: Sequence[Run]) -> float:
    """Median seconds of a step, from the stretches between two notes of the training."""
    each = [
        (b["at_s"] - a["at_s"]) / (b["step"] - a["step"])
        for run in runs
        for a, b in pairwise(run.log)
        if b["event"] in ("checkpoint", "end") and b["step"] > a["step"]
    ]
    return statistics.median(each)


class Storm:
    """A folder with the state, and the processes that work on it; see `storm`."""

    def __init__(self, folder: Path):
        self.folder, self._numbers = folder, count()
        self._children: dict[str, subprocess.Popen] = {}
        tokenizer = load().tokenizer
        fresh = Training.start(Recipe(batch=BATCH), tokenizer=tokenizer)
        checkpoints.save_checkpoint(fresh, folder / FRESH)

    def run(
        self, every: int, kills: Sequence[float], seconds: float,
        progress: Callable[[float], object] = lambda seconds: None,
    ) -> Run:  # fmt: skip
        """Train for so many seconds from fresh weights, killed at `kills` (rising, in seconds).

        progress: told the seconds that have passed. Raises LmError when a child ends by itself.
        """
        shutil.copy(self.folder / FRESH, self.folder / STATE)
        working, spare = self._start(every), self._start(every)
        numbers, failures = [working], []
        self._wait_for(working)
        self._wait_for(spare)
        began = time.monotonic()
        self._go(working, began + seconds)
        for kill in kills:
            self._watch(working, began, kill, progress)
            self._end(working)
            failures.append(time.monotonic())
            working, spare = spare, self._start(every)
            numbers.append(working)
            self._go(working, began + seconds)
        self._watch(working, began, seconds + GRACE_S, progress, ends=True)
        log = self._log(numbers, failures, began)
        self.clear()
        return Run(every, log)

    def _start(self, every: int) -> str:
        number = str(next(self._numbers))
        words = [sys.executable, "-m", MODULE, str(self.folder), str(every), number]
        with open(self.folder / f"{number}.err", "wb") as errors:
            # In a session of its own it does not hear the notebook's stop: its parent ends it.
            self._children[number] = subprocess.Popen(
                words, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=errors, start_new_session=True,
            )  # fmt: skip
        return number

    def _wait_for(self, number: str) -> None:
        """Until the child has loaded what it needs."""
        begun = time.monotonic()
        while not (self.folder / f"{number}.log").exists():
            if self._children[number].poll() is not None:
                self._fail(number)
            if time.monotonic() - begun > GRACE_S:
                raise LmError(_(TOO_BUSY))
            time.sleep(NAP_S)

    def _go(self, number: str, deadline: float) -> None:
        try:
            self._children[number].stdin.write(f"go {deadline!r}\n".encode())
            self._children[number].stdin.flush()
        except OSError:
            self._fail(number)

    def _watch(
        self, number: str, began: float, until: float, progress: Callable, ends: bool = False
    ) -> None:
        """Wait so many seconds after the beginning, or until the child has ended where it `ends`."""
        child = self._children[number]
        while (passed := time.monotonic() - began) < until:
            if child.poll() is not None:
                if ends and child.returncode == 0:
                    return
                self._fail(number)
            progress(passed)
            time.sleep(min(NAP_S, until - passed))
        if ends:
            raise LmError(_(TOO_BUSY))

    def _fail(self, number: str) -> None:
        self._end(number)
        errors = (self.folder / f"{number}.err").read_text("utf-8", "replace").strip().splitlines()
        reason = errors[-1] if errors else _("it gave no reason")
        raise LmError(_("a training process ended by itself: {reason}").format(reason=reason))

    def _end(self, number: str) -> None:
        """Kill a child for good: SIGKILL, or TerminateProcess on Windows."""
        child = self._children.pop(number)
        child.kill()
        child.wait()
        child.stdin.close()

    def clear(self) -> None:
        """End every child that is left."""
        for number in list(self._children):
            self._end(number)

    def _log(self, numbers: Sequence[str], failures: Sequence[float], began: float) -> list[dict]:
        log = [{"at_s": 0.0, "event": "start", "step": 0}]
        for place, number in enumerate(numbers):
            notes = self.folder / f"{number}.log"
            text = notes.read_text("utf-8") if notes.exists() else ""  # killed before it was ready
            for line in text.splitlines(keepends=True):
                if not line.endswith("\n"):
                    continue  # killed in the middle of a note
                at, event, step = line.split()
                log.append({"at_s": float(at) - began, "event": event, "step": int(step)})
            if place < len(failures):
                step = log[-1]["step"]
                log.append({"at_s": failures[place] - began, "event": "failure", "step": step})
        return log


@contextmanager
def storm() -> Iterator[Storm]:
    """A Storm whose folder and processes are gone afterwards, however it ends.

    Raises OSError where no process can be started or nothing can be written.
    """
    with tempfile.TemporaryDirectory(prefix="anuman-storm-") as folder:
        made = Storm(Path(folder))
        try:
            yield made
        finally:
            made.clear()
