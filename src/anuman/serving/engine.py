"""The server, from one change of its batch to the next.

Between two changes the same sequences take step after step. How many steps that is (until an answer
ends, a request comes into a free slot, or the pages run out) and how long they take are closed
forms, so the cost grows with requests and changes, not with tokens.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from math import inf

from anuman.language import _

from .arrivals import Arrivals
from .decoding import Decoding
from .job import Job
from .legality import PolicyBroke
from .run import Gaps, Run, Served, Span, Totals
from .steps import StepTime, checked, steps_seconds, steps_until


class Server:
    """One engine with `slots` rows and a KV memory; policies see it, see policies.Policy."""

    def __init__(
        self,
        arrivals: Arrivals,
        policy,
        step_time: StepTime,
        slots: int,
        kv_capacity: int,
        trace: bool,
    ):
        self.arrivals, self.policy, self.slots, self.trace = arrivals, policy, slots, trace
        self.kv_capacity = kv_capacity
        self.memory = policy.memory(kv_capacity)
        self.line = policy.make_line()
        self.running: dict[int, Job] = {}
        self.now = 0.0
        self.steps = 0
        self.totals = Totals()
        self.spans: list[Span] = []
        self.done: list[Job] = []
        self._step_time = step_time
        self._costs: dict[int, tuple[float, float]] = {}
        self._free = list(range(slots))  # a heap of slot numbers
        self._prefilling: deque[Job] = deque()
        self._decoding = Decoding(trace)
        self._ask = False
        self._wake = inf

    # What policies use

    @property
    def free_slots(self) -> int:
        """Slots that nobody has."""
        return len(self._free)

    @property
    def free_kv(self) -> int:
        """KV memory that nobody has, in tokens."""
        return self.memory.free

    @property
    def gaps(self) -> list[Gaps]:
        """Gaps between tokens, if traced."""
        return self._decoding.gaps

    @property
    def more_to_come(self) -> bool:
        """Whether further arrivals are on their way."""
        return self.arrivals.next_s() < inf

    def fits(self, job: Job) -> bool:
        """Whether the KV memory has room for the job now."""
        return self.memory.need(job) <= self.memory.free

    def line_fills_memory(self) -> bool:
        """Whether those who wait need more KV memory than is free."""
        free = self.memory.free
        for job in self.line.jobs.values():
            free -= self.memory.need(job)
            if free < 0:
                return True
        return False

    def described(self, job: Job) -> dict:
        """A job as plain data, for a learner's rule."""
        request = job.request
        return {
            "id": request.id,
            "arrival_s": request.arrival_s,
            "waited_s": self.now - request.arrival_s,
            "input_tokens": request.input_tokens,
            "output_tokens": request.output_tokens,
            "kv_tokens": self.memory.largest(request),
            "generated": self._decoding.generated(job),
        }

    def admit(self, job: Job) -> None:
        """Give a waiting job a slot and memory. Raises PolicyBroke when that is not legal."""
        if not self._free:
            self._broke("slots", job, _("All {slots} slots are taken.").format(slots=self.slots))
        need, free = self.memory.need(job), self.memory.free
        if need > free:
            self._broke(
                "kv",
                job,
                _("It needs {need} tokens, {free} are free.").format(need=need, free=free),
            )
        self.line.remove(job)
        self.memory.take(job)
        job.slot = heappop(self._free)
        self.running[job.id] = job
        self.totals.kv_peak = max(self.totals.kv_peak, self.memory.used)
        if job.admitted_s < 0:
            job.admitted_s = self.now
        if job.swapped:
            job.swapped = False
            self._move(job.cached)
        if job.todo:
            self._prefilling.append(job)
        else:
            self._start_decoding(job)

    # The loop

    def run(self, elsewhere: Sequence[Job] = ()) -> Run:
        """Serve everybody; jobs done `elsewhere` meanwhile join the result. Raises PolicyBroke."""
        self.advance(inf)
        done = sorted([*self.done, *elsewhere], key=lambda job: (job.request.arrival_s, job.id))
        return Run(
            self.policy.name, self.slots, self.kv_capacity, [served_job(job) for job in done],
            self.totals, spans=self.spans, gaps=self._decoding.gaps,
        )  # fmt: skip

    def advance(self, until_s: float) -> None:
        """Serve until then; a stretch of steps that nobody can interrupt is taken to its end. Raises PolicyBroke."""
        while self.now < until_s and (self._take_arrivals() or self.running):
            if self._ask or self.now >= self._wake:
                self._ask_policy()
            if self._prefilling:
                self._prefill_step()
            elif self.running:
                self._decode()
            else:
                self._idle()

    def quiet_until(self) -> float:
        """A time before which nothing ends unless somebody comes, so that there is nothing to advance."""
        if self.line or self._prefilling:
            return self.now
        if not self.running:
            return inf
        decoding = self._decoding
        k, n = decoding.until_the_next_end(), decoding.count
        cost = self._costs.get(n)
        if cost is None or self.policy.keeps_rows or self.memory.steps_left(decoding.steps) < k:
            return self.now
        return self.now + steps_seconds(k, *cost, decoding.context, n)

    def tokens_left(self) -> int:
        """Prompt tokens to be read and answer tokens to be written for everybody inside or in the line."""
        inside = [*self.line.jobs.values(), *self.running.values()]
        return sum(
            job.todo + job.request.output_tokens - self._decoding.generated(job) for job in inside
        )

    def _take_arrivals(self) -> bool:
        """Let those who have come stand in line; whether anybody waits or is still to come."""
        while self.arrivals.next_s() <= self.now:
            job = self.arrivals.pop()
            largest = self.memory.largest(job.request)
            if largest > self.memory.capacity:
                raise ValueError(
                    f"request {job.id} needs {largest} tokens of KV memory and the server has "
                    f"{self.memory.capacity}: no policy can serve it; shorten it or add memory"
                )
            self.line.add(job)
            self._ask = True
        return bool(self.line) or self.more_to_come

    def _ask_policy(self) -> None:
        self._ask, self._wake = False, inf
        if not self.line or not self._free or (self.running and not self.policy.joins):
            return
        try:
            wake = self.policy.choose(self)
        except PolicyBroke:
            raise
        except Exception as error:
            raise PolicyBroke(
                "raised", self.steps, self.now, None, f"{type(error).__name__}: {error}"
            ) from error
        if wake is not None:
            self._wake = wake

    def _idle(self) -> None:
        """Nothing runs: wait for the next arrival or the policy's alarm."""
        then = min(self.arrivals.next_s(), self._wake)
        if then == inf:
            oldest = min(self.line.jobs.values(), key=lambda job: job.request.arrival_s)
            self._broke(
                "stall",
                oldest,
                _("{waiting} requests wait for ever.").format(waiting=len(self.line)),
            )
        self.now = max(self.now, then)

    def _prefill_step(self) -> None:
        """One step that reads prompts: all that is admitted, or as much as the budget allows."""
        policy = self.policy
        decodes = 0 if policy.prefill == "alone" else self._decoding.count
        if decodes and self.memory.steps_left(self._decoding.steps) < 1:
            self._preempt()
            return
        room = inf if policy.budget is None else max(1, policy.budget - decodes)
        tokens, pairs, read = 0, 0.0, []
        for job in self._prefilling:
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
        seconds = fixed + (slope * self._decoding.context if decodes else 0.0)
        self.totals.context_s += seconds - fixed
        self._advance(seconds, 1, decodes, decodes, tokens, len(read), seconds)
        for job in read:
            self._prefilling.popleft()
            job.generated += 1
            if job.first_token_s < 0:
                job.first_token_s = self.now
            else:
                self._decoding.late_token(self.now - job.last_token_s)
            job.last_token_s = self.now
            if job.generated == job.request.output_tokens:
                self._finish(job)
            else:
                self._start_decoding(job)
        self._end_answers()

    def _decode(self) -> None:
        """All the steps until something changes."""
        decoding = self._decoding
        k = min(decoding.until_the_next_end(), self.memory.steps_left(decoding.steps))
        if k < 1:
            self._preempt()
            return
        n, context = decoding.count, decoding.context
        rows = len(self.running) if self.policy.keeps_rows else n
        cost = self._costs.get(rows)
        if cost is None:
            cost = checked(self._step_time.affine(rows), f"{rows} decodes")
            self._costs[rows] = cost
        fixed, slope = cost
        if self._free and self.policy.joins:
            wait = min(self.arrivals.next_s(), self._wake) - self.now
            if wait < inf:
                k = min(k, steps_until(wait, fixed, slope, context, n))
        seconds = steps_seconds(k, fixed, slope, context, n)
        self.totals.context_s += seconds - k * fixed
        self._advance(seconds, k, n, rows, 0, 0, fixed + slope * context, slope * n)
        self._end_answers()

    # What happens within

    def _advance(
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
            self.memory.grow(self._decoding.steps, k)
            self._decoding.advance(k, start, self.now, first_s, more_s)
        emitted = decodes * k + first_tokens
        span = Span(
            start, self.now, k, decodes, rows, tokens, emitted, before, self.memory.used
        )  # fmt: skip
        self.totals.add(span)
        if self.line:
            if self._free:
                self.totals.no_room_s += seconds
            else:
                self.totals.no_slot_s += seconds
        if self.trace:
            self.spans.append(span)

    def _start_decoding(self, job: Job) -> None:
        self._decoding.start(job)
        self.memory.join(job)

    def _end_answers(self) -> None:
        """Let go of everybody whose last token has just come."""
        while (job := self._decoding.next_ended()) is not None:
            self.memory.leave(job)
            self._finish(job)

    def _finish(self, job: Job) -> None:
        job.finish_s = self.now
        job.generated = job.request.output_tokens
        self.done.append(job)
        self.arrivals.done(self.now)
        if not self.policy.keeps_rows:
            self._release(job)
        elif not self._decoding.count and not self._prefilling:
            for held in list(self.running.values()):
                self._release(held)

    def _release(self, job: Job) -> None:
        del self.running[job.id]
        self.memory.give_back(job, job.last_step)
        heappush(self._free, job.slot)
        self._ask = True

    def _preempt(self) -> None:
        """Pages have run out: the last one admitted goes back into the line."""
        job = next(reversed(self.running.values()))
        answering = job.last_step >= 0
        if answering:
            self._decoding.send_back(job)
            self.memory.leave(job)
        else:
            self._prefilling.remove(job)
        del self.running[job.id]
        self.memory.give_back(job, self._decoding.steps)
        heappush(self._free, job.slot)
        job.preemptions += 1
        self.line.add(job)
        if self.policy.swap_s_per_token is not None and answering:
            job.swapped = True
            self._move(job.cached)
        else:
            job.todo, job.cached = job.request.input_tokens + job.generated, 0
        job.last_step = -1

    def _move(self, tokens: int) -> None:
        """Move a sequence's keys and values to the host or back while the engine waits."""
        self._advance(tokens * self.policy.swap_s_per_token, 0, 0, 0, 0, 0)

    def _broke(self, rule: str, job: Job, detail: str) -> None:
        raise PolicyBroke(rule, self.steps, self.now, job.id, detail)


def served_job(job: Job) -> Served:
    """The way of a job that is done."""
    request = job.request
    return Served(
        request.id, request.arrival_s, job.admitted_s, job.first_token_s, job.finish_s,
        request.input_tokens, request.output_tokens, job.slot, job.preemptions,
    )  # fmt: skip
