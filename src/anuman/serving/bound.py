"""What no rule can beat, and what a good one reaches: the frame of the scheduling puzzles."""

from collections.abc import Iterable
from heapq import heappop, heappush

from .policies import Continuous, Rule, Static
from .requests import Request, read
from .simulate import simulate
from .steps import StepTime, as_step_time, checked, steps_seconds


def mean_latency_bound(
    requests: Iterable, step_time: StepTime | float, slots: int, kv_capacity: int
) -> float:
    """A mean latency in seconds that no rule admit(waiting, running, free_kv) can go below.

    It holds for every policy that reads a prompt whole and keeps a request's slot and its reserved
    memory until its end, on a machine whose steps do not get faster when more is put into them.

    Proof. (1) Alone. Request i has a step that reads its prompt, and answer_i - 1 steps after it, each at
    least as long as a step of a single sequence with i's context. Their sum A_i is below its latency.
    (2) Shared. In a step of d decodes each can be charged 1/d of the fixed time and the time of its
    own context; the first is at least m = min over d of fixed(d)/d. So request i brings
    w_i = (answer_i - 1) m + (context time) of work to a machine that does at most one second of work
    a second. The slots (work A_i / slots) and the memory (A_i · reserved_i / capacity) are such
    machines too. (3) On one machine with arrivals over time, serving the shortest remaining work first
    gives the least sum of latencies of all schedules, interruptions allowed (Schrage, 1968); what a
    policy really does is one such schedule. The bound is the largest of these four means.
    """
    chosen = read(requests)
    alone, shared = _alone(chosen, step_time), _shared(chosen, step_time, slots)
    memory = [
        a * (r.input_tokens + r.output_tokens) / kv_capacity
        for a, r in zip(alone, chosen, strict=True)
    ]
    return max(
        sum(alone) / len(chosen),
        _least_mean(chosen, shared),
        _least_mean(chosen, [a / slots for a in alone]),
        _least_mean(chosen, memory),
    )


def makespan_bound(
    requests: Iterable, step_time: StepTime | float, slots: int, kv_capacity: int
) -> float:
    """Seconds from the first arrival to the last finish that no rule can go below.

    As in mean_latency_bound: whatever arrives at r or later cannot be done before r plus its work, on
    any of the three machines; nor can a request be done before its arrival plus its time alone.

    Lesson 06 compares policies with it.
    """
    chosen = read(requests)
    alone, shared = _alone(chosen, step_time), _shared(chosen, step_time, slots)
    end = max(r.arrival_s + a for r, a in zip(chosen, alone, strict=True))
    works = (
        shared,
        [a / slots for a in alone],
        [
            a * (r.input_tokens + r.output_tokens) / kv_capacity
            for a, r in zip(alone, chosen, strict=True)
        ],
    )
    for work in works:
        left = 0.0
        for request, seconds in zip(reversed(chosen), reversed(work), strict=True):
            left += seconds
            end = max(end, request.arrival_s + left)
    return end - chosen[0].arrival_s


def _alone(requests: list[Request], step_time: StepTime | float) -> list[float]:
    """Seconds that each request takes on an empty server."""
    machine = as_step_time(step_time)
    fixed, slope = checked(machine.affine(1), "1 decode")
    return [
        checked(machine.affine(0, n, n * (n + 1) / 2), f"{n} prompt tokens")[0]
        + steps_seconds(answer - 1, fixed, slope, n + 1, 1)
        for _id, _arrival, n, answer, *_rest in requests
    ]


def _shared(requests: list[Request], step_time: StepTime | float, slots: int) -> list[float]:
    """Seconds of engine time that each request's decode steps take at the very least."""
    machine = as_step_time(step_time)
    costs = [checked(machine.affine(d), f"{d} decodes") for d in range(1, slots + 1)]
    share = min(fixed / d for d, (fixed, _slope) in enumerate(costs, 1))
    slope = min(slope for _fixed, slope in costs)
    return [
        steps_seconds(r.output_tokens - 1, share, slope, r.input_tokens + 1, 1) for r in requests
    ]


def _least_mean(requests: list[Request], work: list[float]) -> float:
    """Mean latency of one machine that always serves the shortest remaining work."""
    total, now, left = 0.0, 0.0, []  # left: heap of (remaining work, arrival)
    coming = [(r.arrival_s, w) for r, w in zip(requests, work, strict=True)]
    for place, (arrival, seconds) in enumerate(coming):
        now = max(now, arrival) if not left else now
        heappush(left, (seconds, arrival))
        until = coming[place + 1][0] if place + 1 < len(coming) else float("inf")
        while left and now < until:
            remaining, came = heappop(left)
            if now + remaining <= until:
                now += remaining
                total += now - came
            else:
                heappush(left, (remaining - (until - now), came))
                now = until
    return total / len(requests)


def smallest_first(waiting: list[dict], running: list[dict], free_kv: int, slots: int) -> list[int]:
    """A good rule: the least memory times answer first, skipping whoever does not fit."""
    chosen, free_slots = [], slots - len(running)
    for job in sorted(
        waiting, key=lambda job: (job["output_tokens"] * job["kv_tokens"], job["id"])
    ):
        if len(chosen) < free_slots and job["kv_tokens"] <= free_kv:
            chosen.append(job["id"])
            free_kv -= job["kv_tokens"]
    return chosen


def mean_latency_target(
    requests: Iterable, step_time: StepTime | float, slots: int, kv_capacity: int
) -> tuple[float, str]:
    """A mean latency in seconds that is reached, and the name of the policy that reaches it.

    The best of in order of arrival, shortest answer first and smallest_first, each simulated here.

    The mark that the puzzle of lesson 06 shows.
    """
    rules = {
        "static": Static(timeout_s=0.0),
        "continuous": Continuous(),
        "shortest-first": Continuous(order="shortest"),
        "smallest-first": Rule(lambda w, r, free: smallest_first(w, r, free, slots)),
    }
    chosen = read(requests)
    reached = {}
    for name, policy in rules.items():
        run = simulate(chosen, policy, step_time, slots, kv_capacity, trace=False)
        reached[name] = sum(s.latency_s for s in run) / len(run)
    best = min(reached, key=reached.get)
    return reached[best], best
