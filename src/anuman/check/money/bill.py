"""A bill for tokens, read from a log of requests and a price list."""

from collections.abc import Callable, Iterator

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, off_by
from ..words import N_


def _price(row: dict, prices: dict) -> float:
    """Dollars of one request, times a million."""
    fresh = row["input_tokens"] - row["cached_tokens"]
    written = row["thinking_tokens"] + row["output_tokens"]
    dollars = (
        fresh * prices["input"]
        + row["cached_tokens"] * prices["cached"]
        + written * prices["output"]
    )
    return dollars * (1 - prices["batch_discount"]) if row["batch"] else dollars


def token_bill(log: list[dict], prices: dict) -> float:
    """Dollars for all requests of the log; prices are for a million tokens."""
    return sum(_price(row, prices) for row in log) / 1e6


def _logs(cached: bool, thinking: bool, batch: bool) -> Iterator[Case]:
    draw = seeded(f"09-money/token_bill {cached} {thinking} {batch}")
    while True:
        prices = {
            "input": round(draw.uniform(0.1, 4), 2),
            "output": round(draw.uniform(4, 20), 2),
            "batch_discount": draw.choice((0.4, 0.5)),
        }
        prices["cached"] = round(prices["input"] * draw.choice((0.1, 0.25, 0.5)), 3)
        log = []
        for _index in range(draw.randint(3, 6)):
            prompt = draw.randint(2000, 60_000)
            log.append(
                {
                    "input_tokens": prompt,
                    "cached_tokens": round(prompt * draw.uniform(0.3, 0.9)) if cached else 0,
                    "thinking_tokens": draw.randint(500, 9000) if thinking else 0,
                    "output_tokens": draw.randint(100, 4000),
                    "batch": batch and draw.random() < 0.5,
                }
            )
        if not batch or 0 < sum(row["batch"] for row in log) < len(log):
            yield log, prices


def _changed(change: Callable[[dict, dict], tuple[dict, dict]]) -> Callable:
    """The reference on changed rows and prices."""

    def wrong(log: list[dict], prices: dict) -> float:
        return sum(_price(*change(row, prices)) for row in log) / 1e6

    return wrong


PRICES = {"input": 2.0, "cached": 0.5, "output": 10.0, "batch_discount": 0.5}
ROW = {
    "input_tokens": 10_000, "cached_tokens": 8_000, "thinking_tokens": 500, "output_tokens": 300,
    "batch": False,
}  # fmt: skip

TOKEN_BILL = Task(
    id="09-money/token_bill",
    function=token_bill,
    result=Result((number("usd"),)),
    examples=(([ROW], PRICES), ([ROW, ROW | {"batch": True}], PRICES)),
    parts=(
        Part(N_("nothing cached, nothing thought"), 0.5, first(3, _logs(False, False, False))),
        Part(N_("cached input"), 0.5, first(3, _logs(True, False, False))),
        Part(N_("thinking and batch discount"), 1, first(5, _logs(True, True, True))),
    ),
    misconceptions=(
        Misconception(
            "cache ignored",
            _changed(lambda row, prices: (row | {"cached_tokens": 0}, prices)),
            N_("cached_tokens is not used: they cost the lower price."),
        ),
        Misconception(
            "cached tokens paid twice",
            lambda log, prices: (
                token_bill(log, prices)
                + sum(
                    row["cached_tokens"]
                    * prices["input"]
                    * (1 - prices["batch_discount"] if row["batch"] else 1)
                    for row in log
                )
                / 1e6
            ),
            N_(
                "The cached tokens are a part of input_tokens: at the full price count only the others."
            ),
        ),
        Misconception(
            "cached tokens for nothing",
            _changed(lambda row, prices: (row, prices | {"cached": 0.0})),
            N_("The cached tokens cost nothing in your answer: they cost the lower price."),
        ),
        Misconception(
            "thinking for nothing",
            _changed(lambda row, prices: (row | {"thinking_tokens": 0}, prices)),
            N_("The thinking tokens are left out: they are written, and cost what output costs."),
        ),
        Misconception(
            "thinking as input",
            _changed(
                lambda row, prices: (
                    row
                    | {
                        "thinking_tokens": 0,
                        "input_tokens": row["input_tokens"] + row["thinking_tokens"],
                    },
                    prices,
                )
            ),
            N_(
                "The thinking tokens cost what input costs in your answer: they are written, so output."
            ),
        ),
        Misconception(
            "input priced as output",
            _changed(lambda row, prices: (row, prices | {"input": prices["output"]})),
            N_("Input is priced as output."),
        ),
        Misconception(
            "prices exchanged",
            _changed(
                lambda row, prices: (
                    row,
                    prices | {"input": prices["output"], "output": prices["input"]},
                )
            ),
            N_("The prices of input and output are exchanged."),
        ),
        Misconception(
            "no discount",
            _changed(lambda row, prices: (row | {"batch": False}, prices)),
            N_("batch_discount is not used: requests of a batch are cheaper."),
        ),
        Misconception(
            "discount for all",
            _changed(lambda row, prices: (row | {"batch": True}, prices)),
            N_("Every request gets the discount: only those with batch True do."),
        ),
        Misconception(
            "discount as the price",
            _changed(
                lambda row, prices: (row, prices | {"batch_discount": 1 - prices["batch_discount"]})
            ),
            N_("The discount is what is taken off, not what is left to pay."),
        ),
        off_by(
            1000,
            "a thousand tokens",
            N_("The prices are for a million tokens, not for a thousand."),
        ),
    ),
)
