"""Two means of the same stream: every gap counts once, or every request counts once."""

from collections.abc import Iterator
from itertools import chain, pairwise
from statistics import fmean, median

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_
from .answer import tpot
from .token_streams import token_times

ONE_TOKEN = N_("a request with a single token is among them")
SEVERAL = N_("every request has several tokens")


def _gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def mean_itl(requests: list[list[float]]) -> float:
    """Mean seconds between one token and the next, over all gaps of all requests."""
    return fmean(gap for times in requests for gap in _gaps(times))


def mean_tpot(requests: list[list[float]]) -> float:
    """Mean over requests of the seconds for each token; one with a single token has none."""
    return fmean(tpot(times) for times in requests if len(times) > 1)


def _from_question(times: list[float]) -> list[float]:
    return _gaps([0.0, *times])


def _requests(single: bool) -> Iterator[Case]:
    """A short quick request, a long slow one and some others, so that both means differ clearly."""
    draw = seeded(f"03-prefill-decode/means {single}")
    while True:
        gap = draw.uniform(0.01, 0.05)
        requests = [
            token_times(draw, draw.randint(2, 4), gap),
            token_times(draw, draw.randint(9, 14), gap * draw.uniform(3, 6)),
            *(
                token_times(draw, draw.randint(2, 8), gap * draw.uniform(0.5, 2))
                for _index in range(draw.randint(0, 3))
            ),
        ]
        if single:
            requests.append(token_times(draw, 1, gap))
        draw.shuffle(requests)
        yield (requests,)


def _parts() -> tuple[Part, ...]:
    return (
        Part(SEVERAL, 0.7, (([[0.4, 0.5], [1.0, 1.3, 1.6, 1.9]],), *first(6, _requests(False)))),
        Part(ONE_TOKEN, 0.3, (([[0.7], [0.9], [0.5, 0.9]],), *first(5, _requests(True)))),
    )


EXAMPLES = (
    ([[0.5, 0.6], [0.5, 0.8, 1.1, 1.4]],),
    ([[0.5, 0.6], [0.5, 0.8, 1.1, 1.4], [2.0]],),
)

COUNTS_FIRST = N_(
    "The wait for the first token is counted as a gap: gaps lie between tokens, so each request "
    "begins with times[0]."
)
DIVIDES_BY_TOKENS = N_(
    "Divided by the number of tokens: a request of n tokens has n − 1 gaps, so one of a single "
    "token adds none."
)

MEAN_ITL = Task(
    id="03-prefill-decode/mean_itl",
    function=mean_itl,
    result=Result((number("seconds"),)),
    examples=EXAMPLES,
    parts=_parts(),
    misconceptions=(
        Misconception(
            "by request",
            lambda requests: mean_tpot(requests),
            N_(
                "That is mean_tpot: every request counts once. For mean_itl every gap counts once, "
                "so a long request counts more."
            ),
        ),
        Misconception(
            "counts the first token",
            lambda requests: fmean(g for times in requests for g in _from_question(times)),
            COUNTS_FIRST,
        ),
        Misconception(
            "divides by tokens",
            lambda requests: (
                sum(times[-1] - times[0] for times in requests) / sum(map(len, requests))
            ),
            DIVIDES_BY_TOKENS,
        ),
        Misconception(
            "one long list",
            lambda requests: fmean(_gaps([*chain(*requests)])),
            N_(
                "All requests are joined into one list first: the step from one request's last "
                "token to the next one's first is no gap."
            ),
        ),
        Misconception(
            "median",
            lambda requests: median(gap for times in requests for gap in _gaps(times)),
            N_("The median of all gaps: the mean is asked."),
        ),
        Misconception(
            "a request with one token counts as a gap of 0",
            lambda requests: fmean(gap for times in requests for gap in (_gaps(times) or [0.0])),
            N_("A request of a single token is counted as a gap of 0: it has no gap at all."),
        ),
    ),
)

MEAN_TPOT = Task(
    id="03-prefill-decode/mean_tpot",
    function=mean_tpot,
    result=Result((number("seconds"),)),
    examples=EXAMPLES,
    parts=_parts(),
    misconceptions=(
        Misconception(
            "by token",
            lambda requests: mean_itl(requests),
            N_(
                "That is mean_itl: every gap counts once. For mean_tpot every request counts once, "
                "however long it is."
            ),
        ),
        Misconception(
            "counts the first token",
            lambda requests: fmean(fmean(_from_question(times)) for times in requests),
            COUNTS_FIRST,
        ),
        Misconception(
            "divides by tokens",
            lambda requests: fmean((t[-1] - t[0]) / len(t) for t in requests if len(t) > 1),
            N_("Divided by the number of tokens: a request of n tokens has n − 1 gaps."),
        ),
        Misconception(
            "a request with one token counts as 0",
            lambda requests: fmean(fmean(_gaps(times) or [0.0]) for times in requests),
            N_(
                "A request of a single token is counted with 0 seconds: it has no TPOT, so it is "
                "left out, of the sum and of the number of requests."
            ),
        ),
        Misconception(
            "median of requests",
            lambda requests: median(tpot(times) for times in requests if len(times) > 1),
            N_("The median over the requests: the mean is asked."),
        ),
    ),
    uses="tpot",
    follow=lambda tpot: lambda requests: fmean(tpot(t) for t in requests if len(t) > 1),
)
