"""Speculative decoding without a draft model: what followed the same words earlier is the draft.

Source of the idea: Saxena, "Prompt Lookup Decoding", 2023. At temperature 0 a draft is kept while the
model itself would have written it, so the text cannot change.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from anuman.lm.cache import Cache
from anuman.lm.errors import LmError
from anuman.lm.generating import prompt_tokens
from anuman.lm.model import Model
from anuman.lm.sampling import probabilities
from anuman.lm.speculative import Round, rounds

LONGEST = 3  # tokens at the end that are looked for, then fewer


def look_up(tokens: Sequence[int], k: int) -> list[int]:
    """The up to k tokens that followed the latest earlier place where the text ended the same way."""
    for length in range(min(LONGEST, len(tokens) - 1), 0, -1):
        end = list(tokens[-length:])
        for start in range(len(tokens) - length - 1, -1, -1):
            if list(tokens[start : start + length]) == end:
                return list(tokens[start + length : start + length + k])
    return []


class LookupDraft:
    """Guesses by looking back; each guess is certain of itself."""

    def __init__(self, vocab: int):
        self._vocab = vocab

    def read(self, part: list[int]) -> None:
        """Nothing to prepare."""

    def guess(self, text: list[int], ahead: int) -> tuple[list[int], list[np.ndarray]]:
        """What followed the same words earlier."""
        guesses = look_up(text, ahead) if ahead else []
        certain = np.zeros((len(guesses), self._vocab))
        certain[np.arange(len(guesses)), guesses] = 1
        return guesses, list(certain)

    def forget(self, length: int) -> None:
        """Nothing to take back."""


def speculate_by_lookup(
    model: Model, prompt: str, max_tokens: int = 64, k: int = 4, *, chat: bool = False
) -> Iterator[Round]:
    """Generate greedily, k looked-up tokens a round; the text is what `generate` writes at temperature 0.

    Raises PromptError, LmError, OutOfMemory.
    """
    if k < 1 or max_tokens < 1:
        raise LmError(f"k is {k} and max_tokens {max_tokens}; both must be at least 1")
    tokens = prompt_tokens(model, prompt, chat)
    room = model.config.context
    if len(tokens) >= room:
        raise LmError(f"the prompt has {len(tokens)} tokens, the context is {room}")
    cache = Cache(model.config, min(room, len(tokens) + max_tokens + k))
    return rounds(
        model, LookupDraft(model.config.vocab), tokens, max_tokens, k,
        lambda logits: probabilities(logits, 0.0), np.random.default_rng(0), cache,
    )  # fmt: skip
