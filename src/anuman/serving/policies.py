"""Who may come in, and how prompts and answers share the steps: one small class an idea.

The engine asks `choose(server)` whenever a request came or left and there is a free slot. It looks
at server.waiting, server.free_slots and server.fits(job), calls server.admit(job), and may return the
time at which it wants to be asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from anuman.language import _

from .arrivals import Arrivals
from .engine import Server
from .job import Job
from .legality import PolicyBroke
from .memory import Paged, Reserved, SharedPrefix
from .run import Run
from .scheduler import Scheduler
from .steps import StepTime
from .waiting import ORDERS, Line


class Policy:
    """What all policies share; the defaults are those of continuous batching.

    joins: newcomers join a running batch. keeps_rows: a finished sequence keeps its row until the
    batch ends. prefill: "alone" (prompts have steps of their own, answers wait) or "mixed" (prompts
    and answers share steps, at most `budget` tokens in each). order: a key of waiting.ORDERS.
    """

    name = "continuous"
    joins = True
    keeps_rows = False
    prefill = "alone"
    budget: int | None = None
    order = "arrival"
    swap_s_per_token: float | None = None

    def memory(self, kv_capacity: int) -> Reserved | Paged:
        """The rule by which KV memory is given out."""
        return Reserved(kv_capacity)

    def run(
        self, arrivals: Arrivals, step_time: StepTime, slots: int, kv_capacity: int, trace: bool
    ) -> Run:
        """Serve everybody on one engine."""
        return Server(arrivals, self, step_time, slots, kv_capacity, trace).run()

    def make_line(self) -> Line:
        """An empty waiting line in this policy's order."""
        return Line(self.order)

    def choose(self, server: Scheduler) -> float | None:
        """Admit in order until a slot or the memory is missing."""
        while server.free_slots and (job := server.waiting.first()) and server.fits(job):
            server.admit(job)
        return None


def _check_prefill(prefill: str) -> None:
    if prefill not in ("alone", "mixed"):
        raise ValueError(f"prefill is {prefill!r}: it must be 'alone' or 'mixed'")


def _check_order(order: str) -> None:
    if order not in ORDERS:
        raise ValueError(f"order is {order!r}: it must be one of {', '.join(ORDERS)}")


@dataclass(frozen=True)
class Continuous(Policy):
    """Continuous (iteration-level) batching: whoever finishes makes room at once.

    Yu et al., "Orca", OSDI 2022: prompts and answers share steps (prefill="mixed"). With
    prefill="alone" prompts go first in steps of their own, as vLLM first did.
    """

    order: str = "arrival"
    prefill: str = "mixed"

    def __post_init__(self):
        _check_prefill(self.prefill)
        _check_order(self.order)

    @property
    def name(self) -> str:
        """Its name, with the order unless that is arrival."""
        return {"shortest": "shortest-first", "arrival": "continuous"}.get(self.order, self.order)


@dataclass(frozen=True)
class Static(Policy):
    """Static batching: a batch starts when it is full and ends with its longest answer.

    A row whose answer is done stays in the matrix products, its context is read no more and its
    memory stays taken. timeout_s: start with fewer once the first has waited so long (None: never;
    0: take whoever is there). Without further arrivals the last batch starts as it is.
    """

    timeout_s: float | None = None
    joins = False
    keeps_rows = True

    def __post_init__(self):
        if self.timeout_s is not None and not self.timeout_s >= 0:
            raise ValueError(f"timeout_s is {self.timeout_s!r}: it must be zero or above")

    @property
    def name(self) -> str:
        """Its name."""
        return "static" if self.timeout_s is None else "static-timeout"

    def choose(self, server: Scheduler) -> float | None:
        """Admit everybody who fits, or nobody yet."""
        oldest = server.waiting.first().request.arrival_s
        start = None if self.timeout_s is None else oldest + self.timeout_s
        full = len(server.waiting) >= server.free_slots or server.line_fills_memory()
        if full or not server.more_to_come or (start is not None and server.now >= start):
            return super().choose(server)
        return start


