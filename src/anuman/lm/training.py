"""Training the course's own small model: the recipe, one step of it, and the way to the end.

The batch of a step depends on seed and step alone, so weights, Adam's two moments and the step number
are the whole state; a training that is resumed gives the same bits as one that was never stopped. One
BLAS thread is used: the sums are then added in the same order each time, and a busy neighbour cannot
slow it down many times.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import islice

import numpy as np
from threadpoolctl import threadpool_limits

from anuman.lm import backprop, stories
from anuman.lm.bpe_training import learn_merges
from anuman.lm.config import Config, shapes
from anuman.lm.errors import LmError
from anuman.lm.loading import from_tensors
from anuman.lm.model import Model
from anuman.lm.tokenizer import Tokenizer, pieces

CONFIG = Config(vocab=768, dim=128, layers=4, heads=4, kv_heads=2, hidden=384, context=128)
BETA_1, BETA_2, ADAM_EPS = 0.9, 0.98, 1e-8
LAST_RATE = 0.05  # of the peak, at the last step
VOCABULARY_STORIES = 4000  # that the merges are learned from
NUMBERS_A_ROW = 8  # story numbers kept for one row of a batch: more than fit in it
VALIDATION_ROWS = 128
LIVE_ROWS = 32  # of them, for the loss curve
VALIDATE_EVERY = 25  # steps


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result of a training.

    steps: Adam steps.  batch: rows of `context` tokens a step.  peak_rate: the largest learning rate,
    reached after `warmup` steps.  clip: largest norm of a gradient.  seed: of weights and stories.
    """

    steps: int = 4000
    batch: int = 8
    peak_rate: float = 3e-3
    warmup: int = 100
    clip: float = 1.0
    seed: int = 1
    languages: tuple[str, ...] = stories.LANGUAGES

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "warmup"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise LmError(f"{name} is {value!r}: give a whole number of at least 1")
        if not (self.peak_rate > 0 and self.clip > 0):
            raise LmError("peak_rate and clip must be above 0")
        if not self.languages or set(self.languages) - set(stories.LANGUAGES):
            known = ", ".join(stories.LANGUAGES)
            raise LmError(f"languages are {self.languages!r}: choose of {known}")

    def rate(self, step: int) -> float:
        """Learning rate of a step: a straight line up, then half a cosine down."""
        if step < self.warmup:
            return self.peak_rate * (step + 1) / self.warmup
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.peak_rate * (LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * done)) / 2)


def one_thread() -> threadpool_limits:
    """A context in which BLAS uses one thread."""
    return threadpool_limits(limits=1, user_api="blas")


@lru_cache(maxsize=4)
def learn_vocabulary(languages: tuple[str, ...], size: int) -> Tokenizer:
    """Byte-pair vocabulary of `size` tokens, learned from the first stories: bytes, merges, end."""
    texts = islice(stories.stories(languages, 0), VOCABULARY_STORIES)
    merges = learn_merges(texts, size - 257, partial(pieces, marks=True))
    return Tokenizer.from_merges(merges, [stories.END], marks=True)


def rows(tokenizer: Tokenizer, texts: Iterator[str], count: int, length: int) -> np.ndarray:
    """`count` rows of `length` tokens; each begins with a story and is filled with the next ones."""
    end = tokenizer.special[stories.END]
    chosen = []
    for _row in range(count):
        row: list[int] = []
        while len(row) < length:
            row += [*tokenizer.encode(next(texts)), end]
        chosen.append(row[:length])
    return np.array(chosen)


