"""A close bound for puzzles in which memory alone is scarce: what memory would cost at fair prices.

Everybody waits from the start, every step lasts equally long, and a request holds `size` of the memory
for `steps` steps, without interruption. Let each step t have a price u_t >= 0 for the whole memory, and
a price v_t >= 0 for the right to hold more than half of it, which at most one request can have.
A schedule's sum of finish times is then at least

    sum over requests of  min over its starts of [finish + what it pays]  -  sum of all prices,

because together the requests never hold more than there is, so what they pay is at most the sum of
all prices. (The Lagrangian bound of the time-indexed program; Dyer and Wolsey, 1990. The price of half
the memory is a dual feasible function.) So any prices prove a bound; good ones prove a close one.
"""

from collections.abc import Sequence

Prices = tuple[Sequence[float], Sequence[float]]  # u_t and v_t, for steps 0, 1, 2, ...


def mean_finish_bound(
    requests: Sequence[tuple[int, int]], kv_capacity: int, prices: Prices
) -> float:
    """Mean steps to the finish that no rule can get below, proved by these prices.

    requests: (tokens held, steps) of each; kv_capacity in tokens. Where the prices end they are 0.
    """
    import numpy as np

    shares, steps = _shares(requests, kv_capacity)
    table = np.zeros((2, max(map(len, prices)) + int(steps.max()) + 1))
    for row, given in zip(table, prices, strict=True):
        row[: len(given)] = given
    if (table < 0).any():
        raise ValueError("a price is negative: then it proves nothing")
    return float(_cheapest(shares, steps, table)[1] - table.sum()) / len(requests)


def _shares(requests: Sequence[tuple[int, int]], kv_capacity: int):
    """(share of the memory, whether it is more than half) of each request, and its steps."""
    import numpy as np

    held, steps = (np.array(column) for column in zip(*requests, strict=True))
    return np.stack([held / kv_capacity, 1.0 * (2 * held > kv_capacity)]), steps


def _cheapest(shares, steps, prices):
    """The start that costs each request least (finish plus what it pays), and the sum of these costs."""
    import numpy as np

    paid = np.concatenate([np.zeros((2, 1)), prices.cumsum(axis=1)], axis=1)
    starts, total = np.zeros(len(steps), dtype=int), 0.0
    for n in np.unique(steps):
        who = np.flatnonzero(steps == n)
        within = paid[:, n:] - paid[:, :-n]  # what all of the memory costs from each start on
        cost = shares[:, who].T @ within + np.arange(within.shape[1]) + n
        starts[who] = cost.argmin(axis=1)
        total += cost.min(axis=1).sum()
    return starts, total


def good_prices(
    requests: Sequence[tuple[int, int]], kv_capacity: int, reached: float, rounds: int = 500
) -> Prices:
    """Prices that prove a close bound, by subgradient steps towards a mean that some rule has reached.

    Polyak's step length; after twelve rounds without gain it is cut, and the best prices are taken up.
    """
    import numpy as np

    shares, steps = _shares(requests, kv_capacity)
    horizon = int(1.6 * (shares[0] * steps).sum() + steps.max() + 5)
    prices = np.zeros((2, horizon))
    best, best_prices, length, idle = -np.inf, prices, 1.0, 0
    for _round in range(rounds):
        starts, cost = _cheapest(shares, steps, prices)
        total = cost - prices.sum()
        idle += 1
        if total > best:
            best, best_prices, idle = total, prices.copy(), 0
        elif idle == 12:
            length, idle, prices = 0.7 * length, 0, best_prices.copy()
        missing = _held(shares, starts, steps, horizon) - 1
        missing[(prices <= 0) & (missing < 0)] = 0
        if not missing.any():
            break
        step = length * (reached * len(steps) - total) / (missing**2).sum()
        prices = np.maximum(0, prices + step * missing)
    return tuple(tuple(map(float, row)) for row in best_prices)


def _held(shares, starts, steps, horizon: int):
    """What the requests hold in each step, if each has the start that it likes best."""
    import numpy as np

    change = np.zeros((2, horizon + 1))
    for row, share in zip(change, shares, strict=True):
        np.add.at(row, starts, share)
        np.add.at(row, np.minimum(starts + steps, horizon), -share)
    return change.cumsum(axis=1)[:, :horizon]
