"""How many of a model's own stories hold: written by the model, read back by the grammar."""

from dataclasses import dataclass

from anuman.lm.generating import generate_batch
from anuman.lm.model import Model
from anuman.lm.stories import WORDS, examine

OPENINGS = {"en": "One day {name}", "hi": "एक दिन {name}"}
COUNT = 64  # stories
TEMPERATURE = 0.5


@dataclass(frozen=True)
class Shares:
    """Of `stories` stories, shares from 0 to 1.

    names: the same two people to the end.  sums: events whose sum is right, of all events; None when
    there was none.  grammar: every sentence is one of the grammar's.  all: stories in which all three
    hold.
    """

    stories: int
    names: float
    sums: float | None
    grammar: float
    all: float


def judge(model: Model, language: str, count: int = COUNT, seed: int = 1) -> Shares:
    """Let the model write `count` stories that begin with each name in turn, and examine them."""
    words = WORDS[language]
    names = words.boys + words.girls
    starts = [OPENINGS[language].format(name=names[i % len(names)]) for i in range(count)]
    room = model.config.context - 8
    texts = generate_batch(model, starts, room, temperature=TEMPERATURE, seed=seed)
    judged = [examine(a + b, language) for a, b in zip(starts, texts, strict=True)]
    right, events = sum(f.right for f in judged), sum(f.right + f.wrong for f in judged)
    whole = [f.names_hold and f.complete and f.right > 0 and not f.wrong for f in judged]
    return Shares(
        count,
        sum(f.names_hold for f in judged) / count,
        right / events if events else None,
        sum(f.complete for f in judged) / count,
        sum(whole) / count,
    )
