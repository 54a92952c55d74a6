"""The verdict: how many queries can be handled together before the memory is full?"""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..flip import Flip
from ..task import Case, Part, Task
from ..words import N_

FEW = 3, 60  # users: few enough that rounding to whole ones is seen
FLIP = Flip(
    "fits",
    "does not fit",
    ("fit", "yes", "समाता है", "समाते हैं", "समाएगा", "समाएँगे", "हाँ"),
    ("doesn't fit", "do not fit", "don't fit", "not fit", "no", "नहीं समाता", "नहीं समाते", "नहीं"),
)


def verdict(
    users: float, context: float, shared: float, chips: int, memory: float, weights: float,
    kv_per_token: float,
) -> tuple[str, float]:  # fmt: skip
    """Whether so many texts fit, and the number at which the memory is full; all bytes, tokens.

    The first `shared` tokens are the same in all texts and are kept once.
    """
    common = weights + kv_per_token * shared
    return FLIP.at(users, physics.room_for(chips * memory, common, kv_per_token, context - shared))


def _situations() -> Iterator[Case]:
    """Users well off the flip; in every second case the shared tokens decide the label."""
    draw = seeded("04-kv-cache/verdict")
    between = False
    while True:
        chips, memory = draw.randint(10, 60), draw.randint(100, 600) * 10**6
        weights = round(chips * memory * draw.uniform(0.3, 0.8))
        # A common instruction before long texts, or short questions about one long document.
        context = draw.choice((1_000, 2_000, 4_000) if between else (20_000, 40_000, 60_000))
        shared = round(context * (draw.uniform(0.3, 0.8) if between else draw.uniform(0.97, 0.99)))
        kv_per_token = draw.choice((20_480, 57_344, 70_272, 114_688, 131_072))
        common = weights + kv_per_token * shared
        flips_at = physics.room_for(chips * memory, common, kv_per_token, context - shared)
        alone = physics.room_for(chips * memory, weights, kv_per_token, context)
        if not FEW[0] < flips_at < FEW[1] or flips_at < 1.6 * alone or not 0.2 < flips_at % 1 < 0.8:
            continue
        users = (flips_at * alone) ** 0.5 if between else draw.uniform(1.3, 6) * flips_at
        if 0.8 < max(1, round(users)) / flips_at < 1.25:
            continue
        yield max(1, round(users)), context, shared, chips, memory, weights, kv_per_token
        between = not between


CASES = (
    (1, 2_000, 500, 100, 0.2e9, 30e9, 100_000),  # the weights alone do not fit
    (100, 4_000, 0, 500, 0.2e9, 20e9, 50_000),  # nothing is shared
    *first(10, _situations()),
)

VERDICT = Task(
    id="04-kv-cache/verdict",
    function=verdict,
    result=FLIP.result,
    examples=(
        (100, 1_000, 0, 200, 0.25e9, 20e9, 100_000),
        (500, 1_000, 0, 200, 0.25e9, 20e9, 100_000),
        (500, 1_000, 800, 200, 0.25e9, 20e9, 100_000),
    ),
    parts=(
        Part("flips_at", 0.75, CASES, fields=("flips_at",)),
        Part("label", 0.25, CASES, fields=("label",), needs=("flips_at",)),
    ),
    misconceptions=(
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                chips * memory, weights, kv, context
            ),
            "shared tokens kept for every user",
            N_(
                "The shared tokens are counted for every user: they are kept once for all, so "
                "each user adds only context − shared tokens."
            ),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                chips * memory, weights, kv, context - shared
            ),
            "shared tokens not kept at all",
            N_("The shared tokens take no room at all here: once, they must be kept."),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: (
                (chips * memory - weights) / (kv * (context - shared))
            ),
            "shared tokens not kept at all, negative",
            N_("The shared tokens take no room at all here: once, they must be kept."),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: (
                (chips * memory - weights) / (kv * context)
            ),
            "shared tokens kept for every user, negative",
            N_(
                "The shared tokens are counted for every user: they are kept once for all, so "
                "each user adds only context − shared tokens."
            ),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                chips * memory, weights + kv * shared, kv, context
            ),
            "shared tokens kept once and for every user",
            N_(
                "The shared tokens are counted twice: once for all, and again in each user's "
                "context. A user adds only context − shared tokens."
            ),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                chips * memory, chips * weights + kv * shared, kv, context - shared
            ),
            "weights on every chip",
            N_(
                "The weights do not fit here: they are counted once for each chip, or held against the "
                "memory of a single one. All chips together hold one copy of the model."
            ),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: (
                (chips * (memory - weights) - kv * shared) / (kv * (context - shared))
            ),
            "weights on every chip, negative",
            N_(
                "The weights do not fit here: they are counted once for each chip, or held against the "
                "memory of a single one. All chips together hold one copy of the model."
            ),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                chips * memory, weights + chips * kv * shared, kv, context - shared
            ),
            "shared tokens on every chip",
            N_(
                "The shared tokens are kept once on every chip: the chips share them, as they share "
                "the weights."
            ),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                chips * memory, kv * shared, kv, context - shared
            ),
            "weights forgotten",
            N_("The weights are forgotten: they lie in the same memory as the caches."),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: (
                (chips * memory - weights - kv * shared) / (kv * (context - shared))
            ),
            "negative",
            N_("flips_at is negative where the weights alone do not fit: then it is 0."),
        ),
        FLIP.slip(
            lambda context, shared, chips, memory, weights, kv: physics.room_for(
                memory, weights / chips + kv * shared, kv, context - shared
            ),
            "one chip",
            N_("The memory of one chip alone is counted: all chips together hold the caches."),
        ),
        FLIP.reversed(
            N_("The labels are reversed: below flips_at the users fit, above it they do not.")
        ),
    ),
)