@dataclass(frozen=True)
class Chunked(Policy):
    """Chunked prefill: long prompts are read in pieces beside the answers.

    Agrawal et al., "Sarathi-Serve", OSDI 2024: a step holds all decodes and fills up with prompt
    tokens to `budget` tokens.
    """

    budget: int = 512
    order: str = "arrival"
    name = "chunked"
    prefill = "mixed"

    def __post_init__(self):
        if not isinstance(self.budget, int) or self.budget < 1:
            raise ValueError(
                f"budget is {self.budget!r}: it must be a whole number of tokens above 0"
            )
        _check_order(self.order)


@dataclass(frozen=True)
class PagedKV(Policy):
    """Continuous batching over pages; when they run out, the last one admitted is sent back.

    Its keys and values are computed anew later, or with swap_s_per_token moved to the host and back
    at that many seconds a token each way, while the engine waits.
    """

    page: int = 16
    swap_s_per_token: float | None = None
    prefill: str = "mixed"

    def __post_init__(self):
        _check_prefill(self.prefill)
        if not isinstance(self.page, int) or self.page < 1:
            raise ValueError(f"page is {self.page!r}: it must be a whole number of tokens above 0")
        if self.swap_s_per_token is not None and not self.swap_s_per_token >= 0:
            raise ValueError(
                f"swap_s_per_token is {self.swap_s_per_token!r}: it must be zero or above"
            )

    @property
    def name(self) -> str:
        """Its name."""
        return "paged" if self.swap_s_per_token is None else "paged-swap"

    def memory(self, kv_capacity: int) -> Paged:
        """Pages."""
        return Paged(kv_capacity, self.page)


@dataclass(frozen=True)
class PrefixCache(Policy):
    """Continuous batching that keeps beginnings which prompts share."""

    name = "prefix-cache"
    prefill: str = "mixed"

    def __post_init__(self):
        _check_prefill(self.prefill)

    def memory(self, kv_capacity: int) -> SharedPrefix:
        """Reserved, with shared prefixes."""
        return SharedPrefix(kv_capacity)


@dataclass(frozen=True)
class Rule(Policy):
    """A learner's own admit(waiting, running, free_kv) -> list of ids of those to admit now.

    waiting and running are lists of dicts, in order of arrival and of admission: id, arrival_s,
    waited_s, input_tokens, output_tokens, kv_tokens (what it reserves) and generated. free_kv is in
    tokens. It is asked whenever a request came or left and a slot is free; everything is a copy.
    """

    admit: Callable
    prefill: str = "mixed"
    name = "rule"

    def __post_init__(self):
        _check_prefill(self.prefill)

    def choose(self, server: Scheduler) -> float | None:
        """Ask the rule; admit what it says, if that is legal."""
        waiting = [_described(server, job) for job in server.waiting.jobs.values()]
        running = [_described(server, job) for job in server.running.values()]
        waiting.sort(key=lambda job: job["arrival_s"])
        ids = self.admit(waiting, running, server.free_kv)
        for job in self._jobs(server, ids):
            server.admit(job)
        return None

    def _jobs(self, server: Scheduler, ids: object) -> list:
        try:
            ids = list(ids)
            known = [(id, id in server.waiting.jobs) for id in ids]
        except TypeError as error:
            raise PolicyBroke(
                "list", server.steps, server.now, None,
                _("It returned {value}.").format(value=repr(ids)[:80]),
            ) from error  # fmt: skip
        for place, (id, waits) in enumerate(known):
            if id in ids[:place]:
                raise PolicyBroke(
                    "twice", server.steps, server.now, id, _("Its id is in the list twice.")
                )
            if not waits:
                state = _("It runs already.") if id in server.running else _("No such id waits.")
                raise PolicyBroke("unknown", server.steps, server.now, id, state)
        return [server.waiting.jobs[id] for id in ids]


def _described(server: Scheduler, job: Job) -> dict:
    """A job as plain data, for a learner's rule."""
    request = job.request
    return {
        "id": request.id,
        "arrival_s": request.arrival_s,
        "waited_s": server.now - request.arrival_s,
        "input_tokens": request.input_tokens,
        "output_tokens": request.output_tokens,
        "kv_tokens": server.memory.largest(request),
        "generated": server.decoding.generated(job),
    }
