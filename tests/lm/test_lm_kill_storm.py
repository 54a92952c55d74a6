"""Real kills of a real training: what it loses and keeps, how it ends, and that nothing is left behind."""

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from anuman.lm import LmError, kill_storm
from anuman.lm.kill_storm import Run

PATIENCE_S = 180


def gone(processes) -> bool:
    """Whether all of them end in time."""
    _ended, alive = psutil.wait_procs(processes, PATIENCE_S)
    return not alive


def trainings() -> list[psutil.Process]:
    """The children of this process that train, beside those that other tests keep warm."""
    return [p for p in psutil.Process().children() if kill_storm.MODULE in command_of(p)]


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # a zombie too: it has ended
        return []


@pytest.mark.slow
def test_a_killed_training_goes_on_from_its_last_checkpoint():
    with kill_storm.storm() as storm:
        # The third kill, at once after the second, hits a process that is not ready yet.
        run = storm.run(2, [0.9, 0.95, 0.97, 1.8], 3.0)
        folder = storm.folder
    assert not folder.exists() and not trainings()
    assert run.failures == 4
    assert run.log[0]["event"] == "start"
    assert run.log[-1]["event"] == "end"
    assert 0 < run.goodput < 1
    saved = 0
    for event in run.log:
        if event["event"] == "resume":
            assert event["step"] == saved  # nothing else survives
        if event["event"] == "saved":
            saved = event["step"]
            assert saved % 2 == 0
    times = [e["at_s"] for e in run.log]
    assert times == sorted(times)


def test_goodput_of_a_log_is_the_share_whose_steps_are_kept():
    names = ["start", "checkpoint", "saved", "failure", "resume", "end"]
    log = [
        {"at_s": at, "event": event, "step": 0}
        for at, event in zip((0, 100, 110, 160, 190, 250), names, strict=True)
    ]
    assert Run(4, log).goodput == pytest.approx(0.64)
    assert Run(4, log).pauses("failure", "resume") == [30]


@pytest.mark.slow
def test_a_child_that_ends_by_itself_is_said_in_words(monkeypatch):
    with kill_storm.storm() as storm:
        (storm.folder / kill_storm.FRESH).write_bytes(b"no checkpoint")
        with pytest.raises(LmError, match=r"ended by itself: .*not a whole safetensors file"):
            storm.run(2, [], 2.0)
        storm.clear()
        assert not trainings()


ORPHANS = """
from anuman.lm import kill_storm
with kill_storm.storm() as storm:
    print(storm.folder, flush=True)
    storm.run(2, [], 600.0, lambda seconds: print("running", flush=True))
"""


@pytest.mark.slow
def test_no_process_outlives_its_parent():
    """The parent is killed without a chance to tidy up; its children, told to run on, end with it."""
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True)
    folder = Path(parent.stdout.readline().strip())
    assert parent.stdout.readline() == "running\n"
    children = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert len(children) == 2 and gone(children)
    shutil.rmtree(folder)  # which nobody was left to tidy up
