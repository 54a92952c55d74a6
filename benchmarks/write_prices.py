"""Look for good prices of the puzzle's queues (some seconds each) and store them with the puzzle."""

import json

import needed  # noqa: F401

# isort: split

from anuman.check.batching.admit import admit
from anuman.check.batching.queues import FILE, KV_CAPACITY, SETS, drawn, held
from anuman.check.puzzle import Queue, mean_steps
from anuman.serving.priced import good_prices


def main() -> None:
    """Write prices.json."""
    prices = {}
    for name in SETS:
        prices[name] = []
        for requests in drawn(name):
            reached = mean_steps(admit, Queue(requests, KV_CAPACITY, 0.0))
            rows = good_prices(held(requests), KV_CAPACITY, reached)
            prices[name].append([short(row) for row in rows])
    FILE.write_text(json.dumps(prices, separators=(",", ":")) + "\n", encoding="utf-8")


def short(prices: tuple[float, ...]) -> list[float]:
    """To one decimal, without the zeros at the end: they prove hardly less."""
    row = [round(price, 1) for price in prices]
    while row and row[-1] == 0:
        row.pop()
    return row


if __name__ == "__main__":
    main()
