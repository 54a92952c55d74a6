"""Prefill and decode on machines of their own: no prompt ever makes an answer wait.

Zhong et al., "DistServe", OSDI 2024; Patel et al., "Splitwise", ISCA 2024. The prefill machines read
one prompt after the other, first come, first served; the keys and values then travel to the decode
machine, where the answer goes on when a slot and memory are free. Until then they wait outside its
memory.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

from .arrivals import Arrivals
from .engine import Server
from .job import Job
from .policies import Policy
from .run import Run
from .steps import StepTime, checked


@dataclass(frozen=True)
class Disaggregated(Policy):
    """prefill_servers machines read prompts; a prompt token's KV takes transfer_s_per_token to travel.

    prefill_step_time: theirs, if it is not that of the decode machine.
    """

    prefill_servers: int = 1
    transfer_s_per_token: float = 0.0
    prefill_step_time: StepTime | None = None
    name = "disaggregated"

    def __post_init__(self):
        if not isinstance(self.prefill_servers, int) or self.prefill_servers < 1:
            raise ValueError(
                f"prefill_servers is {self.prefill_servers!r}: it must be a whole number above 0"
            )
        if not 0 <= self.transfer_s_per_token < inf:
            raise ValueError(
                f"transfer_s_per_token is {self.transfer_s_per_token!r}: it must be finite, zero or above"
            )

    def run(
        self, arrivals: Arrivals, step_time: StepTime, slots: int, kv_capacity: int, trace: bool
    ) -> Run:
        """Serve everybody; slots and kv_capacity are the decode machine's."""
        if arrivals.closed:
            raise ValueError(
                "disaggregated takes a list of requests: with a closed loop, prompts would have to "
                "be read before it is known when they come"
            )
        stage = _Prefill(arrivals, self, self.prefill_step_time or step_time)
        run = Server(stage, self, step_time, slots, kv_capacity, trace).run(stage.complete)
        run.totals.busy_s += stage.busy_s
        run.totals.prefill_tokens += stage.tokens
        run.servers = 1 + self.prefill_servers
        return run


class _Prefill:
    """The prefill machines, seen from the decode machine: a source of jobs whose prompts are read."""

    def __init__(self, arrivals: Arrivals, policy: Disaggregated, step_time: StepTime):
        self._arrivals, self._policy, self._step_time = arrivals, policy, step_time
        self._free = [0.0] * policy.prefill_servers
        self._ready: list[tuple[float, int, Job]] = []
        self._count = 0
        self.busy_s, self.tokens = 0.0, 0
        self.complete: list[Job] = []  # answers of a single token never see the decode machine

    def next_s(self) -> float:
        """When the next prompt's keys and values are there."""
        while (came := self._arrivals.next_s()) < inf and (
            not self._ready or came <= self._ready[0][0]
        ):
            self._read(self._arrivals.pop())
        return self._ready[0][0] if self._ready else inf

    def _read(self, job: Job) -> None:
        tokens = job.request.input_tokens
        seconds, _slope = checked(
            self._step_time.affine(0, tokens, tokens * (tokens + 1) / 2), f"{tokens} prompt tokens"
        )
        start = max(job.request.arrival_s, heappop(self._free))
        heappush(self._free, start + seconds)
        self.busy_s += seconds
        self.tokens += tokens
        job.admitted_s = start
        job.first_token_s = job.last_token_s = start + seconds
        job.cached, job.todo, job.generated = tokens, 0, 1
        if job.request.output_tokens == 1:
            job.finish_s = job.first_token_s
            self.complete.append(job)
            return
        self._count += 1
        there = job.first_token_s + tokens * self._policy.transfer_s_per_token
        heappush(self._ready, (there, self._count, job))

    def pop(self) -> Job:
        """The next job."""
        return heappop(self._ready)[2]

    def done(self, now: float) -> None:
        """Nobody's next request waits for this one's end."""
