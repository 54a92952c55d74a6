"""Batching off: each server has one request at a time, from its first prompt token to its last answer token.

Then nothing is shared and the simulation is the recursion of queueing theory: a request starts when
it has come and the first of the servers is free (Kiefer and Wolfowitz, 1955; with one server,
Lindley, 1952).
"""

from dataclasses import dataclass
from heapq import heappop, heappush

from .arrivals import Arrivals
from .run import Gaps, Run, Served, Span, Totals
from .steps import StepTime, checked, steps_seconds


@dataclass(frozen=True)
class OneAtATime:
    """First come, first served, one request at a time on each of `servers` equal machines."""

    servers: int = 1
    name = "one-at-a-time"

    def __post_init__(self):
        if not isinstance(self.servers, int) or self.servers < 1:
            raise ValueError(f"servers is {self.servers!r}: it must be a whole number above 0")

    def run(
        self, arrivals: Arrivals, step_time: StepTime, slots: int, kv_capacity: int, trace: bool
    ) -> Run:
        """Serve everybody; each machine uses one slot, kv_capacity is each machine's."""
        fixed, slope = checked(step_time.affine(1), "1 decode")
        prefills: dict[int, float] = {}
        free = [(0.0, number) for number in range(self.servers)]  # heap: free from when, which
        served, spans, gaps, totals = [], [], [], Totals()
        somebody_waits_until, closed = 0.0, arrivals.closed
        while arrivals.more():
            number, arrival, prompt, answer, *_rest = arrivals.pop_request()
            if prompt + answer > kv_capacity:
                raise ValueError(
                    f"request {number} needs {prompt + answer} tokens of KV memory and the server "
                    f"has {kv_capacity}: no policy can serve it; shorten it or add memory"
                )
            prefill = prefills.get(prompt)
            if prefill is None:
                cost = step_time.affine(0, prompt, prompt * (prompt + 1) / 2)
                prefill = prefills[prompt] = checked(cost, f"{prompt} prompt tokens")[0]
            ready, server = heappop(free)
            start = ready if ready > arrival else arrival
            if start > somebody_waits_until:
                totals.no_slot_s += start - max(arrival, somebody_waits_until)
                somebody_waits_until = start
            first = start + prefill
            decode = steps_seconds(answer - 1, fixed, slope, prompt + 1, 1)
            finish = first + decode
            heappush(free, (finish, server))
            served.append(Served(number, arrival, start, first, finish, prompt, answer, server, 0))
            if closed:
                arrivals.done(finish)
            totals.steps += answer
            totals.busy_s += finish - start
            totals.row_s += decode
            totals.context_s += decode - (answer - 1) * fixed
            totals.prefill_tokens += prompt
            totals.kv_token_s += (prompt + answer) * (finish - start)
            totals.kv_peak = max(totals.kv_peak, prompt + answer)
            if trace:
                kv = prompt + answer
                spans.append(Span(start, first, 1, 0, 0, prompt, 1, kv, kv))
                if answer > 1:
                    spans.append(Span(first, finish, answer - 1, 1, 1, 0, answer - 1, kv, kv))
                    gaps.append(Gaps(fixed + slope * (prompt + 1), slope, answer - 1, 1))
        totals.decode_s = totals.row_s
        return Run(
            self.name, self.servers, kv_capacity, served, totals, self.servers, self.servers, spans, gaps
        )  # fmt: skip
