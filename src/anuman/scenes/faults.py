"""Eight faults of a serving system, each put into the same simulated server, and what its dashboard shows.

The figures bear the names under which the engine vLLM reports them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from anuman import serving
from anuman.serving.percentiles import gap_percentile, percentile
from anuman.serving.requests import Request

from .load_curves import LoadSetting, deployment

REPLICAS = 4
RATE, COUNT = 40.0, 800  # requests a second at all replicas, requests in all
PREFIX, OWN, ANSWER = 800, 200, 150  # tokens: the same beginning, the rest of a prompt, an answer
SLOTS, FEW_SLOTS, TIGHT_SLOTS = 256, 8, 14
READY_S = 8.0  # until a cold server has its weights
SLOWER = 4.0  # how many times as long the steps of the slow replica take
PATIENCE_S, ATTEMPTS = 2.0, 4
USERS = 2  # of a load generator that waits for each answer, at each replica
SCARCE_KV = 14_000  # tokens of KV memory at each replica, when it is scarce
LONG, EVERY = 8_000, 7  # tokens of a long prompt; one request in so many has one

PREEMPTIONS, LONG_PROMPTS, GENERATOR, COLD = "preemptions", "long prompts", "generator", "cold"
CACHE, REPLICA, RETRIES, FEW = "cache", "replica", "retries", "slots"
FAULTS = (LONG_PROMPTS, FEW, COLD, PREEMPTIONS, RETRIES, GENERATOR, CACHE, REPLICA)


@dataclass(frozen=True)
class Slower:
    """A machine whose steps all take `times` as long."""

    machine: serving.StepTime
    times: float

    def affine(
        self, decodes: int, prefill_tokens: int = 0, prefill_pairs: float = 0.0
    ) -> tuple[float, float]:
        """See serving.StepTime."""
        fixed, slope = self.machine.affine(decodes, prefill_tokens, prefill_pairs)
        return self.times * fixed, self.times * slope


@dataclass(frozen=True)
class Server:
    """Settings of all replicas. asked: by request, when its user sent it, where that is not its arrival."""

    policy: object = "prefix-cache"
    slots: int = SLOTS
    kv: int | None = None
    replicas: int = REPLICAS
    slow: bool = False
    users: int = 0
    asked: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Readings:
    """What the dashboard shows, by vLLM's names; seconds, tokens and requests."""

    values: Mapping[str, float | None]
    running: tuple[float, ...]
    cached: bool


@dataclass(frozen=True)
class Patient:
    """One fault: the server in good health, with the fault, and repaired."""

    fault: str
    healthy: Readings
    ill: Readings
    repaired: Readings


def _requests(own: int = OWN, prefix: int = PREFIX) -> list[Request]:
    requests = serving.poisson(RATE, COUNT, serving.geometric(own), serving.geometric(ANSWER), 7)
    return [
        r._replace(input_tokens=prefix + r.input_tokens, prefix="all", prefix_tokens=prefix)
        for r in requests
    ]


def _runs(server: Server, requests: list[Request], trace: bool = True) -> list[serving.Run]:
    """Each replica's run; requests are dealt out in turn."""
    made = deployment(LoadSetting())
    runs = []
    for place in range(server.replicas):
        machine = Slower(made, SLOWER) if server.slow and place == 0 else made
        share: Iterable | serving.ClosedLoop = requests[place :: server.replicas]
        if server.users:
            share = _closed_loop(server.users, requests[place :: server.replicas])
        kv = server.kv or int(made.kv_capacity)
        runs.append(serving.simulate(share, server.policy, machine, server.slots, kv, trace=trace))
    return runs


def _closed_loop(users: int, requests: list[Request]) -> serving.ClosedLoop:
    """Users who each send the next of the same requests when they have their answer."""
    count = len(requests) // 4
    lengths = [(r.input_tokens, r.output_tokens) for r in requests]
    return serving.ClosedLoop(users, count, lambda i: lengths[i], lambda i: 0.0)


def _spread(name: str, samples: list[float]) -> dict[str, float | None]:
    return {f"{name} p{p}": percentile(samples, p) if samples else None for p in (50, 99)}


