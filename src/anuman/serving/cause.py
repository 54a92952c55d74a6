"""Why a server is slow: what the waiting line waits for, and what the engine spends its time on."""

from dataclasses import dataclass

from .run import Run
from .steps import StepTime, as_step_time

NOTABLE = 0.05  # share of the busy time in which somebody waits, below which nothing limits
FULL = 0.9  # share of the KV memory that was held at most, from which on it was full


@dataclass(frozen=True)
class Cause:
    """limit: what those who wait wait for: "kv" (memory), "slots", "batch" (static batching: the end of
    the batch that runs, though there would be room), or "none" (hardly anybody waits).

    bound: "bandwidth" when reading weights and contexts takes more of the engine's time than what
    grows with the work in a step (arithmetic), else "compute". memory_share: the former's share.
    """

    limit: str
    bound: str
    memory_share: float

    @property
    def name(self) -> str:
        """The one word for it: "kv", "batch", "bandwidth" or "compute"."""
        return self.limit if self.limit in ("kv", "batch") else self.bound


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
    if (
        limit == "kv"
        and run.policy.startswith("static")
        and totals.kv_peak < FULL * run.kv_capacity
    ):
        limit = "batch"
    return Cause(limit, "bandwidth" if share >= 0.5 else "compute", share)
