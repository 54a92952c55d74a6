"""A verdict that flips once: one word below a number, another above it."""

from dataclasses import dataclass

from .labels import label
from .result import Result, number


@dataclass(frozen=True)
class Flip:
    """The two words; the answer is (label, flips_at).

    also_below, also_above: other spellings of them, Hindi ones among them.
    """

    below: str
    above: str
    also_below: tuple[str, ...] = ()
    also_above: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        """What a verdict returns."""
        below, above = (self.below, *self.also_below), (self.above, *self.also_above)
        return Result((label("label", below, above), number("flips_at")))

    def at(self, value: float, flips_at: float) -> tuple[str, float]:
        """The answer for a value and the number at which the word flips."""
        return (self.below if value < flips_at else self.above), flips_at

    def reversed(self, answer: tuple[str, float]) -> tuple[str, float]:
        """The answer with the other word."""
        word, flips_at = answer
        return (self.above if word == self.below else self.below), flips_at
