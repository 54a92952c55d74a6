"""A given program with the published slip, and two more: how many requests fit at once."""

from collections.abc import Callable, Iterator
from math import floor

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

BYTES = 2  # of a weight, and of a number in the cache
GB = 1e9


def concurrent_requests(model: dict, context: int, chips: int, memory: float) -> int:
    """Whole requests of `context` tokens that fit beside the weights; memory of a chip in GB."""
    return _with()(model, context, chips, memory)


def _with(
    heads: str = "kv_heads", unit: float = GB, whole: Callable[[float], float] = floor
) -> Callable:
    """The program with some of its slips left in."""

    def wrong(model, context, chips, memory):
        size = model["hidden_size"] // model["heads"]
        token = physics.kv_bytes_per_token(model["layers"], model[heads], size, BYTES)
        weights = BYTES * model["params"] / unit
        return whole((chips * memory - weights) / (token * context / GB))

    return wrong


def _gib_throughout(model, context, chips, memory):
    size = model["hidden_size"] // model["heads"]
    token = physics.kv_bytes_per_token(model["layers"], model["kv_heads"], size, BYTES)
    free = chips * memory - BYTES * model["params"] / 2**30
    return floor(free / (token * context / 2**30))


def _machines(grouped: bool) -> Iterator[Case]:
    """Machines with room for some requests; now and then a slip of 7 % or a half one is decisive."""
    draw = seeded(f"04-kv-cache/concurrent_requests {grouped}")
    while True:
        heads = draw.choice((32, 48, 64))
        kv_heads = heads // draw.choice((4, 8)) if grouped else heads
        model = {
            "params": draw.randint(5, 120) * 10**9,
            "layers": draw.randint(24, 90),
            "hidden_size": 128 * heads,
            "heads": heads,
            "kv_heads": kv_heads,
        }
        chips, context = draw.choice((1, 2, 4, 8)), draw.choice((8_192, 32_768, 131_072))
        case = model, context, chips, draw.choice((24, 48, 80, 96))
        token = 4 * model["layers"] * kv_heads * 128
        left = chips * case[3] * GB - 2 * model["params"]
        room = left / (token * context)
        if 2 < room < 60 and 0.55 < room % 1 < 0.95 and left > 0.1 * model["params"]:
            yield case


SMALL = {"params": 10e9, "layers": 50, "hidden_size": 4096, "heads": 32, "kv_heads": 32}
SLIP = N_(
    "The published slip: query heads are counted, but only keys and values of the KV heads are kept."
)
UNIT = N_(
    "Two units are mixed: the weights are in GiB (2**30 bytes), the memory and the caches in GB (1e9)."
)
ROUND = N_("Rounded to the nearest: a request that fits only in part does not fit. Round down.")
MHA, GQA = (
    N_("models that keep a KV head for every query head"),
    N_("models that keep fewer KV heads"),
)

CONCURRENT_REQUESTS = Task(
    id="04-kv-cache/concurrent_requests",
    function=concurrent_requests,
    result=Result((number("requests"),)),
    examples=((SMALL, 32_768, 2, 40), (SMALL | {"kv_heads": 4}, 32_768, 2, 40)),
    parts=(
        Part(MHA, 0.4, first(8, _machines(False)), shown=((SMALL, 10_000, 1, 80),)),
        Part(
            GQA, 0.6, first(8, _machines(True)), shown=((SMALL | {"kv_heads": 8}, 30_000, 1, 80),)
        ),
    ),
    misconceptions=(
        Misconception("as it was", _with("heads", 2**30, round), SLIP),
        Misconception("query heads", _with("heads"), SLIP),
        Misconception("query heads, GiB", _with("heads", 2**30), SLIP),
        Misconception("query heads, rounded", _with("heads", whole=round), SLIP),
        Misconception("GiB and rounded", _with(unit=2**30, whole=round), UNIT),
        Misconception("GiB", _with(unit=2**30), UNIT),
        Misconception(
            "GiB throughout",
            _gib_throughout,
            N_(
                "Weights and caches are in GiB now, the memory is not: a GB is 1e9 bytes, so divide "
                "everything by 1e9."
            ),
        ),
        Misconception("rounded", _with(whole=round), ROUND),
        Misconception(
            "not rounded",
            _with(whole=lambda room: room),
            N_("Not a whole number: only whole requests count. Round down."),
        ),
    ),
)
