"""A cell that did not come to its end, and whether its code is to blame."""

from .process import Process

STARVED = 0.2  # of a cell's time limit: so long a process waits where others have the processors
FEW = 2  # processes of a submission that do not starve each other

TIMEOUT = "CellTimeoutError"
LOST = "DeadKernelError"  # nbgrader's own names for what happened to a cell


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

    def late(self, process: Process, learner: Process | None, limit_s: float) -> None:
        """A time limit has passed: did the process have a processor in that time?"""
        if process.waited_s() > STARVED * limit_s:
            self.doubtful = True
            self.starved |= learner is None or len(learner.processes()) <= FEW
