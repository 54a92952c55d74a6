"""How many chips a training needs, from an interval for the share of their peak; and where the claim flips."""

from collections.abc import Iterator

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, changed
from ..words import N_

DAY_S = 86400
FLOPS = 6  # a parameter and training token


def gpus(n: float, tokens: float, peak: float, days: float, mfu: float) -> float:
    """GPUs that train n parameters on so many tokens in so many days."""
    return FLOPS * n * tokens / (peak * mfu * days * DAY_S)


def gpus_needed(
    n: float, tokens: float, peak: float, days: float, mfu: list[float], claimed: float
) -> tuple[float, float, float]:
    """(fewest GPUs, most GPUs, the mfu at which just `claimed` GPUs are needed).

    mfu: [low, high], shares of the peak (FLOP/s) that are reached.
    """
    return (
        gpus(n, tokens, peak, days, mfu[1]),
        gpus(n, tokens, peak, days, mfu[0]),
        gpus(n, tokens, peak, days, 1) / claimed,
    )


def _trainings() -> Iterator[Case]:
    draw = seeded("11-read-the-news/gpus_needed")
    while True:
        n, tokens = round(draw.uniform(5, 400)) * 1e9, round(draw.uniform(1, 20), 1) * 1e12
        peak, days = draw.choice((250e12, 600e12, 800e12)), float(draw.randint(20, 120))
        low = round(draw.uniform(0.15, 0.35), 2)
        mfu = [low, round(low * draw.uniform(1.2, 2.2), 2)]
        claimed = float(f"{gpus(n, tokens, peak, days, draw.uniform(0.1, 0.6)):.2g}")
        yield n, tokens, peak, days, mfu, claimed


def _made(factor: float = 1.0, flip: float = 1.0):
    """Right but for constant factors of the interval and of the flip."""

    def wrong(n, tokens, peak, days, mfu, claimed):
        low, high, flips = gpus_needed(n, tokens, peak, days, mfu, claimed)
        return factor * low, factor * high, flip * flips

    return wrong


def _in_order_of_mfu(n, tokens, peak, days, mfu, claimed):
    low, high, flips = gpus_needed(n, tokens, peak, days, mfu, claimed)
    return high, low, flips


def _middle(n, tokens, peak, days, mfu, claimed):
    middle = gpus(n, tokens, peak, days, sum(mfu) / 2)
    return middle, middle, gpus_needed(n, tokens, peak, days, mfu, claimed)[2]


GPUS_NEEDED = Task(
    id="11-read-the-news/gpus_needed",
    function=gpus_needed,
    result=Result((number("low"), number("high"), number("flips_at"))),
    examples=((70e9, 2e12, 500e12, 30.0, [0.3, 0.5], 2000.0),),
    parts=(
        Part(N_("the interval"), 0.75, first(6, _trainings()), fields=("low", "high")),
        Part("flips_at", 0.75, first(6, _trainings()), fields=("flips_at",)),
    ),
    misconceptions=(
        Misconception(
            "low from the low share",
            _in_order_of_mfu,
            N_(
                "low and high are exchanged: chips that reach more of their peak are needed in smaller number."
            ),
        ),
        Misconception(
            "one number",
            _middle,
            N_("Both ends are the same: take each end of the share, not its middle."),
        ),
        Misconception(
            "two instead of six",
            _made(1 / 3, 1 / 3),
            N_("Training takes 6 FLOPs a parameter and token; 2 is what using the model takes."),
        ),
        Misconception(
            "hours for days",
            _made(24, 24),
            N_("24 times too large: a day has 86,400 seconds, an hour 3,600."),
        ),
        Misconception(
            "no seconds",
            _made(DAY_S, DAY_S),
            N_("86,400 times too large: days are not turned into seconds."),
        ),
        changed(
            lambda right: (*right[:2], 1 / right[2]),
            "flip upside down",
            N_("flips_at is upside down: fewer chips must reach a larger share."),
        ),
        Misconception(
            "flip in chips",
            lambda n, tokens, peak, days, mfu, claimed: (
                *gpus_needed(n, tokens, peak, days, mfu, claimed)[:2],
                claimed,
            ),
            N_(
                "flips_at is the claimed number itself: asked is the share of the peak at which just so "
                "many are needed."
            ),
        ),
    ),
)
