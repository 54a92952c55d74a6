"""A server's log read twice: what was served in time, and Little's law."""

from collections.abc import Iterator
from statistics import fmean

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_
from .draw import rows


def _ttft(row: dict) -> float:
    return row["first_token_s"] - row["arrival_s"]


def _tpot(row: dict) -> float:
    """Seconds for each further token; 0 for an answer of one token, which has none to be late."""
    further = row["output_tokens"] - 1
    return (row["finish_s"] - row["first_token_s"]) / further if further else 0.0


def _seconds(requests: list[dict]) -> float:
    return max(row["finish_s"] for row in requests) - min(row["arrival_s"] for row in requests)


def _rate(requests: list[dict], good) -> float:
    return sum(map(good, requests)) / _seconds(requests)


def goodput(requests: list[dict], ttft_slo: float, tpot_slo: float) -> float:
    """Requests a second that keep both promises, from the first arrival to the last finish."""
    return _kept(requests, ttft_slo, tpot_slo) / _seconds(requests)


def _kept(requests: list[dict], ttft_slo: float, tpot_slo: float) -> int:
    return sum(_ttft(row) <= ttft_slo and _tpot(row) <= tpot_slo for row in requests)


def _logs(name: str, least: int = 30, most: int = 60) -> Iterator[Case]:
    """Logs in which some requests break one promise, some the other, some both, some none."""
    draw = seeded(name)
    while True:
        ttft, tpot = round(draw.uniform(0.2, 1), 2), round(draw.uniform(0.02, 0.08), 3)
        yield rows(draw, draw.randint(least, most), draw.uniform(2, 9), ttft, tpot), ttft, tpot


EXAMPLE = [
    {"arrival_s": 0.0, "first_token_s": 0.3, "finish_s": 0.7, "output_tokens": 5},
    {"arrival_s": 1.0, "first_token_s": 1.9, "finish_s": 2.3, "output_tokens": 5},
    {"arrival_s": 2.0, "first_token_s": 2.2, "finish_s": 4.0, "output_tokens": 5},
    {"arrival_s": 3.0, "first_token_s": 3.4, "finish_s": 3.4, "output_tokens": 1},
]
QUIET = [
    {"arrival_s": 5.0, "first_token_s": 5.1, "finish_s": 5.2, "output_tokens": 3},
    {"arrival_s": 6.0, "first_token_s": 6.1, "finish_s": 7.0, "output_tokens": 19},
]

GOODPUT = Task(
    id="06-under-load/goodput",
    function=goodput,
    result=Result((number("goodput"),)),
    examples=((EXAMPLE, 0.5, 0.2), (EXAMPLE, 1.0, 0.2)),
    parts=(
        Part(
            N_("all cases"),
            1.5,
            ((QUIET, 0.5, 0.2), (QUIET, 0.01, 0.2), *first(8, _logs("goodput"))),
        ),
    ),
    drill=Drill(
        draw=lambda: _logs("goodput", 5, 8),
        asks=N_(
            "A server promises the first token within {ttft_slo} s and {tpot_slo} s for each further "
            "one. Its log: {requests}. What is its goodput, in requests a second?"
        ),
        worked=lambda requests, ttft_slo, tpot_slo: (
            f"{_kept(requests, ttft_slo, tpot_slo)} / ({max(r['finish_s'] for r in requests):g} - "
            f"{min(r['arrival_s'] for r in requests):g})"
        ),
        unit="/s",
    ),
    misconceptions=(
        Misconception(
            "either promise",
            lambda requests, ttft_slo, tpot_slo: _rate(
                requests, lambda row: _ttft(row) <= ttft_slo or _tpot(row) <= tpot_slo
            ),
            N_("A request counts when either promise is kept: both must be."),
        ),
        Misconception(
            "all requests",
            lambda requests, ttft_slo, tpot_slo: len(requests) / _seconds(requests),
            N_(
                "All requests are counted: that is the throughput. Count those that keep both promises."
            ),
        ),
        Misconception(
            "share",
            lambda requests, ttft_slo, tpot_slo: (
                goodput(requests, ttft_slo, tpot_slo) * _seconds(requests) / len(requests)
            ),
            N_("That is the share of the requests: goodput is requests a second."),
        ),
        Misconception(
            "count",
            lambda requests, ttft_slo, tpot_slo: (
                goodput(requests, ttft_slo, tpot_slo) * _seconds(requests)
            ),
            N_("That is a number of requests: divide by the seconds that the log lasts."),
        ),
        Misconception(
            "first token alone",
            lambda requests, ttft_slo, tpot_slo: _rate(
                requests, lambda row: _ttft(row) <= ttft_slo
            ),
            N_("Only the first token is held against its promise: tpot_slo is not used."),
        ),
        Misconception(
            "time per token alone",
            lambda requests, ttft_slo, tpot_slo: _rate(
                requests, lambda row: _tpot(row) <= tpot_slo
            ),
            N_("Only the time per token is held against its promise: ttft_slo is not used."),
        ),
        Misconception(
            "one token refused",
            lambda requests, ttft_slo, tpot_slo: _rate(
                requests,
                lambda row: (
                    row["output_tokens"] > 1 and _ttft(row) <= ttft_slo and _tpot(row) <= tpot_slo
                ),
            ),
            N_(
                "An answer of a single token counts as broken: it has no time per token, so it can "
                "break only the promise about the first one."
            ),
        ),
        Misconception(
            "time per token with the wait",
            lambda requests, ttft_slo, tpot_slo: _rate(
                requests,
                lambda row: (
                    _ttft(row) <= ttft_slo
                    and (row["finish_s"] - row["arrival_s"]) / row["output_tokens"] <= tpot_slo
                ),
            ),
            N_(
                "The wait for the first token is in your time per token: it starts at the first token."
            ),
        ),
        Misconception(
            "divides by the tokens",
            lambda requests, ttft_slo, tpot_slo: _rate(
                requests,
                lambda row: (
                    _ttft(row) <= ttft_slo
                    and (row["finish_s"] - row["first_token_s"]) / row["output_tokens"] <= tpot_slo
                ),
            ),
            N_("Between n tokens lie n − 1 gaps: divide by output_tokens − 1."),
        ),
        Misconception(
            "until the last arrival",
            lambda requests, ttft_slo, tpot_slo: (
                goodput(requests, ttft_slo, tpot_slo)
                * _seconds(requests)
                / (requests[-1]["arrival_s"] - requests[0]["arrival_s"])
            ),
            N_("The log lasts from the first arrival to the last finish, not to the last arrival."),
        ),
        Misconception(
            "from zero",
            lambda requests, ttft_slo, tpot_slo: (
                goodput(requests, ttft_slo, tpot_slo)
                * _seconds(requests)
                / max(row["finish_s"] for row in requests)
            ),
            N_("The clock starts at the first arrival, which need not be at 0."),
        ),
    ),
)