def readings(server: Server, requests: list[Request]) -> Readings:
    """The dashboard of a run of the server."""
    runs = _runs(server, requests)
    every = [s for run in runs for s in run]
    asked = [server.asked.get(s.id, s.arrival_s) for s in every]
    queued = [s.admitted_s - at for s, at in zip(every, asked, strict=True)]
    seconds = max(run.end_s for run in runs) - min(asked)
    inside = [sum(s.finish_s - s.admitted_s for s in run) / seconds for run in runs]
    prompts = sum(s.input_tokens for s in every)
    read = sum(run.totals.prefill_tokens for run in runs)
    cached = server.policy == "prefix-cache"
    gaps = [gap for run in runs for gap in run.gaps]
    held = [run.totals.kv_token_s / (seconds * run.kv_capacity) for run in runs]
    values: dict[str, float | None] = {
        "vllm:request_success_total": len(every),
        "rate(vllm:request_success_total)": len(every) / seconds,
        "vllm:num_requests_running": sum(inside),
        "vllm:num_requests_waiting": sum(queued) / seconds,
        "vllm:kv_cache_usage_perc": sum(held) / len(held),
        "vllm:num_preemptions_total": sum(s.preemptions for s in every),
        "vllm:prefix_cache_queries_total": prompts if cached else 0,
        "vllm:prefix_cache_hits_total": prompts - read if cached else 0,
        "vllm:prompt_tokens_total": prompts,
        "vllm:generation_tokens_total": sum(s.output_tokens for s in every),
    }
    values |= _spread("vllm:request_queue_time_seconds", queued)
    waited = [s.first_token_s - at for s, at in zip(every, asked, strict=True)]
    values |= _spread("vllm:time_to_first_token_seconds", waited)
    name = "vllm:inter_token_latency_seconds"
    values |= {f"{name} p{p}": gap_percentile(gaps, p) for p in (50, 99)}
    return Readings(values, tuple(inside), cached)


def _long(requests: list[Request]) -> list[Request]:
    return [r._replace(input_tokens=LONG) if r.id % EVERY == 0 else r for r in requests]


def _late(requests: list[Request]) -> tuple[list[Request], dict[int, float]]:
    """Requests that a cold server finds when it is ready, and when they were really sent."""
    moved = [r._replace(arrival_s=max(r.arrival_s, READY_S)) for r in requests]
    return moved, {r.id: r.arrival_s for r in requests}


def _burst(requests: list[Request]) -> list[Request]:
    """The same requests, those of the first READY_S seconds all within the last of these seconds."""
    return [
        r._replace(arrival_s=READY_S - 1 + r.arrival_s / READY_S) if r.arrival_s < READY_S else r
        for r in requests
    ]


def _again(server: Server, requests: list[Request]) -> list[Request]:
    """All that arrives when whoever has no first token after PATIENCE_S sends the request once more."""
    sent = list(requests)
    attempts = {r.id: [r] for r in requests}
    for _round in range(ATTEMPTS - 1):
        first = {s.id: s.first_token_s for run in _runs(server, sent, False) for s in run}
        more = []
        for tries in attempts.values():
            last = tries[-1]
            if min(first[r.id] for r in tries) > last.arrival_s + PATIENCE_S:
                tries.append(
                    last._replace(id=len(sent) + len(more), arrival_s=last.arrival_s + PATIENCE_S)
                )
                more.append(tries[-1])
        if not more:
            break
        sent = sorted([*sent, *more], key=lambda r: r.arrival_s)
    return sent


@lru_cache(maxsize=16)
def patient(fault: str) -> Patient:
    """The server with this fault, beside itself in good health and repaired. Raises KeyError."""
    plain, server = _requests(), Server()
    if fault == PREEMPTIONS:
        ample = Server("paged")
        ill = replace(ample, kv=SCARCE_KV)
        tamed = replace(ill, slots=SCARCE_KV // (PREFIX + OWN + 2 * ANSWER))
        return Patient(fault, readings(ample, plain), readings(ill, plain), readings(tamed, plain))
    if fault == LONG_PROMPTS:
        whole, mixed = Server("continuous"), _long(plain)
        return Patient(
            fault, readings(whole, plain), readings(whole, mixed),
            readings(Server("chunked"), mixed),
        )  # fmt: skip
    if fault == GENERATOR:
        open_ = Server("continuous")
        right = readings(open_, plain)
        return Patient(fault, right, readings(replace(open_, users=USERS), plain), right)
    healthy = readings(server, plain)
    if fault == COLD:
        late, asked = _late(plain)
        return Patient(fault, healthy, readings(replace(server, asked=asked), late), healthy)
    if fault == CACHE:
        unlike = [r._replace(prefix=f"{r.id}") for r in plain]
        return Patient(fault, healthy, readings(server, unlike), healthy)
    if fault == REPLICA:
        fewer = replace(server, replicas=REPLICAS - 1)
        return Patient(
            fault, healthy, readings(replace(server, slow=True), plain), readings(fewer, plain)
        )
    if fault == FEW:
        return Patient(fault, healthy, readings(replace(server, slots=FEW_SLOTS), plain), healthy)
    if fault == RETRIES:
        tight = replace(server, slots=TIGHT_SLOTS)
        crowd = _burst(plain)
        return Patient(
            fault,
            readings(tight, plain),
            readings(tight, _again(tight, crowd)),
            readings(tight, crowd),
        )
    raise KeyError(fault)
