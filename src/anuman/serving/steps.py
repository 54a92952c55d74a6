"""How long engine steps take, and how many of them pass before a moment.

A step's time is affine in the contexts that it reads, so k steps of the same sequences have a
closed form and no token needs its own event.
"""

from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from typing import Protocol


class StepTime(Protocol):
    """What the simulator asks of a machine."""

    def affine(
        self, decodes: int, prefill_tokens: int = 0, prefill_pairs: float = 0.0
    ) -> tuple[float, float]:
        """(fixed_s, per_context_token_s) of one step that advances `decodes` sequences by a token and
        reads prefill_tokens prompt tokens (prefill_pairs query-key pairs of causal attention).

        The step takes fixed_s + per_context_token_s * (sum of the decoding contexts in tokens).
        """


@dataclass(frozen=True)
class AffineStep:
    """A step time put together by hand: seconds a step, a decode, a prompt token, a context token."""

    step_s: float
    decode_s: float = 0.0
    prefill_token_s: float = 0.0
    context_token_s: float = 0.0
    prefill_pair_s: float = 0.0

    def affine(
        self, decodes: int, prefill_tokens: int = 0, prefill_pairs: float = 0.0
    ) -> tuple[float, float]:
        """See StepTime."""
        fixed = (
            self.step_s
            + self.decode_s * decodes
            + self.prefill_token_s * prefill_tokens
            + self.prefill_pair_s * prefill_pairs
        )
        return fixed, self.context_token_s


def as_step_time(given: object) -> StepTime:
    """The step time itself, or every step alike for a number of seconds. Raises ValueError."""
    if hasattr(given, "affine"):
        return given
    if (
        isinstance(given, int | float)
        and not isinstance(given, bool)
        and isfinite(given)
        and given > 0
    ):
        return AffineStep(float(given))
    raise ValueError(
        f"step_time is {given!r}: give seconds above zero, or an object with the method affine, "
        "such as physics.Deployment"
    )


def checked(cost: tuple[float, float], what: str) -> tuple[float, float]:
    """A step's (fixed_s, per_context_token_s), refused with ValueError when no machine can have it."""
    fixed, slope = cost
    if not (
        isfinite(fixed) and isfinite(slope) and fixed >= 0 and slope >= 0 and fixed + slope > 0
    ):
        raise ValueError(f"the step time of {what} is {cost!r}: it must be finite and above zero")
    return fixed, slope


def steps_seconds(k: int, fixed: float, slope: float, context: int, sequences: int) -> float:
    """Seconds of k steps: k·fixed + slope·(k·context + sequences·k(k-1)/2).

    context: tokens that the first step reads; every step adds one token to each sequence.
    """
    return k * fixed + slope * (k * context + sequences * (k * (k - 1) // 2))


def steps_until(seconds: float, fixed: float, slope: float, context: int, sequences: int) -> int:
    """The fewest steps (at least 1) that take `seconds` or longer: the root of steps_seconds."""
    if seconds <= 0:
        return 1
    square = slope * sequences / 2
    linear = fixed + slope * context - square
    # The form of the quadratic's root that loses no digits when `square` is small or zero.
    k = max(1, ceil(2 * seconds / (linear + sqrt(linear * linear + 4 * square * seconds))))
    while steps_seconds(k, fixed, slope, context, sequences) < seconds:
        k += 1
    while k > 1 and steps_seconds(k - 1, fixed, slope, context, sequences) >= seconds:
        k -= 1
    return k
