"""Why a server is slow: what the waiting line waits for, and what the engine spends its time on."""

from dataclasses import dataclass

from .run import Run
from .steps import StepTime, as_step_time

NOTABLE = 0.05  # share of the busy time in which somebody waits, below which nothing limits


@dataclass(frozen=True)
class Cause:
    """limit: what those who wait wait for: "kv" (memory), "slots", or "none" (hardly anybody waits).

    bound: "bandwidth" when reading weights and contexts takes more of the engine's time than what
    grows with the work in a step (arithmetic), else "compute". memory_share: the former's share.
    """

    limit: str
    bound: str
    memory_share: float

    @property
    def name(self) -> str:
        """The one word for it: "kv", "bandwidth" or "compute"."""
        return "kv" if self.limit == "kv" else self.bound


def cause(run: Run, step_time: StepTime | float) -> Cause:
    """What made this run as slow as it was.

    Memory time: every step reads the weights once, as a step of one sequence does, and the contexts.
    The rest of the busy time came with more sequences and prompt tokens.
    """
    totals = run.totals
    alone, _slope = as_step_time(step_time).affine(1)
    memory = min(totals.busy_s, alone * totals.steps + totals.context_s)
    share = memory / totals.busy_s
    waits = totals.no_room_s + totals.no_slot_s
    if waits < NOTABLE * totals.busy_s:
        limit = "none"
    else:
        limit = "kv" if totals.no_room_s > totals.no_slot_s else "slots"
    return Cause(limit, "bandwidth" if share >= 0.5 else "compute", share)
