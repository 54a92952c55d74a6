"""Several chips: they add up their bandwidth, or take turns; and every hop takes time."""

from collections.abc import Callable, Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

MOST = 512  # chips


def least_chips(
    promise: float, split: str, weight_bytes: float, memory: float, bandwidth: float, layers: int,
    hop: float,
) -> int:  # fmt: skip
    """The fewest chips (1, 2, 4, ... 512) that hold the weights and write a token within `promise` s; 0: none.

    split "tensor" or "pipeline", see physics.several_chips.
    """
    return _least(promise, split, weight_bytes, memory, bandwidth, layers, hop)


def _time(split, weight_bytes, chips, bandwidth, layers, hop) -> float:
    return physics.token_time(split, chips, weight_bytes, bandwidth, layers, hop)


def _least(
    promise, split, weight_bytes, memory, bandwidth, layers, hop,
    time: Callable = _time, holds: bool = True,
) -> int:  # fmt: skip
    chips = 1
    while chips <= MOST:
        fits = chips * memory >= weight_bytes or not holds
        if fits and time(split, weight_bytes, chips, bandwidth, layers, hop) <= promise:
            return chips
        chips *= 2
    return 0


def _timed(time: Callable, holds: bool = True) -> Callable:
    """The search with another time of a token, or without asking whether the weights fit."""

    def wrong(promise, split, weight_bytes, memory, bandwidth, layers, hop):
        return _least(promise, split, weight_bytes, memory, bandwidth, layers, hop, time, holds)

    return wrong


def _no_hops(split, weight_bytes, chips, bandwidth, layers, hop):
    return _time(split, weight_bytes, chips, bandwidth, layers, 0.0)


def _always_added(split, weight_bytes, chips, bandwidth, layers, hop):
    """A pipeline's chips, too, add up their bandwidth."""
    hops = chips - 1 if split == "pipeline" else 2 * layers * (chips > 1)
    return weight_bytes / (chips * bandwidth) + hops * hop


def _never_added(split, weight_bytes, chips, bandwidth, layers, hop):
    hops = chips - 1 if split == "pipeline" else 2 * layers * (chips > 1)
    return weight_bytes / bandwidth + hops * hop


def _swapped(split, weight_bytes, chips, bandwidth, layers, hop):
    other = "pipeline" if split == "tensor" else "tensor"
    return _time(other, weight_bytes, chips, bandwidth, layers, hop)


def _one_hop_a_layer(split, weight_bytes, chips, bandwidth, layers, hop):
    if split == "pipeline":
        return _time(split, weight_bytes, chips, bandwidth, layers, hop)
    return weight_bytes / (chips * bandwidth) + layers * (chips > 1) * hop


def _holding_only(promise, split, weight_bytes, memory, bandwidth, layers, hop):
    chips = next((n for n in (2**k for k in range(10)) if n * memory >= weight_bytes), 0)
    fast = chips and _time(split, weight_bytes, chips, bandwidth, layers, hop) <= promise
    return chips if fast else 0


def _every_number(promise, split, weight_bytes, memory, bandwidth, layers, hop):
    for chips in range(1, MOST + 1):
        quick = _time(split, weight_bytes, chips, bandwidth, layers, hop) <= promise
        if quick and chips * memory >= weight_bytes:
            return chips
    return 0


def _machines(split: str) -> Iterator[Case]:
    """Promises near what some number of chips can keep; in a few cases nobody can."""
    draw = seeded(f"03-prefill-decode/least_chips {split}")
    while True:
        bandwidth, layers = draw.uniform(1e12, 8e12), draw.randint(24, 90)
        weights = draw.uniform(10e9, 300e9)
        memory = weights / draw.uniform(0.7, 12)
        hop = draw.choice((1e-6, 3e-6, 10e-6))
        aimed = draw.choice((1, 2, 4, 8, 16, 32))
        if split == "pipeline":
            bandwidth *= 10
            aimed, hop = 1, draw.choice((20e-6, 50e-6))
        promise = _time(split, weights, aimed, bandwidth, layers, hop) * draw.uniform(0.85, 1.3)
        yield (
            float(f"{promise:.3g}"), split, round(weights), round(memory),
            float(f"{bandwidth:.3g}"), layers, hop,
        )  # fmt: skip


TENSOR, PIPELINE = (
    N_("tensor parallel: the chips work at the same time"),
    N_("pipeline: the chips take turns"),
)
MADE_UP = (100e9, 30e9, 2e12, 50, 10e-6)

LEAST_CHIPS = Task(
    id="03-prefill-decode/least_chips",
    function=least_chips,
    result=Result((number("chips"),)),
    examples=(
        (0.01, "tensor", *MADE_UP),
        (0.06, "pipeline", *MADE_UP),
        (0.01, "pipeline", *MADE_UP),
    ),
    parts=(
        Part(
            TENSOR,
            1,
            ((0.0041, "tensor", *MADE_UP), *first(14, _machines("tensor"))),
            shown=((0.02, "tensor", *MADE_UP), (0.005, "tensor", *MADE_UP)),
        ),
        Part(
            PIPELINE,
            1,
            ((0.0501, "pipeline", *MADE_UP), *first(14, _machines("pipeline"))),
            shown=((0.05, "pipeline", *MADE_UP),),
        ),
    ),
    misconceptions=(
        Misconception(
            "splits swapped",
            _timed(_swapped),
            N_(
                "The two splits are swapped: tensor parallel chips read their parts of the weights at the "
                "same time, the chips of a pipeline one after the other."
            ),
        ),
        Misconception(
            "a pipeline adds up",
            _timed(_always_added),
            N_(
                "The chips of a pipeline do not add up their bandwidth for one user: while one of them "
                "reads its part, the token has not reached the others."
            ),
        ),
        Misconception(
            "never added up",
            _timed(_never_added),
            N_(
                "Tensor parallel chips read at the same time: each reads only its part of the weights, "
                "so the time of reading falls with the number of chips."
            ),
        ),
        Misconception(
            "no hops",
            _timed(_no_hops),
            N_("The hops are left out: each passing from chip to chip takes `hop` seconds."),
        ),
        Misconception(
            "one exchange a layer",
            _timed(_one_hop_a_layer),
            N_("Tensor parallel chips exchange twice in each layer, not once: 2 · layers hops."),
        ),
        Misconception(
            "weights that do not fit",
            _timed(_time, holds=False),
            N_(
                "The memory is not asked: the chips must hold the weights together before they can be quick."
            ),
        ),
        Misconception(
            "every number of chips",
            _every_number,
            N_("Only 1, 2, 4, 8 … chips may be taken: your answer tries the numbers between, too."),
        ),
        Misconception(
            "as many as hold the weights",
            _holding_only,
            N_(
                "Only as many chips as hold the weights are tried: more of them may be quicker, where "
                "they add up their bandwidth."
            ),
        ),
    ),
)
