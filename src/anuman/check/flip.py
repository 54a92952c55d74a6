"""A verdict that flips once: one word below a number, another above it."""

from collections.abc import Callable
from dataclasses import dataclass

from .labels import label
from .result import Result, number
from .task import Slip, changed


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

    def slip(self, rule: Callable[..., float], name: str, hint: str) -> Slip:
        """A wrong rule for the number at which the word flips; it takes all arguments but the first."""
        return Slip(
            name, None, hint, lambda _right: lambda value, *rest: self.at(value, rule(*rest))
        )

    def reversed(self, hint: str) -> Slip:
        """The right number with the other word."""

        def other(answer: tuple[str, float]) -> tuple[str, float]:
            word, flips_at = answer
            return (self.above if word == self.below else self.below), flips_at

        return changed(other, "label reversed", hint)
