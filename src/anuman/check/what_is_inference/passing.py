"""A service's own log: the day on which it has cost as much arithmetic as the training."""

from collections.abc import Callable, Iterator
from itertools import accumulate

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_


def _tokens(day: dict) -> float:
    return day["requests"] * (day["read"] + day["written"])


def _first(totals: Iterator[float], needed: float) -> int:
    """Number, from 1, of the first total that reaches what is needed; 0 if none does."""
    return next((day for day, total in enumerate(totals, 1) if total >= needed), 0)


def passing_day(train_tokens: float, log: list[dict]) -> int:
    """Number of the first day by whose end serving has cost as many FLOPs as training; 0: not yet."""
    return _first(accumulate(map(_tokens, log)), physics.crossover_tokens(train_tokens))


def _counting(tokens: Callable[[dict], float], times: float = 3) -> Callable:
    """The day when `tokens` of each day count, and `times` the training tokens are needed."""

    def wrong(train_tokens, log):
        return _first(accumulate(map(tokens, log)), times * train_tokens)

    return wrong


def _by_day(train_tokens, log):
    return _first(iter(map(_tokens, log)), 3 * train_tokens)


def _from_zero(train_tokens, log):
    return passing_day(train_tokens, log) - 1 if passing_day(train_tokens, log) else 0


def _by_mean(train_tokens, log):
    mean = sum(map(_tokens, log)) / len(log)
    day = -int(-3 * train_tokens // mean)
    return day if day <= len(log) else 0


def _strictly(train_tokens, log):
    return _first(accumulate(map(_tokens, log)), 3 * train_tokens * (1 + 1e-12))


def _last_if_never(train_tokens, log):
    return passing_day(train_tokens, log) or len(log)


def _times_its_number(train_tokens, log):
    return _first((number * _tokens(day) for number, day in enumerate(log, 1)), 3 * train_tokens)


def _negative_if_never(train_tokens, log):
    return passing_day(train_tokens, log) or -1


def _services(passes: bool) -> Iterator[Case]:
    """Services that grow, with ever longer answers; the wrong counts pass on other days, or never."""
    draw = seeded(f"01-what-is-inference/passing_day {passes}")
    while True:
        days, requests = draw.randint(6, 12), draw.randint(200, 900)
        log = []
        for _day in range(days):
            log.append(
                {
                    "requests": requests,
                    "read": draw.randint(200, 900),
                    "written": draw.randint(100, 600),
                }
            )
            requests = round(requests * draw.uniform(0.9, 1.7))
        total = sum(map(_tokens, log))
        share = draw.uniform(0.35, 0.9) if passes else draw.uniform(1.1, 2.5)
        yield round(total * share / 3), log


PASSES = N_("services that pass within the log")
NOT_YET = N_("services that have not passed yet, and one that passes at once")
# Each tells one wrong count apart: short requests, few long ones, doubling from day to day.
APART = (
    (500, [{"requests": 300, "read": 1, "written": 2}] * 6),
    (900, [{"requests": 2, "read": 300, "written": 200}] * 7),
    (100_000, [{"requests": 10 * 2**day, "read": 100, "written": 100} for day in range(10)]),
)
EXACT = [{"requests": 100, "read": 200, "written": 100}] * 5  # 30,000 tokens a day

PASSING_DAY = Task(
    id="01-what-is-inference/passing_day",
    function=passing_day,
    result=Result((number("day"),)),
    examples=(
        (30_000, [{"requests": 100, "read": 200, "written": 100 * k} for k in (1, 2, 3, 4)]),
        (80_000, [{"requests": 100, "read": 200, "written": 100 * k} for k in (1, 2, 3, 4)]),
    ),
    parts=(
        Part(
            PASSES,
            1.5,
            ((30_000, EXACT), *APART, *first(9, _services(True))),
            shown=((20_000, EXACT),),
        ),
        Part(NOT_YET, 0.5, ((60_000, EXACT), (10, EXACT), *first(5, _services(False)))),
    ),
    misconceptions=(
        Misconception(
            "requests for tokens",
            _counting(lambda day: day["requests"]),
            N_(
                "Requests are counted, not tokens: each one reads `read` and writes `written` tokens."
            ),
        ),
        Misconception(
            "written tokens alone",
            _counting(lambda day: day["requests"] * day["written"]),
            N_("Only the written tokens are counted: a token that is read costs as many FLOPs."),
        ),
        Misconception(
            "read tokens alone",
            _counting(lambda day: day["requests"] * day["read"]),
            N_("Only the tokens that are read are counted: those that are written cost as much."),
        ),
        Misconception(
            "tokens of one request",
            _counting(lambda day: day["read"] + day["written"]),
            N_("`read` and `written` are the tokens of one request: a day has `requests` of them."),
        ),
        Misconception(
            "once the training tokens",
            _counting(_tokens, times=1),
            N_(
                "That is the day on which as many tokens were served as were trained on. A training "
                "token costs 6 FLOPs a parameter, a served one 2."
            ),
        ),
        Misconception(
            "twice the training tokens",
            _counting(_tokens, times=2),
            N_("6 over 2 is 3: three times the training tokens must be served, not twice."),
        ),
        Misconception(
            "each day by itself",
            _by_day,
            N_(
                "Each day is compared by itself: what was served on the days before has been paid, "
                "too. Add the days up."
            ),
        ),
        Misconception(
            "days from 0",
            _from_zero,
            N_("One day too early: the first day of the log is day 1, not day 0."),
        ),
        Misconception(
            "mean of all days",
            _by_mean,
            N_(
                "Counted with the mean of all days: the service grows, so its first days bring fewer "
                "tokens than the mean. Add up day by day."
            ),
        ),
        Misconception(
            "strictly more",
            _strictly,
            N_("A day that ends exactly at the training's cost has reached it: compare with >=."),
        ),
        Misconception(
            "one day times its number",
            _times_its_number,
            N_(
                "One day's tokens are taken for every day before it: each day brought its own number. "
                "Add them up."
            ),
        ),
        Misconception(
            "-1 if never",
            _negative_if_never,
            N_("If it has not happened by the end of the log, return 0."),
        ),
        Misconception(
            "last day if never",
            _last_if_never,
            N_("Where serving has not cost as much by the end of the log, the answer is 0."),
        ),
    ),
)