def _served(requests: list[dict]) -> list[dict]:
    return [row for row in requests if row["finish_s"] is not None]


def _window(requests: list[dict]) -> float:
    """Seconds from the first arrival to the last finish."""
    return max(r["finish_s"] for r in _served(requests)) - min(r["arrival_s"] for r in requests)


def _latency(requests: list[dict]) -> float:
    return fmean(row["finish_s"] - row["arrival_s"] for row in _served(requests))


def little(requests: list[dict]) -> tuple[float, float, float]:
    """(mean requests in flight, served a second, mean latency); a refused one has finish_s None."""
    rate, latency = len(_served(requests)) / _window(requests), _latency(requests)
    return rate * latency, rate, latency


def _refusals(refused: float) -> Iterator[Case]:
    """Logs in which this share of the requests was refused at once."""
    draw = seeded(f"06-under-load/little {refused}")
    while True:
        log = rows(draw, draw.randint(25, 50), draw.uniform(2, 9), 0.5, 0.05)
        yield (
            [
                {
                    "arrival_s": row["arrival_s"] + 3,
                    "finish_s": None if at > 0 and draw.random() < refused else row["finish_s"] + 3,
                }
                for at, row in enumerate(log)
            ],
        )


def _offered(requests: list[dict]) -> tuple[float, float, float]:
    rate, latency = len(requests) / _window(requests), _latency(requests)
    return rate * latency, rate, latency


LITTLE = Task(
    id="06-under-load/little",
    function=little,
    result=Result((number("in_flight"), number("rate"), number("latency"))),
    examples=(
        ([{"arrival_s": 0.0, "finish_s": 2.0}, {"arrival_s": 1.0, "finish_s": 4.0}],),
        (
            [
                {"arrival_s": 0.0, "finish_s": 2.0},
                {"arrival_s": 0.5, "finish_s": None},
                {"arrival_s": 1.0, "finish_s": 4.0},
            ],
        ),
    ),
    parts=(
        Part(N_("nobody refused"), 0.5, first(4, _refusals(0))),
        Part(N_("some are refused"), 0.5, first(6, _refusals(0.4))),
    ),
    misconceptions=(
        Misconception(
            "offered rate",
            _offered,
            N_(
                "Refused requests are counted in the rate: Little's law holds for those that are "
                "inside, so the accepted ones."
            ),
        ),
        Misconception(
            "refused take no time",
            lambda requests: (
                little(requests)[0],
                len(requests) / _window(requests),
                _latency(requests) * len(_served(requests)) / len(requests),
            ),
            N_("Refused requests count as answered in 0 s: leave them out of rate and latency."),
        ),
        Misconception(
            "rate divided by latency",
            lambda requests: (little(requests)[1] / little(requests)[2], *little(requests)[1:]),
            N_("In flight is rate times latency, not rate divided by latency."),
        ),
        Misconception(
            "latency from the counts",
            lambda requests: (
                float(len(_served(requests))),
                little(requests)[1],
                little(requests)[2],
            ),
            N_(
                "in_flight is the number of requests in the log: asked is how many are inside at once, on average."
            ),
        ),
        Misconception(
            "until the last arrival",
            lambda requests: (
                _latency(requests)
                * len(_served(requests))
                / (requests[-1]["arrival_s"] - requests[0]["arrival_s"]),
                len(_served(requests)) / (requests[-1]["arrival_s"] - requests[0]["arrival_s"]),
                _latency(requests),
            ),
            N_("The log lasts from the first arrival to the last finish, not to the last arrival."),
        ),
        Misconception(
            "from zero",
            lambda requests: (
                _latency(requests)
                * len(_served(requests))
                / max(r["finish_s"] for r in _served(requests)),
                len(_served(requests)) / max(r["finish_s"] for r in _served(requests)),
                _latency(requests),
            ),
            N_("The clock starts at the first arrival, which need not be at 0."),
        ),
    ),
)
