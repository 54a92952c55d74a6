"""A real server in real time: a queue, Poisson arrivals, and steps in which answers share the model.

Iteration-level batching (Yu et al., "Orca", OSDI 2022): between two steps whoever is done leaves and
whoever waits comes in; a newcomer's prompt is read in the same step in which the others write a token.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import prompt_tokens, stream, timed_forward
from anuman.lm.model import Model

LONGEST_STEP_S = 5.0  # no step takes longer: then the computer slept, or its clock jumped
NAP_S = 0.02  # so that a wish to stop is heard between two arrivals


@dataclass
class Answer:
    """One request: seconds on the server's clock, prompt in tokens, the tokens written so far."""

    id: int
    prompt: str
    arrival_s: float
    most: int
    prompt_tokens: int = 0
    tokens: list[int] = field(default_factory=list)
    first_token_s: float = 0.0
    finish_s: float = 0.0


@dataclass(frozen=True)
class Step:
    """One step: sequences that only wrote, prompt tokens read beside them, seconds."""

    decodes: int
    prompt_tokens: int
    seconds: float


@dataclass
class Live:
    """What a run gave. answers: the finished ones, in order of arrival; unfinished: those who were
    inside or waiting when it was stopped; paused_s: time in which the computer slept (left out)."""

    slots: int
    rate: float
    answers: list[Answer]
    steps: list[Step]
    seconds: float
    unfinished: int = 0
    paused_s: float = 0.0
    stopped: bool = False


class _Clock:
    """Seconds since the start, never backwards, without the time in which the computer slept."""

    def __init__(self, clock: Callable[[], float]):
        self._clock, self._last = clock, clock()
        self.now = self.paused_s = 0.0

    def tick(self) -> float:
        """The time now."""
        last, self._last = self._last, self._clock()
        passed = max(0.0, self._last - last)
        if passed > LONGEST_STEP_S:
            self.paused_s += passed
        else:
            self.now += passed
        return self.now


class _Inside:
    """A request in a slot: its cache and what the next step reads of it."""

    def __init__(self, model: Model, answer: Answer):
        self.answer, self.new = answer, prompt_tokens(model, answer.prompt)
        answer.prompt_tokens = len(self.new)
        room = min(len(self.new) + answer.most, model.config.context)
        self.cache = Cache(model.config, room)

    def take(self, token: int, now: float, ends: set[int]) -> bool:
        """Keep a token; whether the answer is done."""
        one = self.answer
        if not one.tokens:
            one.first_token_s = now
        one.tokens.append(token)
        one.finish_s = now
        self.new = [token]
        full = self.cache.length == self.cache.capacity
        return token in ends or len(one.tokens) == one.most or full


def requests(
    prompts: Sequence[str], rate: float, seconds: float, mean_tokens: float, seed: int
) -> list[Answer]:
    """Requests at random, `rate` a second for so many seconds; lengths geometric around mean_tokens."""
    if not (rate > 0 and seconds > 0 and mean_tokens >= 1 and prompts):
        raise LmError(
            f"{rate} requests/s for {seconds} s with answers of {mean_tokens} tokens, "
            f"{len(prompts)} prompts: all must be above zero"
        )
    draw, now, sent = random.Random(seed), 0.0, []
    while (now := now + draw.expovariate(rate)) < seconds:
        most = 1
        while draw.random() > 1 / mean_tokens:
            most += 1
        sent.append(Answer(len(sent), draw.choice(prompts), now, most))
    return sent


def serve_live(
    model: Model,
    coming: Sequence[Answer],
    rate: float,
    slots: int,
    *,
    progress: Callable[[float], object] = lambda seconds: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Live:
    """Answer the requests as they come in real time, at most `slots` at once, greedily (temperature 0).

    Ctrl-C (Jupyter's stop button) ends it: what was answered until then is given back.
    """
    if slots < 1:
        raise LmError(f"{slots} slots; at least one is needed")
    ends = set(model.tokenizer.special.values())
    line, waiting, inside = deque(coming), deque(), []
    live, time_ = Live(slots, rate, [], [], 0.0), _Clock(clock)
    try:
        while line or waiting or inside:
            now = time_.tick()
            while line and line[0].arrival_s <= now:
                waiting.append(line.popleft())
            while waiting and len(inside) < slots:
                inside.append(_Inside(model, waiting.popleft()))
            if inside:
                inside = _step(model, inside, live, time_, ends)
            else:
                sleep(min(NAP_S, max(0.0, line[0].arrival_s - now)))
            progress(time_.now)
    except KeyboardInterrupt:
        live.stopped = True
    live.unfinished = len(inside) + len(waiting)
    live.seconds, live.paused_s = time_.now, time_.paused_s
    live.answers.sort(key=lambda one: one.arrival_s)
    return live


def _step(model: Model, inside: list[_Inside], live: Live, clock: _Clock, ends: set[int]):
    """A token for everybody inside; those who stay."""
    began = clock.now
    read = sum(len(one.new) for one in inside if not one.answer.tokens)
    decodes = sum(bool(one.answer.tokens) for one in inside)
    logits, _seconds, _work = timed_forward(
        model, [one.new for one in inside], [one.cache for one in inside]
    )
    now = clock.tick()
    live.steps.append(Step(decodes, read, now - began))
    stay = []
    for one, row in zip(inside, logits, strict=True):
        if one.take(int(np.argmax(row)), now, ends):
            live.answers.append(one.answer)
        else:
            stay.append(one)
    return stay


def step_costs(steps: Sequence[Step]) -> tuple[float, float, float]:
    """(s a step, s more for each writer, s more for each prompt token): least squares, none negative."""
    if not steps:
        raise LmError("no step was measured")
    table = np.array([(1.0, s.decodes, s.prompt_tokens) for s in steps])
    seconds = np.array([s.seconds for s in steps])
    kept = [0, 1, 2]
    while True:
        found, *_rest = np.linalg.lstsq(table[:, kept], seconds, rcond=None)
        if (found >= 0).all():
            break
        kept.pop(int(found.argmin()))  # what would be negative costs nothing measurable
    costs = dict(zip(kept, found.tolist(), strict=True))
    return costs.get(0, 0.0), costs.get(1, 0.0), costs.get(2, 0.0)


def written_alone(model: Model, answer: Answer) -> list[int]:
    """The tokens that the model writes for the same request when nobody else is there."""
    return [
        step.token
        for step in stream(model, answer.prompt, len(answer.tokens))
        if step.token is not None
    ]
