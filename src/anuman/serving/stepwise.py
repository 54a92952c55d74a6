"""A server that is asked before every step whom to let in and which prompts to read, how far.

Iteration-level scheduling with chunked prefill (Agrawal et al., "Sarathi-Serve", OSDI 2024), one
step at a time: everybody whose prompt is read gets a token in every step; the rule decides what
else the step does. Slower than `engine`, which jumps from change to change, and free in its choices.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .legality import PolicyBroke
from .requests import Request, read

Rule = Callable[[float, list[dict], list[dict], int], dict]


@dataclass(frozen=True, kw_only=True)
class RooflineStep:
    """A step takes max(weights_s, token_s · tokens in it) + cached_token_s · tokens of context read.

    tokens in it: prompt tokens and one for each answer; seconds. The larger of two times, as on a
    roofline, and the caches on top.
    """

    weights_s: float
    token_s: float
    cached_token_s: float

    def seconds(self, answers: int, prompt_tokens: int, context: int) -> float:
        """Seconds of one step."""
        work = self.token_s * (answers + prompt_tokens)
        return max(self.weights_s, work) + self.cached_token_s * context


@dataclass
class Job:
    """A request and how far it is: prompt tokens read, tokens written, times in seconds."""

    request: Request
    read: int = 0
    generated: int = 0
    first_token_s: float | None = None
    finish_s: float | None = None

    @property
    def kv_tokens(self) -> int:
        """What it reserves of the KV memory."""
        return self.request.input_tokens + self.request.output_tokens

    @property
    def unread(self) -> int:
        """Prompt tokens still to be read."""
        return self.request.input_tokens - self.read

    def described(self) -> dict:
        """Plain data for a rule."""
        return {
            "id": self.request.id,
            "arrival_s": self.request.arrival_s,
            "input_tokens": self.request.input_tokens,
            "output_tokens": self.request.output_tokens,
            "kv_tokens": self.kv_tokens,
            "read": self.read,
            "generated": self.generated,
            "first_token_s": self.first_token_s,
        }

    def kept(self, ttft_s: float, tpot_s: float) -> bool:
        """Whether it was answered with both promises kept."""
        if self.finish_s is None or self.first_token_s - self.request.arrival_s > ttft_s:
            return False
        further = self.request.output_tokens - 1
        return self.finish_s - self.first_token_s <= tpot_s * further + 1e-9


class StepServer:
    """One engine with a KV memory of kv_capacity tokens, each request's share reserved when it comes in."""

    def __init__(
        self, requests: Iterable, next_step: Rule, step_time: RooflineStep, kv_capacity: int
    ):
        self._coming = [Job(request) for request in reversed(read(requests))]
        self._next_step, self._step_time, self.free_kv = next_step, step_time, kv_capacity
        self.waiting: dict[int, Job] = {}
        self.running: dict[int, Job] = {}
        self.gone: list[Job] = []
        self.now, self.steps = 0.0, 0

    def run(self) -> list[Job]:
        """Serve until nobody is left, or the rule does nothing and nobody else comes; all jobs.

        Raises PolicyBroke.
        """
        while True:
            self._take_arrivals()
            if not (self.waiting or self.running) or not self._step():
                if not self._coming:
                    return [*self.gone, *self.running.values(), *self.waiting.values()]
                self.now = self._coming[-1].request.arrival_s

    def _take_arrivals(self) -> None:
        while self._coming and self._coming[-1].request.arrival_s <= self.now:
            job = self._coming.pop()
            self.waiting[job.request.id] = job

    def _step(self) -> bool:
        """Ask the rule and take one step; False when there is nothing to do in it."""
        admit, prefill = self._asked()
        answering = [job for job in self.running.values() if not job.unread]
        for id in admit:
            self._admit(id)
        for id, tokens in prefill.items():
            self._check_prefill(id, tokens)
        if not answering and not prefill:
            return False
        context = sum(job.read + job.generated for job in answering)
        self.now += self._step_time.seconds(len(answering), sum(prefill.values()), context)
        self.steps += 1
        for id, tokens in prefill.items():
            job = self.running[id]
            job.read += tokens
            if not job.unread:  # the step that reads a prompt's end writes the first token
                job.first_token_s = self.now
                answering.append(job)
        for job in answering:
            job.generated += 1
            if job.generated == job.request.output_tokens:
                self._finish(job)
        return True

    def _asked(self) -> tuple[list, dict]:
        waiting = [job.described() for job in self.waiting.values()]
        running = [job.described() for job in self.running.values()]
        answer = self._next_step(self.now, waiting, running, self.free_kv)
        if (
            type(answer) is not dict
            or type(answer.get("admit")) not in (list, tuple)
            or type(answer.get("prefill")) is not dict
        ):
            raise self._broke("answer")
        return list(answer["admit"]), answer["prefill"]

    def _admit(self, id: object) -> None:
        if type(id) is not int or id not in self.waiting:
            raise self._broke("twice" if id in self.running else "unknown", id)
        job = self.waiting[id]
        if job.kv_tokens > self.free_kv:
            raise self._broke("kv", id)
        self.free_kv -= job.kv_tokens
        self.running[id] = self.waiting.pop(id)

    def _check_prefill(self, id: object, tokens: object) -> None:
        if type(id) is not int or id not in self.running:
            raise self._broke("outside", id)
        if type(tokens) is not int or not 1 <= tokens <= self.running[id].unread:
            raise self._broke("tokens", id)

    def _finish(self, job: Job) -> None:
        job.finish_s = self.now
        del self.running[job.request.id]
        self.free_kv += job.kv_tokens
        self.gone.append(job)

    def _broke(self, rule: str, id: object = None) -> PolicyBroke:
        return PolicyBroke(rule, self.steps, self.now, id, "")
