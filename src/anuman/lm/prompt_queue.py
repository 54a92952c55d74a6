"""Two ways to serve a queue of prompts with the real model: static and continuous batching.

Everything is timed with one BLAS thread. A newcomer's prompt is read in the same step in which the
others write a token, so an answer of n tokens (its end among them) takes n steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import prompt_tokens, timed_forward
from anuman.lm.model import Model
from anuman.lm.sampling import draw, probabilities

POLICIES = ("static", "continuous")


@dataclass
class Queue:
    """What serving a queue gave: answers, their lengths in tokens, steps, seconds, rows computed."""

    policy: str
    texts: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0
    rows: int = 0


class _Sequence:
    """One request on its way: its cache, its random numbers, what it has written."""

    def __init__(self, model: Model, prompt: str, seed: int, max_tokens: int):
        self.new = prompt_tokens(model, prompt)
        room = min(len(self.new) + max_tokens, model.config.context)
        self.cache, self.random = Cache(model.config, room), np.random.default_rng(seed)
        self.max_tokens, self.written, self.done = max_tokens, [], False

    def take(self, logits: np.ndarray, temperature: float, ends: set[int]) -> None:
        """Choose the next token; a finished one only gives back the place that its row has used."""
        if self.done:
            self.cache.truncate(self.cache.length - 1)
            return
        token = draw(probabilities(logits, temperature), self.random)
        self.written.append(token)
        full = self.cache.length == self.cache.capacity
        self.done = token in ends or len(self.written) == self.max_tokens or full
        self.new = [token]
        if self.done and full:
            self.cache.truncate(self.cache.length - 1)  # a kept row needs a place to write to


def serve(
    model: Model,
    prompts: Sequence[str],
    slots: int,
    policy: str,
    max_tokens: int = 96,
    temperature: float = 1.0,
    seed: int = 0,
) -> Queue:
    """Write an answer to every prompt, `slots` at a time; request i draws with seed + i.

    policy "static": a batch starts together, a finished answer keeps its row until the longest one is
    done. "continuous": a free slot takes the next prompt at once. Both write the same answers.
    """
    if policy not in POLICIES:
        raise ValueError(f"policy is {policy!r}: it must be one of {', '.join(POLICIES)}")
    if slots < 1 or not prompts:
        raise LmError(f"{slots} slots and {len(prompts)} prompts; at least one of each is needed")
    ends = set(model.tokenizer.special.values())
    every = [_Sequence(model, text, seed + i, max_tokens) for i, text in enumerate(prompts)]
    waiting, running, queue = list(every), [], Queue(policy)
    while waiting or running:
        free = slots - len(running)
        if policy == "continuous" or not running:
            running += [waiting.pop(0) for _ in range(min(free, len(waiting)))]
        logits, seconds, _work = timed_forward(
            model, [one.new for one in running], [one.cache for one in running]
        )
        queue.steps, queue.seconds = queue.steps + 1, queue.seconds + seconds
        queue.rows += len(running)
        for one, row in zip(running, logits, strict=True):
            one.take(row, temperature, ends)
        if policy == "continuous":
            running = [one for one in running if not one.done]
        elif all(one.done for one in running):
            running = []
    queue.lengths = [len(one.written) for one in every]
    queue.texts = [
        model.tokenizer.decode([t for t in one.written if t not in ends]) for one in every
    ]
    return queue
