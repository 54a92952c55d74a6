"""When a cell's time is over on a machine that has other work."""

import pytest

from anuman.grading.running import time_limits
from anuman.grading.running.stopped import Blame
from anuman.grading.running.time_limits import MOST, TimeLimit


class Waiting:
    """A process that has waited for so long, and has so many below it."""

    def __init__(self, waited=0.0, below=0):
        self.waited, self.below = waited, below

    def waited_s(self):
        return self.waited

    def processes(self):
        return list(range(1 + self.below))


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets: [seconds]."""
    now = [1000.0]
    monkeypatch.setattr(time_limits.time, "monotonic", lambda: now[0])
    return now


def after(limit, process, clock, seconds, waited):
    """Go on by this time, of which the process waits for a part."""
    clock[0] += seconds
    process.waited += waited
    return limit.passed()


def test_time_in_which_others_have_the_processors_does_not_count(clock):
    process = Waiting(waited=77.0)  # before the limit began
    limit = TimeLimit(10, lambda: [process])
    assert not after(limit, process, clock, 10, waited=6)
    assert not after(limit, process, clock, 5.9, waited=0)
    assert after(limit, process, clock, 0.2, waited=0)
    assert limit.lost() == 6
    assert not limit.starved and not limit.doubtful


def test_a_code_that_has_its_time_is_to_blame(clock):
    process = Waiting()
    limit, blame = TimeLimit(10, lambda: [process]), Blame()
    assert after(limit, process, clock, 10, waited=0.001)
    blame.late(limit)
    assert not blame.starved and not blame.doubtful


def test_whoever_never_gets_a_processor_is_not_to_blame(clock):
    process = Waiting()
    limit, blame = TimeLimit(10, lambda: [process]), Blame()
    for _ in range(int(MOST) - 1):
        assert not after(limit, process, clock, 10, waited=10)
    assert after(limit, process, clock, 10, waited=10)
    blame.late(limit)
    assert blame.starved and blame.doubtful


@pytest.mark.parametrize(
    ("waited", "blamed"), [(1.2, (False, False)), (1.7, (True, False)), (1.9, (True, True))]
)
def test_a_test_that_stops_an_answer_by_its_own_clock_counts_only_while_that_could_run(
    clock, waited, blamed
):
    process = Waiting()
    limit, blame = TimeLimit(20, lambda: [process]), Blame()
    after(limit, process, clock, 2, waited)
    blame.by_the_test(limit, stopped=False)
    assert not blame.doubtful
    blame.by_the_test(limit, stopped=True)
    assert (blame.doubtful, blame.starved) == blamed


def test_processes_that_take_the_time_from_each_other_get_no_more_of_it(clock):
    process = Waiting(below=30)
    limit, blame = TimeLimit(10, lambda: [process]), Blame()
    assert after(limit, process, clock, 10, waited=9)
    blame.late(limit)
    assert blame.doubtful  # their neighbours may have had a part in it: tried once more, alone
    assert not blame.starved
