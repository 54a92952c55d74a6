"""Many equal machines behind a router that sends each request to one of them when it comes.

Every machine is an engine of its own (engine.Server) that is taken no further than the moment at which
the router looks at it; so routing by load sees what a real router would see, and between two looks
nothing costs anything. A machine that fails loses its caches: whoever was on it is sent to another one
and begins anew.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from math import inf
from random import Random

from .arrivals import Arrivals
from .engine import Server, served_job
from .job import Job
from .policies import Policy
from .requests import Request
from .run import Run, Totals
from .steps import StepTime

ROUNDS, RANDOM, LEAST, TWO, WORK = (
    "round-robin", "random", "least-loaded", "two-choices", "least-work",
)  # fmt: skip
# least-loaded: fewest requests inside. two-choices: the less loaded of two drawn at random (Mitzenmacher,
# 1996). least-work: done soonest with all that was sent there, by the router's own books; it knows how
# long each answer will be, which no real router does. With one slot a machine and equal steps that is a
# single line for all, M/M/c.
ROUTINGS = (ROUNDS, RANDOM, LEAST, TWO, WORK)


@dataclass(frozen=True)
class Outage:
    """Machine number `replica` takes no requests from at_s until until_s, when it has started again.

    drains: it is switched off and finishes what it has; otherwise it fails and loses it.
    """

    replica: int
    at_s: float
    until_s: float
    drains: bool = False


class _Inbox(Arrivals):
    """What the router has sent to one machine; the next request may come at the router's next look."""

    def __init__(self):
        self._loop = None
        self._coming: deque[Request] = deque()  # the next one last
        self.look_s = 0.0

    def next_s(self) -> float:
        return self._coming[-1].arrival_s if self._coming else self.look_s

    def put(self, request: Request) -> None:
        """After all that were sent before."""
        self._coming.appendleft(request)

    def take_all(self) -> list[Request]:
        """Those that the machine has not taken in yet."""
        left = [*reversed(self._coming)]
        self._coming.clear()
        return left


class _Machine:
    """One machine and what the router knows of it."""

    def __init__(self, start_s: float, make):
        self.inbox = _Inbox()
        self.server: Server = make(self.inbox)
        self.server.now = start_s
        self.sent = self.gone = 0
        self.quiet_s = inf  # nothing ends before

    def look(self, now: float, always: bool = False) -> None:
        """Take the machine to this moment, where anything can have changed."""
        if now >= self.quiet_s or always:
            self.inbox.look_s = now
            self.server.advance(now)
            # What was sent there during its last steps is taken in at their end.
            self.quiet_s = self.server.now if self.inbox.more() else self.server.quiet_until()

    def inside(self, now: float) -> int:
        """Requests sent there that have not ended by now."""
        self.look(now)
        done = self.server.done
        while self.gone < len(done) and done[self.gone].finish_s <= now:
            self.gone += 1
        return self.sent - self.gone

    def take(self, request: Request) -> None:
        """Send it a request; it begins when somebody looks."""
        self.inbox.put(request)
        self.sent += 1
        self.quiet_s = min(self.quiet_s, request.arrival_s)

    def fail(self, now: float) -> list[Request]:
        """Everybody who is there at this moment; the machine forgets them."""
        self.look(now, always=True)
        ended = [job for job in self.server.done if job.finish_s <= now]
        lost: list[Job] = self.server.done[len(ended) :]
        lost += [*self.server.running.values(), *self.server.waiting.jobs.values()]
        self.server.done = ended
        return [job.request for job in lost] + self.inbox.take_all()


