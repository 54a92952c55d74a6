"""The server, from one change of its batch to the next.

Between two changes the same sequences take step after step. How many steps that is (until an answer
ends, a request comes into a free slot, or the pages run out) and how long they take are closed
forms, so the cost grows with requests and changes, not with tokens.
"""

from collections.abc import Sequence
from math import inf

from anuman.language import _

from .arrivals import Arrivals
from .job import Job
from .run import Run, Served
from .scheduler import Scheduler
from .steps import StepTime, checked, steps_seconds, steps_until


class Server(Scheduler):
    """One engine: a batch, the scheduler of its policy, and the loop of its steps."""

    def __init__(
        self,
        arrivals: Arrivals,
        policy,
        step_time: StepTime,
        slots: int,
        kv_capacity: int,
        trace: bool,
    ):
        super().__init__(arrivals, policy, slots, kv_capacity, trace)
        self._step_time = step_time
        self._costs: dict[int, tuple[float, float]] = {}  # of a step with so many rows

    def run(self, elsewhere: Sequence[Job] = ()) -> Run:
        """Serve everybody; jobs done `elsewhere` meanwhile join the result. Raises PolicyBroke."""
        self.advance(inf)
        done = sorted([*self.done, *elsewhere], key=lambda job: (job.request.arrival_s, job.id))
        return Run(
            self.policy.name, self.slots, self.kv_capacity, [served_job(job) for job in done],
            self.totals, spans=self.spans, gaps=self.decoding.gaps,
        )  # fmt: skip

    def advance(self, until_s: float) -> None:
        """Serve until then; a stretch of steps that nobody can interrupt is taken to its end. Raises PolicyBroke."""
        while self.now < until_s and (self.take_arrivals() or self.running):
            if self.changed or self.now >= self.wake_s:
                self.schedule()
            if self.prefilling:
                self.prefill()
            elif self.running:
                self.decode()
            else:
                self.idle()

    def quiet_until(self) -> float:
        """A time before which nothing ends unless somebody comes, so that there is nothing to advance."""
        if self.waiting or self.prefilling:
            return self.now
        if not self.running:
            return inf
        decoding = self.decoding
        k, n = decoding.until_the_next_end(), decoding.count
        cost = self._costs.get(n)
        if cost is None or self.policy.keeps_rows or self.memory.steps_left(decoding.steps) < k:
            return self.now
        return self.now + steps_seconds(k, *cost, decoding.context, n)

    def take_arrivals(self) -> bool:
        """Let those who have come stand in line; whether anybody waits or is still to come."""
        while self.arrivals.next_s() <= self.now:
            job = self.arrivals.pop()
            largest = self.memory.largest(job.request)
            if largest > self.memory.capacity:
                raise ValueError(
                    f"request {job.id} needs {largest} tokens of KV memory and the server has "
                    f"{self.memory.capacity}: no policy can serve it; shorten it or add memory"
                )
            self.waiting.add(job)
            self.changed = True
        return bool(self.waiting) or self.more_to_come

    def idle(self) -> None:
        """Nothing runs: wait for the next arrival or the policy's alarm."""
        then = min(self.arrivals.next_s(), self.wake_s)
        if then == inf:
            oldest = min(self.waiting.jobs.values(), key=lambda job: job.request.arrival_s)
            said = _("{waiting} requests wait for ever.").format(waiting=len(self.waiting))
            self.broke("stall", oldest, said)
        self.now = max(self.now, then)

    def prefill(self) -> None:
        """One step that reads prompts: all that is admitted, or as much as the budget allows."""
        policy = self.policy
        decodes = 0 if policy.prefill == "alone" else self.decoding.count
        if decodes and self.memory.steps_left(self.decoding.steps) < 1:
            self.preempt()
            return
        room = inf if policy.budget is None else max(1, policy.budget - decodes)
        tokens, pairs, read = 0, 0.0, []
        for job in self.prefilling:
            part = min(job.todo, room)
            pairs += part * job.cached + part * (part + 1) / 2
            job.cached += part
            job.todo -= part
            tokens += part
            room -= part
            if not job.todo:
                read.append(job)
            if not room:
                break
        fixed, slope = checked(
            self._step_time.affine(decodes, tokens, pairs),
            f"{decodes} decodes, {tokens} prompt tokens",
        )
        seconds = fixed + (slope * self.decoding.context if decodes else 0.0)
        self.totals.context_s += seconds - fixed
        self.pass_time(seconds, 1, decodes, decodes, tokens, len(read), seconds)
        for job in read:
            self.prefilling.popleft()
            job.generated += 1
            if job.first_token_s < 0:
                job.first_token_s = self.now
            else:
                self.decoding.late_token(self.now - job.last_token_s)
            job.last_token_s = self.now
            if job.generated == job.request.output_tokens:
                self.finish(job)
            else:
                self.start_decoding(job)
        self.end_answers()

    def decode(self) -> None:
        """All the steps until something changes."""
        decoding = self.decoding
        k = min(decoding.until_the_next_end(), self.memory.steps_left(decoding.steps))
        if k < 1:
            self.preempt()
            return
        n, context = decoding.count, decoding.context
        rows = len(self.running) if self.policy.keeps_rows else n
        cost = self._costs.get(rows)
        if cost is None:
            cost = checked(self._step_time.affine(rows), f"{rows} decodes")
            self._costs[rows] = cost
        fixed, slope = cost
        if self._free and self.policy.joins:
            wait = min(self.arrivals.next_s(), self.wake_s) - self.now
            if wait < inf:
                k = min(k, steps_until(wait, fixed, slope, context, n))
        seconds = steps_seconds(k, fixed, slope, context, n)
        self.totals.context_s += seconds - k * fixed
        self.pass_time(seconds, k, n, rows, 0, 0, fixed + slope * context, slope * n)
        self.end_answers()


def served_job(job: Job) -> Served:
    """The way of a job that is done."""
    request = job.request
    return Served(
        request.id, request.arrival_s, job.admitted_s, job.first_token_s, job.finish_s,
        request.input_tokens, request.output_tokens, job.slot, job.preemptions,
    )  # fmt: skip
