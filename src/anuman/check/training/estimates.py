"""What a training run takes, on paper: days, tokens as a range, megawatts."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, changed, off_by
from ..words import N_

DAY = 86_400


def training_days(n: float, tokens: float, gpus: float, mfu: float, peak: float) -> float:
    """Days for 6·n·tokens FLOPs at a share mfu of the peak."""
    return physics.training_days(n, tokens, gpus, peak, mfu)


def _plans() -> Iterator[Case]:
    draw = seeded("10-training/training_days")
    while True:
        yield (
            draw.randint(7, 400) * 10**9, draw.randint(1, 18) * 10**12, draw.randint(5, 1000) * 100,
            round(draw.uniform(0.25, 0.5), 2), draw.choice((312e12, 989e12, 2250e12)),
        )  # fmt: skip


TRAINING_DAYS = Task(
    id="10-training/training_days",
    function=training_days,
    result=Result((number("days"),)),
    examples=((10e9, 1e12, 1000, 0.5, 1e15),),
    parts=(Part(N_("all cases"), 1, first(6, _plans())),),
    drill=Drill(
        draw=_plans,
        asks=N_(
            "{gpus} GPUs of {peak} FLOP/s each train a model of {n} weights on {tokens} tokens and "
            "reach the share {mfu} of their peak. How many days does it take?"
        ),
        worked=lambda n, tokens, gpus, mfu, peak: (
            f"6 · {n:g} · {tokens:g} / ({gpus:g} · {peak:g} · {mfu:g}) / 86400"
        ),
    ),
    misconceptions=(
        off_by(1 / 100, "percent", N_("mfu is a share, 0.4 for 40 %: do not multiply it by 100.")),
        off_by(
            1 / 3, "2 for 6", N_("2 FLOPs a weight and token are for serving: training takes 6.")
        ),
        Misconception(
            "sparse peak",
            lambda n, tokens, gpus, mfu, peak: training_days(n, tokens, gpus, mfu, 2 * peak),
            N_("Half of the right time: the peak that is given is the dense one already."),
        ),
        Misconception(
            "no mfu",
            lambda n, tokens, gpus, mfu, peak: training_days(n, tokens, gpus, 1.0, peak),
            N_("mfu is not used: no run reaches the peak."),
        ),
        Misconception(
            "times mfu",
            lambda n, tokens, gpus, mfu, peak: training_days(n, tokens, gpus, 1.0, peak) * mfu,
            N_("Multiplied by mfu: a smaller share of the peak takes longer."),
        ),
        off_by(DAY, "seconds", N_("These are seconds: a day has 86,400.")),
        off_by(24, "hours", N_("These are hours: asked are days.")),
        Misconception(
            "one chip",
            lambda n, tokens, gpus, mfu, peak: training_days(n, tokens, 1, mfu, peak),
            N_("gpus is not used."),
        ),
    ),
)


def tokens_trainable(
    gpus: float, days: float, peak: float, mfu_range: list, n_range: list
) -> tuple[float, float]:
    """(fewest, most) tokens, for ranges of what is not known."""
    return physics.tokens_trainable(gpus, days, peak, tuple(mfu_range), tuple(n_range))


def _ranges() -> Iterator[Case]:
    draw = seeded("10-training/tokens_trainable")
    while True:
        mfu, n = round(draw.uniform(0.2, 0.35), 2), draw.randint(50, 600) * 10**9
        yield (
            draw.randint(10, 200) * 1000, draw.randint(20, 120), draw.choice((989e12, 2250e12)),
            [mfu, round(mfu + draw.uniform(0.08, 0.2), 2)], [n, n * draw.choice((2, 3, 5))],
        )  # fmt: skip


def _middle(gpus, days, peak, mfu_range, n_range) -> tuple[float, float]:
    point = gpus * days * DAY * peak * sum(mfu_range) / 2 / (6 * sum(n_range) / 2)
    return point, point


def _tokens(gpus, days, peak, mfu, n) -> float:
    return gpus * days * DAY * peak * mfu / (6 * n)


TOKENS_TRAINABLE = Task(
    id="10-training/tokens_trainable",
    function=tokens_trainable,
    result=Result((number("low"), number("high"))),
    examples=((1000, 10, 1e15, [0.3, 0.5], [100e9, 200e9]),),
    parts=(Part(N_("all cases"), 1.5, first(6, _ranges())),),
    misconceptions=(
        Misconception(
            "a point",
            _middle,
            N_("Two equal values, from the middle of each range: an interval was asked for."),
        ),
        Misconception(
            "low with low",
            lambda gpus, days, peak, mfu_range, n_range: (
                _tokens(gpus, days, peak, mfu_range[0], n_range[0]),
                _tokens(gpus, days, peak, mfu_range[1], n_range[1]),
            ),
            N_(
                "The low end of one range meets the low end of the other: the fewest tokens come from "
                "the lowest mfu and the *largest* model."
            ),
        ),
        changed(
            lambda right: tuple(3 * each for each in right),
            "2 for 6",
            N_("2 FLOPs a weight and token are for serving: training takes 6."),
        ),
        changed(
            lambda right: right[::-1],
            "reversed",
            N_("The two values are swapped: low comes first."),
        ),
        Misconception(
            "hours for days",
            lambda gpus, days, peak, mfu_range, n_range: tokens_trainable(
                gpus, days / 24, peak, mfu_range, n_range
            ),
            N_("A day has 24 hours of 3,600 seconds."),
        ),
    ),
)


def site_megawatts(gpus: float, watts: float, server_factor: float, pue: float) -> float:
    """Megawatts of a whole site."""
    return physics.site_watts(gpus, watts, server_factor, pue) / 1e6


def _sites() -> Iterator[Case]:
    draw = seeded("10-training/site_megawatts")
    while True:
        yield (
            draw.randint(10, 600) * 1000, draw.choice((700, 1000, 1200, 1400)),
            round(draw.uniform(1.15, 1.8), 2), round(draw.uniform(1.1, 1.7), 2),
        )  # fmt: skip


SITE_MEGAWATTS = Task(
    id="10-training/site_megawatts",
    function=site_megawatts,
    result=Result((number("megawatts"),)),
    examples=((10_000, 700, 1.5, 1.2),),
    parts=(Part(N_("all cases"), 1, first(6, _sites())),),
    misconceptions=(
        Misconception(
            "chips only",
            lambda gpus, watts, server_factor, pue: gpus * watts / 1e6,
            N_("Only the chips are counted: processors, network and cooling draw power, too."),
        ),
        Misconception(
            "no cooling",
            lambda gpus, watts, server_factor, pue: site_megawatts(gpus, watts, server_factor, 1),
            N_("pue is not used: cooling and losses draw power, too."),
        ),
        Misconception(
            "no servers",
            lambda gpus, watts, server_factor, pue: site_megawatts(gpus, watts, 1, pue),
            N_("server_factor is not used: a server is more than its chips."),
        ),
        Misconception(
            "factors added",
            lambda gpus, watts, server_factor, pue: gpus * watts * (server_factor + pue - 1) / 1e6,
            N_(
                "The factors are added: cooling takes its share of all that the servers draw, so multiply."
            ),
        ),
        off_by(1000, "kilowatts", N_("These are kilowatts: a megawatt is a million watts.")),
    ),
)