@dataclass
class Training:
    """A training at one point of its way.

    weights, gradients, mean, square: one fp32 vector each; `named` shows a vector by tensor names.
    losses: of every step, in nats a token.  validation: (step, loss on held-out stories).
    """

    recipe: Recipe
    config: Config
    tokenizer: Tokenizer
    weights: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    step: int = 0
    losses: list[float] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gradients = np.zeros_like(self.weights)
        self.named_weights = self.named(self.weights)
        self.named_gradients = self.named(self.gradients)

    @classmethod
    def start(
        cls,
        recipe: Recipe | None = None,
        config: Config = CONFIG,
        tokenizer: Tokenizer | None = None,
    ) -> "Training":
        """Fresh weights: normal, of standard deviation 1 / sqrt(inputs), norms 1.

        tokenizer: a finished one; without it the vocabulary is learned first.
        """
        recipe = recipe or Recipe()
        draw = np.random.default_rng(recipe.seed)
        tokenizer = tokenizer or learn_vocabulary(recipe.languages, config.vocab)
        if len(tokenizer) < config.vocab:
            config = replace(config, vocab=len(tokenizer))
        parts = []
        for name, shape in shapes(config).items():
            if len(shape) == 1:
                parts.append(np.ones(shape, np.float32))
                continue
            spread = shape[1] ** -0.5
            if name.endswith(("wo", "w_down")):  # 2 additions a layer to the residual stream
                spread /= math.sqrt(2 * config.layers)
            parts.append(spread * draw.standard_normal(shape, np.float32))
        weights = np.concatenate([part.ravel() for part in parts])
        zeros = np.zeros_like(weights)
        return cls(recipe, config, tokenizer, weights, zeros, zeros.copy())

    @property
    def done(self) -> bool:
        """Whether the last step of the recipe is made."""
        return self.step >= self.recipe.steps

    def named(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        """Views into a vector, by tensor name."""
        views, start = {}, 0
        for name, shape in shapes(self.config).items():
            size = math.prod(shape)
            views[name] = vector[start : start + size].reshape(shape)
            start += size
        return views

    def batch(self, step: int) -> np.ndarray:
        """The token ids of a step, [batch, context + 1]; every second row begins with the next language."""
        recipe, chosen = self.recipe, []
        for row in range(recipe.batch):
            number = (recipe.seed * 10**9 + step * recipe.batch + row) * NUMBERS_A_ROW
            turn = row % len(recipe.languages)
            languages = recipe.languages[turn:] + recipe.languages[:turn]
            texts = stories.stories(languages, number)
            chosen.append(rows(self.tokenizer, texts, 1, self.config.context + 1))
        return np.concatenate(chosen)

    def advance(self) -> float:
        """One step on the next batch. Gives its loss in nats a token.

        Raises LmError when the loss is no longer a number; the weights are then as before.
        """
        loss = self.update(self.batch(self.step))
        self.losses.append(loss)
        return loss

    def update(self, tokens: np.ndarray) -> float:
        """Loss of these tokens [batch, context + 1], gradients, Adam."""
        loss = backprop.loss_and_gradients(
            self.named_weights, self.config, tokens, self.named_gradients
        )
        norm = float(np.sqrt(np.vdot(self.gradients, self.gradients)))
        if not math.isfinite(loss + norm):
            raise LmError(
                f"the loss is {loss} at step {self.step}: the learning rate of "
                f"{self.recipe.peak_rate:g} is too high; take a smaller one"
            )
        if norm > self.recipe.clip:
            self.gradients *= self.recipe.clip / norm
        self.adam()
        self.step += 1
        return loss

    def adam(self) -> None:
        """Kingma and Ba's step; dividing by 1 - beta^t undoes that both moments start at zero."""
        t, g = self.step + 1, self.gradients
        self.mean *= BETA_1
        self.mean += (1 - BETA_1) * g
        self.square *= BETA_2
        self.square += (1 - BETA_2) * g * g
        size = np.sqrt(self.square / (1 - BETA_2**t)) + ADAM_EPS
        self.weights -= (self.recipe.rate(self.step) / (1 - BETA_1**t)) * self.mean / size

    def validate(self) -> float:
        """Loss in nats a token on a few rows of held-out stories, kept in `validation`."""
        loss = held_out_loss(
            self.named_weights, self.config, self.tokenizer, self.recipe.languages, LIVE_ROWS
        )
        self.validation.append((self.step, loss))
        return loss

    def model(self) -> Model:
        """The model as it is now, for lm.generate."""
        return from_tensors(self.config, self.named_weights, self.tokenizer)


def held_out_loss(
    weights: dict[str, np.ndarray],
    config: Config,
    tokenizer: Tokenizer,
    languages: tuple[str, ...],
    count: int = VALIDATION_ROWS,
) -> float:
    """Mean loss in nats a token on the first `count` rows of held-out stories."""
    texts = stories.stories(languages, 0, validation=True)
    tokens = rows(tokenizer, texts, count, config.context + 1)
    with one_thread():
        return float(np.mean([backprop.loss_only(weights, config, row[None]) for row in tokens]))
