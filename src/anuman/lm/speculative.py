"""Speculative decoding: a cheap draft model guesses k tokens, the target checks all in one step.

A token x that the draft drew from q is kept with probability min(1, p(x) / q(x)), where p is the
target's distribution at that place. At the first one refused the target draws from what the draft gave
too little: max(p - q, 0), made to add up to 1. When all k are kept the same step gives one token more.
Every token is then distributed exactly as if the target alone had drawn it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import chunks, prompt_tokens, timed_forward
from anuman.lm.model import Model
from anuman.lm.sampling import draw, probabilities


@dataclass(frozen=True)
class Round:
    """One round: `drafted` tokens were guessed, `accepted` of them kept, `tokens` came out of it.

    text: the characters that became complete.  draft_s, target_s: time in s of the two models.
    finish: as in Step, on the last round.
    """

    drafted: int
    accepted: int
    tokens: tuple[int, ...]
    text: str
    draft_s: float
    target_s: float
    finish: str | None = None


def accept(
    guesses: list[int], q: list[np.ndarray], p: list[np.ndarray], random: np.random.Generator
) -> tuple[int, int]:
    """How many guesses are kept, and the token that follows them.

    q: the draft's distribution of each guess.  p: the target's at the same places, and one more.
    """
    for i, token in enumerate(guesses):
        if random.random() * q[i][token] >= p[i][token]:
            missing = np.maximum(p[i] - q[i], 0)
            return i, draw(missing / missing.sum(), random)
    return len(guesses), draw(p[len(guesses)], random)


def first_layers(model: Model, layers: int) -> Model:
    """A draft without training: the model's own first blocks, sharing their weights."""
    if not 1 <= layers <= model.config.layers:
        raise LmError(f"{layers} of {model.config.layers} layers; take at least 1 and at most all")
    return replace(model, config=replace(model.config, layers=layers), layers=model.layers[:layers])


def speculate(
    target: Model,
    draft: Model,
    prompt: str,
    max_tokens: int = 64,
    k: int = 4,
    temperature: float = 0.0,
    seed: int = 0,
    *,
    chat: bool = False,
) -> Iterator[Round]:
    """Generate with `draft` guessing k tokens a round. Faults in the arguments are raised at once.

    Raises PromptError, LmError (also when the two models do not share a vocabulary), OutOfMemory.
    """
    if k < 1 or max_tokens < 1:
        raise LmError(f"k is {k} and max_tokens {max_tokens}; both must be at least 1")
    if draft.config.vocab != target.config.vocab:
        raise LmError(
            f"the draft has {draft.config.vocab} tokens, the target {target.config.vocab}: both must "
            "have the same vocabulary"
        )
    tokens = prompt_tokens(target, prompt, chat)
    probabilities(np.zeros(2), temperature)
    room = min(target.config.context, draft.config.context)
    if len(tokens) >= room:
        raise LmError(f"the prompt has {len(tokens)} tokens, the draft's context is {room}")
    cache, draft_cache = (
        Cache(m.config, min(room, len(tokens) + max_tokens + k)) for m in (target, draft)
    )
    random = np.random.default_rng(seed)

    def distribution(logits: np.ndarray) -> np.ndarray:
        return probabilities(logits, temperature)

    guesser = ModelDraft(draft, draft_cache, distribution, random)
    return rounds(target, guesser, tokens, max_tokens, k, distribution, random, cache)


class Draft(Protocol):
    """What guesses the next tokens."""

    def read(self, part: list[int]) -> None:
        """Take in a part of the prompt."""

    def guess(self, text: list[int], ahead: int) -> tuple[list[int], list[np.ndarray]]:
        """At most `ahead` tokens to follow the text, and the distribution that each was drawn from."""

    def forget(self, length: int) -> None:
        """Of the text only the first `length` tokens stand."""


@dataclass
class ModelDraft:
    """A smaller model that shares the vocabulary."""

    model: Model
    cache: Cache
    distribution: Callable[[np.ndarray], np.ndarray]
    random: np.random.Generator

    def read(self, part: list[int]) -> None:
        """See Draft."""
        timed_forward(self.model, [part], [self.cache])

    def guess(self, text: list[int], ahead: int) -> tuple[list[int], list[np.ndarray]]:
        """See Draft."""
        guesses, q = [], []
        while len(guesses) < ahead:
            # The draft has not yet seen what the target wrote since its last guess.
            unseen = [*text, *guesses][self.cache.length :]
            q.append(self.distribution(timed_forward(self.model, [unseen], [self.cache])[0][0]))
            guesses.append(draw(q[-1], self.random))
        return guesses, q

    def forget(self, length: int) -> None:
        """See Draft."""
        self.cache.truncate(min(self.cache.length, length))


def rounds(
    target: Model,
    draft: Draft,
    tokens: list[int],
    max_tokens: int,
    k: int,
    distribution: Callable[[np.ndarray], np.ndarray],
    random: np.random.Generator,
    target_cache: Cache,
) -> Iterator[Round]:
    """Guess, check, keep, until the text ends, is long enough or fills the context."""
    ends, decoder = set(target.tokenizer.special.values()), target.tokenizer.decoder()
    text = list(tokens)  # the last of them is in no cache yet
    for part in chunks(text[:-1]) if len(text) > 1 else []:
        timed_forward(target, [part], [target_cache])
        draft.read(part)
    written, finish = 0, None
    while finish is None:
        start = time.perf_counter()
        ahead = min(k, max_tokens - written - 1, target_cache.capacity - len(text))
        guesses, q = draft.guess(text, max(ahead, 0))
        draft_s = time.perf_counter() - start
        logits, target_s, _work = timed_forward(
            target, [[text[-1], *guesses]], [target_cache], every=True
        )
        kept, next_token = accept(guesses, q, [distribution(row) for row in logits], random)
        new = [*guesses[:kept], next_token]
        end = next((i for i, token in enumerate(new) if token in ends), None)
        new = new if end is None else new[: end + 1]
        text += new
        written += len(new)
        target_cache.truncate(min(target_cache.length, len(text) - 1))
        draft.forget(len(text) - 1)
        if end is not None:
            finish = "end"
        elif written >= max_tokens:
            finish = "length"
        elif len(text) > target_cache.capacity:
            finish = "context"
        shown = "".join(decoder.add(token) for token in new if token not in ends)
        shown += decoder.end() if finish else ""
        yield Round(len(guesses), kept, tuple(new), shown, draft_s, target_s, finish)
