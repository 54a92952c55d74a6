"""The verdict: how many users does a promise allow, and what must a token cost then at the least?"""

import math
from collections.abc import Callable, Iterator

from anuman import physics

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

HOUR = 3600  # seconds
MILLION = 1e6
FEW = 1.3, 30  # users: few enough that a part of one is seen
LABELS = (label("label", ("impossible", "not possible", "no", "असंभव"), ("possible", "yes", "संभव")),)


def verdict(
    price: float, promise: float, usd_per_hour: float, n: float, kv_per_seq: float, flops: float,
    bandwidth: float, bytes_per_weight: float,
) -> tuple[str, int, float]:  # fmt: skip
    """Whether a million tokens can cost `price` dollars, how many users share a step, the cheapest price.

    As many whole users as the promised time a token (s) allows; the price is infinite if it allows none.
    """
    return _priced()(
        price, promise, usd_per_hour, n, kv_per_seq, flops, bandwidth, bytes_per_weight
    )


def _usd(users: float, seconds: float, usd_per_hour: float) -> float:
    """Dollars for a million tokens, of which `users` come every `seconds`."""
    return usd_per_hour / HOUR * seconds / users * MILLION if users else math.inf


def _priced(
    limit: Callable[..., float] = min,
    whole: Callable[[float], float] = math.floor,
    usd: Callable[[float, float, float, float], float] = lambda users, step, promise, hour: _usd(
        users, step, hour
    ),
    swapped: bool = False,
) -> Callable:
    """An answer with another limit, another rounding of the users or another price."""

    def wrong(price, promise, usd_per_hour, n, kv_per_seq, flops, bandwidth, bytes_per_weight):
        by_compute = flops * promise / (2 * n)
        by_memory = (bandwidth * promise - bytes_per_weight * n) / kv_per_seq
        users = max(0, whole(max(0.0, limit(by_compute, by_memory))))
        step = max(2 * n * users / flops, (bytes_per_weight * n + kv_per_seq * users) / bandwidth)
        cheapest = usd(users, step, promise, usd_per_hour)
        word = "possible" if (price < cheapest) == swapped else "impossible"
        return word, users, cheapest

    return wrong


def _one_user(price, promise, usd_per_hour, n, kv_per_seq, flops, bandwidth, bytes_per_weight):
    step = physics.decode_step(
        batch=1,
        n=n,
        kv_per_seq=kv_per_seq,
        flops=flops,
        bandwidth=bandwidth,
        bytes_per_weight=bytes_per_weight,
    ).seconds
    cheapest = _usd(1, step, usd_per_hour) if step <= promise else math.inf
    return ("impossible" if price < cheapest else "possible"), int(step <= promise), cheapest


def _machines() -> Iterator[Case]:
    """The memory and the arithmetic limit the users in turn; prices on both sides, well off."""
    draw = seeded("05-batching/verdict")
    at = 0
    while True:
        bandwidth, size = draw.uniform(1e12, 8e12), draw.choice((0.5, 1, 2))
        flops = draw.uniform(4, 300) * bandwidth
        n, kv = draw.randint(2, 70) * 10**9, draw.randint(100, 4000) * 10**6
        promise = round(draw.uniform(0.01, 0.1), 3)
        compute = flops * promise / (2 * n)
        memory = (bandwidth * promise - size * n) / kv
        low, high = sorted((compute, memory))
        if not (FEW[0] < low < FEW[1] and 0.3 < low % 1 < 0.8 and high > 1.4 * low):
            continue
        if (compute < memory) != bool(at % 2) or size * n < 0.15 * bandwidth * promise:
            continue
        rest = (promise, round(draw.uniform(2, 40), 2), n, kv, flops, bandwidth, size)
        cheapest = verdict(0, *rest)[2]
        yield round(cheapest * draw.choice((0.3, 0.8, 1.3, 4)), 3), *rest
        at += 1


MADE_UP = (36, 10e9, 2e9, 200e12, 1e12, 1)
CASES = (
    (100, 0.008, *MADE_UP),  # the weights alone take longer than promised
    (100, 0.011, *MADE_UP),  # there is no room for a whole user
    *first(12, _machines()),
)

SHOWN = ((50, 0.0315, *MADE_UP),)

VERDICT = Task(
    id="05-batching/verdict",
    function=verdict,
    result=Result((*LABELS, number("users"), number("cheapest", endless=True))),
    examples=(
        (50, 0.021, *MADE_UP),
        (30, 0.021, *MADE_UP),
        (50, 0.008, *MADE_UP),
    ),
    parts=(
        Part("users", 0.75, CASES, fields=("users",), shown=SHOWN),
        Part("cheapest", 0.75, CASES, fields=("cheapest",), shown=SHOWN),
        Part("label", 0.5, CASES, fields=("label",), needs=("cheapest",)),
    ),
    misconceptions=(
        Misconception(
            "parts of users",
            _priced(whole=lambda users: users),
            N_("There are no parts of users: round their number down, and reckon with whole ones."),
        ),
        Misconception(
            "rounded up",
            _priced(whole=math.ceil),
            N_("One user too many: with the number rounded up, the promise is broken. Round down."),
        ),
        Misconception(
            "rounded",
            _priced(whole=round),
            N_("Rounded to the nearest number of users: a user too many breaks the promise."),
        ),
        Misconception(
            "the promise for the step",
            _priced(usd=lambda users, step, promise, hour: _usd(users, promise, hour)),
            N_(
                "The promised time is taken for the time of a step: with whole users a step is a little "
                "shorter than promised, so more tokens come in an hour."
            ),
        ),
        Misconception(
            "memory alone",
            _priced(limit=lambda compute, memory: memory),
            N_(
                "Only the memory's clock limits the users: the arithmetic must keep the promise, too."
            ),
        ),
        Misconception(
            "arithmetic alone",
            _priced(limit=lambda compute, memory: compute),
            N_(
                "Only the arithmetic's clock limits the users: the memory must keep the promise, too."
            ),
        ),
        Misconception(
            "larger of the limits",
            _priced(limit=max),
            N_(
                "The larger of the two limits is taken: one slow clock breaks the promise, so the smaller counts."
            ),
        ),
        Misconception(
            "one user",
            _one_user,
            N_("That is the price with a single user: a larger batch shares the machine's hour."),
        ),
        Misconception(
            "one user's tokens",
            _priced(usd=lambda users, step, promise, hour: _usd(min(users, 1), step, hour)),
            N_(
                "The tokens of one user are counted: all users' tokens share the price of the hour."
            ),
        ),
        Misconception(
            "a thousand tokens",
            _priced(usd=lambda users, step, promise, hour: _usd(users, step, hour) / 1000),
            N_("1,000 times too small: the price is for a million tokens, not for a thousand."),
        ),
        Misconception(
            "one token",
            _priced(usd=lambda users, step, promise, hour: _usd(users, step, hour) / MILLION),
            N_("That is the price of one token: asked is a million of them."),
        ),
        Misconception(
            "an hour of one second",
            _priced(usd=lambda users, step, promise, hour: _usd(users, step, hour) * HOUR),
            N_("3,600 times too large: an hour has 3,600 seconds, in each of which tokens come."),
        ),
        Misconception(
            "label reversed",
            _priced(swapped=True),
            N_(
                "The labels are reversed: at the cheapest price and above it is possible, below it is not."
            ),
        ),
    ),
)