class _Router:
    """Chooses a machine for each request; free_s: when each would be done with all that was sent there."""

    def __init__(
        self, routing: str, machines: list[_Machine], seed: int, step_time: StepTime, slots: int
    ):
        if routing not in ROUTINGS:
            raise ValueError(f"routing is {routing!r}: give one of {', '.join(ROUTINGS)}")
        self.routing, self.machines, self._random = routing, machines, Random(f"{seed} routing")
        self.down_until = [0.0] * len(machines)
        self.free_s = [0.0] * len(machines)
        self._turn, self._step_time, self._slots = -1, step_time, slots

    def choose(self, request: Request, now: float) -> int:
        """The machine for a request that comes now; while none is up, the first that will be."""
        up = [i for i, down in enumerate(self.down_until) if down <= now]
        if not up:
            return min(range(len(self.machines)), key=self.down_until.__getitem__)
        if self.routing == ROUNDS:
            self._turn = next((i for i in up if i > self._turn), up[0])
            return self._turn
        if self.routing == RANDOM:
            return self._random.choice(up)
        if self.routing == WORK:
            chosen = min(up, key=self.free_s.__getitem__)
            self.free_s[chosen] = max(self.free_s[chosen], now) + self._work_s(request)
            return chosen
        offered = up if self.routing == LEAST else self._random.sample(up, min(2, len(up)))
        return min(offered, key=lambda i: self.machines[i].inside(now))

    def _work_s(self, request: Request) -> float:
        """Seconds of a full machine: the prompt beside others' tokens, then a row's share of each step."""
        prompt, slots = request.input_tokens, self._slots
        step_s, _slope = self._step_time.affine(slots)
        with_prompt_s, _slope = self._step_time.affine(slots, prompt, prompt * (prompt + 1) / 2)
        return with_prompt_s - step_s + request.output_tokens * step_s / slots


def simulate_fleet(
    requests: Sequence[Request],
    policy: Policy,
    step_time: StepTime,
    slots: int,
    kv_capacity: int,
    replicas: int,
    routing: str,
    seed: int,
    outages: Iterable[Outage],
    trace: bool,
) -> Run:
    """Serve requests, in order of arrival, on `replicas` machines; see replicas.simulate_replicas."""

    def make(inbox: Arrivals) -> Server:
        return Server(inbox, policy, step_time, slots, kv_capacity, trace)

    machines = [_Machine(0.0, make) for _replica in range(replicas)]
    router, past = _Router(routing, machines, seed, step_time, slots), []
    first_s = {request.id: request.arrival_s for request in requests}

    def send(request: Request, now: float) -> None:
        chosen = router.choose(request, now)
        arrival = max(now, router.down_until[chosen])
        machines[chosen].take(request._replace(arrival_s=arrival))

    def stop(outage: Outage) -> None:
        router.down_until[outage.replica] = outage.until_s
        if outage.drains:
            return
        failed = machines[outage.replica]
        lost = failed.fail(outage.at_s)
        past.append((outage.replica, failed.server))
        machines[outage.replica] = _Machine(outage.until_s, make)
        router.free_s[outage.replica] = outage.until_s
        for request in lost:
            send(request, outage.at_s)

    coming = sorted(outages, key=lambda outage: outage.at_s)
    for outage in coming:
        if not (0 <= outage.replica < replicas and 0 <= outage.at_s < outage.until_s < inf):
            raise ValueError(
                f"{outage!r}: give a machine from 0 to {replicas - 1}, and an end after its beginning"
            )
    coming.reverse()
    for request in requests:
        while coming and coming[-1].at_s <= request.arrival_s:
            stop(coming.pop())
        send(request, request.arrival_s)
    while coming:
        stop(coming.pop())
    for machine in machines:
        machine.look(inf, always=True)
    servers = [*past, *((i, machine.server) for i, machine in enumerate(machines))]
    return _together(servers, replicas, slots, kv_capacity, first_s)


def _together(
    servers: list[tuple[int, Server]], replicas: int, slots: int, kv_capacity: int,
    first_s: dict[int, float],
) -> Run:  # fmt: skip
    """One run of all machines; slots are numbered on, and waits begin when a request first came."""
    served = [
        served_job(job)._replace(arrival_s=first_s[job.id], slot=job.slot + i * slots)
        for i, server in servers
        for job in server.done
    ]
    served.sort(key=lambda s: (s.arrival_s, s.id))
    every = [server.totals for _i, server in servers]
    totals = Totals(**{f.name: sum(getattr(t, f.name) for t in every) for f in fields(Totals)})
    totals.kv_peak = max(t.kv_peak for t in every)
    return Run(
        servers[0][1].policy.name, replicas * slots, kv_capacity, served, totals, replicas, replicas,
        [span for _i, server in servers for span in server.spans],
        [gap for _i, server in servers for gap in server.gaps],
    )  # fmt: skip
