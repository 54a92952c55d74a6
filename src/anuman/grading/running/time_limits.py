"""Time limits that leave out the time in which others had the processors."""

import time
from collections.abc import Callable

from .process import Process

MOST = 5.0  # times as long as it says a limit lasts on a busy machine
WORTH_IT_S = 0.02  # shorter waiting is not looked at
FEW = 2  # processes of a submission that do not starve each other
DOUBTFUL = 0.2  # of the limit: after so much waiting a submission's many processes are tried again


class TimeLimit:
    """So many seconds in which a submission's processes could run; `at` is its end on time.monotonic().

    processes: the learner's one and that of the tests, those that there are. Time in which they were
    ready to run and had no processor does not count, unless it is the learner's own many processes
    that have it.
    """

    def __init__(self, seconds: float, processes: Callable[[], list[Process]]):
        self.seconds, self._processes = seconds, processes
        self._before = self._waiting()
        self._started = time.monotonic()
        self.at = self._started + seconds

    def passed(self) -> bool:
        """Whether the time is over; if the machine was busy there may be more of it."""
        now = time.monotonic()
        if now >= self.at:
            self.at = self._started + self.seconds + self.lost()
        return now >= self.at

    def lost(self) -> float:
        """Seconds, so far, that do not count."""
        waited = self._waited()
        if waited < WORTH_IT_S or self._many():
            return 0.0
        return min(waited, (MOST - 1) * self.seconds)

    @property
    def waiting(self) -> float:
        """The part of the time so far in which others had the processors, 0 to 1."""
        return min(self.lost() / max(time.monotonic() - self._started, WORTH_IT_S), 1.0)

    @property
    def starved(self) -> bool:
        """Whether the machine was too busy for so long that nothing can be said."""
        return self.lost() >= (MOST - 1) * self.seconds

    @property
    def doubtful(self) -> bool:
        """Whether it is worth a try with nothing beside it."""
        return self.starved or (self._many() and self._waited() > DOUBTFUL * self.seconds)

    def _waited(self) -> float:
        return self._waiting() - self._before

    def _waiting(self) -> float:
        return sum(process.waited_s() for process in self._processes())

    def _many(self) -> bool:
        return any(len(process.processes()) > FEW for process in self._processes())
