"""A published run of a server: how many users were in it, by the clock and by Little's law."""

from collections.abc import Callable, Iterator

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_


def users_of_run(run: dict) -> tuple[float, float]:
    """(users who are being written for, requests in flight) on one copy of the model.

    Tokens/s times seconds per token; requests/s times seconds in the system (Little, 1961).
    """
    return _counted()(run)


def _copies(run: dict) -> float:
    return run["chips"] / run["chips_per_copy"]


def _counted(
    copies: Callable[[dict], float] = _copies,
    tpot: Callable[[dict], float] = lambda run: run["tpot_ms"] / 1000,
    seconds: Callable[[dict, float], float] = lambda run, tpot: (
        run["ttft_ms"] / 1000 + (run["output_tokens"] - 1) * tpot
    ),
    requests: Callable[[dict], float] = lambda run: run["tokens_per_s"] / run["output_tokens"],
) -> Callable:
    def wrong(run):
        writing = run["tokens_per_s"] * tpot(run) / copies(run)
        return writing, requests(run) * seconds(run, tpot(run)) / copies(run)

    return wrong


def _swapped(run):
    return users_of_run(run)[::-1]


def _runs() -> Iterator[Case]:
    draw = seeded("05-batching/users_of_run")
    while True:
        per_copy, copies = draw.choice((1, 2, 4, 8)), draw.choice((2, 3, 4, 8))
        output, tpot = draw.randint(4, 40), draw.uniform(8, 160)
        users = draw.uniform(4, 600)
        yield (
            {
                "chips": per_copy * copies,
                "chips_per_copy": per_copy,
                "tokens_per_s": round(users * copies / tpot * 1000, 1),
                "output_tokens": output,
                "ttft_ms": round(tpot * output * draw.uniform(0.1, 0.6), 1),
                "tpot_ms": round(tpot, 2),
            },
        )


MADE_UP = {
    "chips": 8, "chips_per_copy": 2, "tokens_per_s": 20_000, "output_tokens": 101, "ttft_ms": 2_000,
    "tpot_ms": 50,
}  # fmt: skip
WRITING, FLIGHT = "writing", "in_flight"
CASES = first(8, _runs())
SHOWN = ((MADE_UP | {"chips": 4, "output_tokens": 201},),)

USERS_OF_RUN = Task(
    id="05-batching/users_of_run",
    function=users_of_run,
    result=Result((number(WRITING), number(FLIGHT))),
    examples=((MADE_UP,), (MADE_UP | {"chips_per_copy": 8, "ttft_ms": 0},)),
    parts=(
        Part(WRITING, 1, CASES, fields=(WRITING,), shown=SHOWN),
        Part(FLIGHT, 1, CASES, fields=(FLIGHT,), shown=SHOWN),
    ),
    misconceptions=(
        Misconception(
            "all copies",
            _counted(copies=lambda run: 1),
            N_(
                "The users of all copies are counted: chips / chips_per_copy copies share the tokens of "
                "the run. Asked is one of them."
            ),
        ),
        Misconception(
            "one chip",
            _counted(copies=lambda run: run["chips"]),
            N_("Divided by the chips: a copy of the model has chips_per_copy of them."),
        ),
        Misconception(
            "copies upside down",
            _counted(copies=lambda run: run["chips_per_copy"]),
            N_(
                "Divided by the chips of a copy: that many chips are one copy. How many copies are there?"
            ),
        ),
        Misconception(
            "milliseconds",
            _counted(
                tpot=lambda run: run["tpot_ms"],
                seconds=lambda run, tpot: run["ttft_ms"] + (run["output_tokens"] - 1) * tpot,
            ),
            N_("1,000 times too large: tpot_ms and ttft_ms are in milliseconds."),
        ),
        Misconception(
            "reading left out",
            _counted(seconds=lambda run, tpot: (run["output_tokens"] - 1) * tpot),
            N_("A request is in flight from its question on: ttft_ms is part of its time."),
        ),
        Misconception(
            "a gap too many",
            _counted(seconds=lambda run, tpot: run["ttft_ms"] / 1000 + run["output_tokens"] * tpot),
            N_("One gap too many: after the first token output_tokens − 1 follow."),
        ),
        Misconception(
            "tokens for requests",
            _counted(requests=lambda run: run["tokens_per_s"]),
            N_(
                "Tokens a second are taken for requests a second: each request writes output_tokens."
            ),
        ),
        Misconception(
            "swapped",
            _swapped,
            N_("The two values are swapped: those who are being written for come first."),
        ),
    ),
)
