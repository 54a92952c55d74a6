"""A cell that did not come to its end, and whether its code is to blame."""

from .time_limits import TimeLimit

TIMEOUT = "CellTimeoutError"
LOST = "DeadKernelError"  # nbgrader's own names for what happened to a cell
# Of a test's time, in which others had the processors: more is worth a second try; still more says
# nothing of an answer.
MUCH_WAITING, MOST_WAITING = 0.8, 0.9


class Stopped(Exception):
    """A cell did not come to its end; `name` says how, as nbgrader calls it."""

    def __init__(self, name: str, text: str, outputs: list[dict] | None = None):
        super().__init__(text)
        self.name, self.outputs = name, outputs or []
        self.alive = outputs is not None

    def as_output(self) -> dict:
        """The error output that the cell gets."""
        line = f"{self.name}: {self}"
        return {
            "output_type": "error",
            "ename": self.name,
            "evalue": str(self),
            "traceback": [line],
        }


class Blame:
    """Whether the machine, not the code, may have stopped a cell of this notebook."""

    def __init__(self):
        self.doubtful = False  # worth a second try
        self.starved = False  # a time limit passed while others had the processors
        self.too_large = False  # we have ended its process for the memory it used

    def lost(self) -> None:
        """A process has ended: by its own doing, or killed by a system that is short of memory."""
        self.doubtful |= not self.too_large

    def late(self, limit: TimeLimit) -> None:
        """A time limit has passed: did the processes have a processor in that time?"""
        self.doubtful |= limit.doubtful
        self.starved |= limit.starved

    def by_the_test(self, limit: TimeLimit, stopped: bool) -> None:
        """A test has ended; stopped: it has cut a call short, by a clock that knows of no others."""
        if stopped:
            self.doubtful |= limit.waiting > MUCH_WAITING
            self.starved |= limit.waiting > MOST_WAITING
