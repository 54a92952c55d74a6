"""The day on which serving has cost as much arithmetic as training."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, off_by
from ..words import N_

DAYS = 2.2, 60  # few enough that a day cut off, or counted once more, is seen


def crossover_day(
    n: float, train_tokens: float, requests_per_day: float, tokens_per_request: float
) -> float:
    """Days until the served tokens have cost as many FLOPs as training; n cancels."""
    return physics.crossover_tokens(train_tokens) / (requests_per_day * tokens_per_request)


def _services(name: str, one_token: bool) -> Iterator[Case]:
    draw = seeded(f"01-what-is-inference/crossover_day {name}")
    while True:
        n, train_tokens = round(10 ** draw.uniform(8, 12)), round(10 ** draw.uniform(10, 13.3))
        tokens = 1 if one_token else draw.randint(20, 4000)
        days = int(draw.uniform(*DAYS)) + draw.uniform(0.2, 0.8)
        requests = round(3 * train_tokens / days / tokens)
        yield n, train_tokens, requests, tokens


CROSSOVER_DAY = Task(
    id="01-what-is-inference/crossover_day",
    function=crossover_day,
    result=Result((number("days"),)),
    examples=((10e9, 1e12, 10e6, 1000), (70e9, 1e12, 10e6, 1000)),
    parts=(
        Part(N_("requests of one token each"), 0.25, first(5, _services("one", one_token=True))),
        Part(
            N_("requests of many tokens"),
            0.25,
            (
                (8e9, 2e11, 18e6, 500),
                (80e9, 2e11, 18e6, 500),
                *first(6, _services("many", one_token=False)),
            ),
        ),
    ),
    misconceptions=(
        Misconception(
            "requests taken for tokens",
            lambda n, train_tokens, requests_per_day, tokens_per_request: (
                3 * train_tokens / requests_per_day
            ),
            N_(
                "Requests are taken for tokens: each request reads and writes tokens_per_request "
                "tokens, and every one of them counts."
            ),
        ),
        off_by(
            1 / 3,
            "training tokens served once",
            N_(
                "A third of the right value: that is the day on which as many tokens are served as "
                "were trained on. A served token costs 2 FLOPs a parameter, a training token 6."
            ),
        ),
        off_by(
            1 / 9,
            "a third of the training tokens",
            N_(
                "A ninth of the right value: the 6 and the 2 have changed places. Training is the "
                "dearer one, so more tokens must be served than were trained on."
            ),
        ),
        Misconception(
            "moves with n",
            lambda n, train_tokens, requests_per_day, tokens_per_request: (
                3 * n * train_tokens / (requests_per_day * tokens_per_request)
            ),
            N_(
                "The day grows with n: serving costs 2·n for each token too, so n stands on both "
                "sides and cancels."
            ),
        ),
        Misconception(
            "falls with n",
            lambda n, train_tokens, requests_per_day, tokens_per_request: (
                3 * train_tokens / (n * requests_per_day * tokens_per_request)
            ),
            N_(
                "The day falls with n: training costs 6·n for each token too, so n stands on both "
                "sides and cancels."
            ),
        ),
        off_by(
            2,
            "serving FLOPs without the 2",
            N_(
                "2 times too large: the 6 of training is there, the 2 of serving is not. Divide by "
                "what a served token costs."
            ),
        ),
        Misconception(
            "tokens a request divide",
            lambda n, train_tokens, requests_per_day, tokens_per_request: (
                3 * train_tokens / (requests_per_day / tokens_per_request)
            ),
            N_(
                "Divided by tokens_per_request: the tokens of a day are requests_per_day times "
                "tokens_per_request."
            ),
        ),
        Misconception(
            "parameters for training tokens",
            lambda n, train_tokens, requests_per_day, tokens_per_request: (
                3 * n / (requests_per_day * tokens_per_request)
            ),
            N_(
                "n stands where train_tokens belongs: how many tokens must be served depends on how "
                "many were trained on, not on the parameters."
            ),
        ),
        Misconception(
            "upside down",
            lambda n, train_tokens, requests_per_day, tokens_per_request: (
                requests_per_day * tokens_per_request / (3 * train_tokens)
            ),
            N_("Upside down: that is the part of the way made in one day; the days are 1 over it."),
        ),
    ),
)
