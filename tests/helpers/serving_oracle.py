"""A second simulator, token by token, in SimPy: slow, plain, and written apart from the first.

Every engine step is one SimPy timeout and every sequence counts its own context. It exists to be
compared with `anuman.serving`, in the tests and in `benchmarks/bench_serving.py`.
"""

from dataclasses import dataclass

import simpy

from anuman import serving


@dataclass
class Sequence:
    """One request in the oracle."""

    request: serving.Request
    cached: int = 0
    written: int = 0  # answer tokens
    target: int = 0  # tokens to have cached before the answer (goes on)
    first: float | None = None
    finish: float | None = None
    on_host: bool = False
    arrived: float = 0.0  # at this machine

    def __post_init__(self):
        self.target = self.request.input_tokens

    @property
    def reading(self) -> bool:
        return self.cached < self.target

    @property
    def over(self) -> bool:
        return self.written == self.request.output_tokens


class Oracle:
    """One engine; `policy` is one of anuman.serving's, read for its settings only."""

    def __init__(self, requests, policy, step_time, slots, kv_capacity):
        self.policy, self.step_time = policy, step_time
        self.slots, self.kv_capacity = slots, kv_capacity
        self.env = simpy.Environment()
        self.come = self.env.event()
        self.waiting: list[Sequence] = []
        self.running: list[Sequence] = []
        self.all = [Sequence(r) for r in sorted(requests, key=lambda r: r.arrival_s)]
        self.still_to_come = len(self.all)
        self.prefixes: list[tuple[str, int]] = []  # kept, longest unused first
        self.peak = 0

    def run(self) -> dict[int, tuple[float, float]]:
        """First token and finish of every request by id."""
        if isinstance(self.policy, serving.OneAtATime):
            self._one_at_a_time()
        else:
            self.env.process(self._disaggregated_arrivals() if self._apart else self._arrivals())
            self.env.process(self._engine())
        self.env.run()
        return {s.request.id: (s.first, s.finish) for s in self.all}

    @property
    def _apart(self) -> bool:
        return isinstance(self.policy, serving.Disaggregated)

    # Arrivals

    def _arrivals(self):
        for sequence in self.all:
            yield self.env.timeout(sequence.request.arrival_s - self.env.now)
            self._stand_in_line(sequence)

    def _stand_in_line(self, sequence):
        sequence.arrived = self.env.now
        self.waiting.append(sequence)
        self.still_to_come -= 1
        self.come.succeed()
        self.come = self.env.event()

    def _disaggregated_arrivals(self):
        machines = simpy.Resource(self.env, self.policy.prefill_servers)

        def way(sequence):
            yield self.env.timeout(sequence.request.arrival_s)
            with machines.request() as turn:
                yield turn
                n = sequence.request.input_tokens
                yield self.env.timeout(self.step_time.affine(0, n, n * (n + 1) / 2)[0])
            sequence.cached, sequence.written, sequence.first = n, 1, self.env.now
            if sequence.over:
                sequence.finish = self.env.now
                self.still_to_come -= 1
                return
            yield self.env.timeout(n * self.policy.transfer_s_per_token)
            self._stand_in_line(sequence)

        for sequence in self.all:
            self.env.process(way(sequence))
        yield self.env.timeout(0)

    def _one_at_a_time(self):
        machines = simpy.Resource(self.env, self.policy.servers)

        def way(sequence):
            request = sequence.request
            yield self.env.timeout(request.arrival_s)
            with machines.request() as turn:
                yield turn
                n = request.input_tokens
                yield self.env.timeout(self.step_time.affine(0, n, n * (n + 1) / 2)[0])
                sequence.first = self.env.now
                for i in range(1, request.output_tokens):
                    fixed, slope = self.step_time.affine(1)
                    yield self.env.timeout(fixed + slope * (n + i))
                sequence.finish = self.env.now

        for sequence in self.all:
            self.env.process(way(sequence))

    # Memory

    def _room_of(self, sequence) -> int:
        """Tokens that a running sequence holds."""
        request = sequence.request
        if isinstance(self.policy, serving.PagedKV):
            page = self.policy.page
            held = sequence.target if sequence.reading else sequence.cached
            return -(-held // page) * page
        total = request.input_tokens + request.output_tokens
        return total - request.prefix_tokens if self._prefixed(request) else total

    def _prefixed(self, request) -> bool:
        return bool(isinstance(self.policy, serving.PrefixCache) and request.prefix)

    def _held(self) -> int:
        named = {
            s.request.prefix: s.request.prefix_tokens
            for s in self.running
            if self._prefixed(s.request)
        }
        return sum(self._room_of(s) for s in self.running) + sum(named.values())

    def _fits(self, sequence) -> bool:
        paged = isinstance(self.policy, serving.PagedKV)
        capacity = (
            self.kv_capacity // self.policy.page * self.policy.page if paged else self.kv_capacity
        )
        after = self._held() + self._room_of(sequence)
        if paged:
            after += sum(not s.reading for s in self.running) * self.policy.page
        request = sequence.request
        if self._prefixed(request) and all(
            s.request.prefix != request.prefix for s in self.running
        ):
            after += request.prefix_tokens
        return after <= capacity

    def _use_prefix(self, sequence) -> None:
        request = sequence.request
        if not self._prefixed(request):
            return
        kept = dict(self.prefixes)
        if request.prefix in kept:
            sequence.cached = min(request.prefix_tokens, request.input_tokens - 1)
        self.prefixes = [p for p in self.prefixes if p[0] != request.prefix]
        self.prefixes.append((request.prefix, request.prefix_tokens))

    def _forget_prefixes(self) -> None:
        used = {s.request.prefix for s in self.running}

        def total():
            return sum(self._room_of(s) for s in self.running) + sum(n for _, n in self.prefixes)

        for entry in list(self.prefixes):
            if total() > self.kv_capacity and entry[0] not in used:
                self.prefixes.remove(entry)

    # The engine

    def _key(self, sequence):
        request = sequence.request
        place = {"arrival": request.arrival_s, "shortest": request.output_tokens,
                 "priority": request.priority}[self.policy.order]  # fmt: skip
        return place, request.arrival_s, request.id

    def _may_start(self) -> bool:
        """Static batching: whether the batch starts now."""
        if not isinstance(self.policy, serving.Static):
            return True
        if self.running:
            return False
        need = sum(s.request.input_tokens + s.request.output_tokens for s in self.waiting)
        if len(self.waiting) >= self.slots or need > self.kv_capacity or not self.still_to_come:
            return True
        timeout = self.policy.timeout_s
        oldest = min(s.arrived for s in self.waiting) if self.waiting else 0.0
        return timeout is not None and self.env.now >= oldest + timeout

    def _admit(self):
        if isinstance(self.policy, serving.Rule):
            self._admit_by_rule()
            return
        while self.waiting and len(self.running) < self.slots:
            first = min(self.waiting, key=self._key)
            if not self._fits(first):
                break
            self.waiting.remove(first)
            self._use_prefix(first)
            self.running.append(first)
            self._forget_prefixes()
        # The engine decides at one moment; only then do keys and values come back from the host.
        back = [s for s in self.running if s.on_host]
        for sequence in back:
            sequence.on_host = False
        if back:
            tokens = sum(s.cached for s in back)
            yield self.env.timeout(tokens * self.policy.swap_s_per_token)

    def _admit_by_rule(self):
        waiting = [{"id": s.request.id, "output_tokens": s.request.output_tokens,
                    "kv_tokens": self._room_of(s)} for s in self.waiting]  # fmt: skip
        running = [{"id": s.request.id} for s in self.running]
        if not waiting or len(running) == self.slots:
            return
        ids = self.policy.admit(waiting, running, self.kv_capacity - self._held())
        for id in ids:
            sequence = next(s for s in self.waiting if s.request.id == id)
            self.waiting.remove(sequence)
            self.running.append(sequence)

    def _engine(self):
        asked = None  # how many had come and gone when the policy was last asked
        while any(s.finish is None for s in self.all) and (
            self.still_to_come or self.waiting or self.running
        ):
            yield self.env.timeout(0)  # whoever comes at this very moment stands in line first
            came = len(self.all) - self.still_to_come
            house = came, sum(s.finish is not None for s in self.all)
            if self._may_start() and (house != asked or isinstance(self.policy, serving.Static)):
                asked = house
                yield from self._admit()
            if not self.running:
                yield from self._wait()
            elif any(s.reading for s in self.running):
                yield from self._prefill_step()
            else:
                yield from self._decode_step()

    def _wait(self):
        timeout = getattr(self.policy, "timeout_s", None)
        if timeout is None or not self.waiting:
            yield self.come
        else:
            oldest = min(s.arrived for s in self.waiting)
            yield self.come | self.env.timeout(max(0.0, oldest + timeout - self.env.now))

    def _make_room(self, growing):
        """Paged: send the last one admitted back until every growing sequence has its next token."""
        if not isinstance(self.policy, serving.PagedKV):
            return False
        page = self.policy.page
        free = self.kv_capacity // page * page - self._held()
        if sum(s.cached % page == 0 for s in growing) * page <= free:
            return False
        victim = self.running.pop()
        self.waiting.append(victim)
        if self.policy.swap_s_per_token is not None and not victim.reading:
            victim.on_host = True
            victim.target = victim.cached
            yield self.env.timeout(victim.cached * self.policy.swap_s_per_token)
        else:
            victim.target = victim.request.input_tokens + victim.written
            victim.cached = 0
        return True

    def _prefill_step(self):
        alone = self.policy.prefill == "alone"
        decoding = [] if alone else [s for s in self.running if not s.reading]
        if decoding and (yield from self._make_room(decoding)):
            return
        room = max(1, self.policy.budget - len(decoding)) if self.policy.budget else 10**18
        parts, tokens, pairs = [], 0, 0.0
        for sequence in [s for s in self.running if s.reading]:
            part = min(sequence.target - sequence.cached, room)
            room -= part
            tokens += part
            pairs += sum(sequence.cached + i + 1 for i in range(part))
            parts.append((sequence, part))
        fixed, slope = self.step_time.affine(len(decoding), tokens, pairs)
        yield self.env.timeout(fixed + slope * sum(s.cached + 1 for s in decoding))
        for sequence in decoding:
            sequence.cached += 1
            sequence.written += 1
        for sequence, part in parts:
            sequence.cached += part
            if part and not sequence.reading:
                sequence.written += 1
                sequence.first = self.env.now if sequence.first is None else sequence.first
        self._leave()

    def _decode_step(self):
        decoding = [s for s in self.running if not s.over]
        if (yield from self._make_room(decoding)):
            return
        rows = len(self.running) if isinstance(self.policy, serving.Static) else len(decoding)
        fixed, slope = self.step_time.affine(rows)
        yield self.env.timeout(fixed + slope * sum(s.cached + 1 for s in decoding))
        for sequence in decoding:
            sequence.cached += 1
            sequence.written += 1
        self._leave()

    def _leave(self):
        self.peak = max(self.peak, self._held())
        for sequence in self.running:
            if sequence.over and sequence.finish is None:
                sequence.finish = self.env.now
        if not isinstance(self.policy, serving.Static) or all(s.over for s in self.running):
            self.running = [s for s in self.running if not s.over]
            self._forget_prefixes()


def served(requests, policy, step_time, slots, kv_capacity) -> dict[int, tuple[float, float]]:
    """First token and finish of every request by id, counted token by token."""
    return Oracle(requests, policy, step_time, slots, kv_capacity).run()
