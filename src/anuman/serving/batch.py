"""The batch: who is inside, with how much KV memory, and the time that passes over them."""

from collections import deque
from heapq import heappush

from .arrivals import Arrivals
from .decoding import Decoding
from .job import Job
from .run import Gaps, Span, Totals


class Batch:
    """Sequences in `slots` rows and a KV memory: how they take steps, end, and are sent back.

    policy: see policies.Policy. prefilling: those whose prompts are still read, in order of admission.
    """

    def __init__(self, arrivals: Arrivals, policy, slots: int, kv_capacity: int, trace: bool):
        self.arrivals, self.policy, self.slots, self.trace = arrivals, policy, slots, trace
        self.kv_capacity = kv_capacity
        self.memory = policy.memory(kv_capacity)
        self.waiting = policy.make_line()
        self.running: dict[int, Job] = {}
        self.prefilling: deque[Job] = deque()
        self.decoding = Decoding(trace)
        self.now = 0.0
        self.steps = 0
        self.totals = Totals()
        self.spans: list[Span] = []
        self.done: list[Job] = []
        self.changed = False  # whether somebody came or left since the policy was asked
        self._free = list(range(slots))  # a heap of slot numbers

    @property
    def gaps(self) -> list[Gaps]:
        """Gaps between tokens, if traced."""
        return self.decoding.gaps

    def pass_time(
        self,
        seconds: float,
        k: int,
        decodes: int,
        rows: int,
        tokens: int,
        first_tokens: int,
        first_s: float = 0.0,
        more_s: float = 0.0,
    ) -> None:
        """Let k steps pass, the first of first_s seconds and each of more_s more than the one before."""
        start, before = self.now, self.memory.used
        self.now += seconds
        self.steps += k
        if decodes:
            self.memory.grow(self.decoding.steps, k)
            self.decoding.advance(k, start, self.now, first_s, more_s)
        emitted = decodes * k + first_tokens
        span = Span(
            start, self.now, k, decodes, rows, tokens, emitted, before, self.memory.used
        )  # fmt: skip
        self.totals.add(span)
        if self.waiting:
            if self._free:
                self.totals.no_room_s += seconds
            else:
                self.totals.no_slot_s += seconds
        if self.trace:
            self.spans.append(span)

    def move(self, tokens: int) -> None:
        """Move a sequence's keys and values to the host or back while the engine waits."""
        self.pass_time(tokens * self.policy.swap_s_per_token, 0, 0, 0, 0, 0)

    def start_decoding(self, job: Job) -> None:
        """The job's prompt is read, or its keys and values are back."""
        self.decoding.start(job)
        self.memory.join(job)

    def end_answers(self) -> None:
        """Let go of everybody whose last token has just come."""
        while (job := self.decoding.next_ended()) is not None:
            self.memory.leave(job)
            self.finish(job)

    def finish(self, job: Job) -> None:
        """The job has its answer; its row is free, unless rows are kept until all have theirs."""
        job.finish_s = self.now
        job.generated = job.request.output_tokens
        self.done.append(job)
        self.arrivals.done(self.now)
        if not self.policy.keeps_rows:
            self.release(job)
        elif not self.decoding.count and not self.prefilling:
            for held in list(self.running.values()):
                self.release(held)

    def release(self, job: Job) -> None:
        """Take back the job's slot and memory."""
        del self.running[job.id]
        self.memory.give_back(job, job.last_step)
        heappush(self._free, job.slot)
        self.changed = True

    def preempt(self) -> None:
        """Pages have run out: the last one admitted goes back into the line."""
        job = next(reversed(self.running.values()))
        answering = job.last_step >= 0
        if answering:
            self.decoding.send_back(job)
            self.memory.leave(job)
        else:
            self.prefilling.remove(job)
        del self.running[job.id]
        self.memory.give_back(job, self.decoding.steps)
        heappush(self._free, job.slot)
        job.preemptions += 1
        self.waiting.add(job)
        if self.policy.swap_s_per_token is not None and answering:
            job.swapped = True
            self.move(job.cached)
        else:
            job.todo, job.cached = job.request.input_tokens + job.generated, 0
        job.last_step = -1
