"""A given program with three slips: the hours of a chip that training or serving takes."""

from collections.abc import Callable, Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_
from .made_up_models import dense, mixtures

HOUR = 3600  # seconds


def chip_hours(
    n_active: float, n_total: float, tokens: float, mode: str, peak: float, share: float
) -> float:
    """Hours of one chip at a share of its peak (FLOP/s) that training or serving so many tokens takes."""
    cost = physics.training_flops if mode == "train" else physics.forward_flops
    return cost(n_active, tokens) / (peak * share) / HOUR


def _with(total: bool = False, serving: float = 2, second: float = HOUR) -> Callable:
    """The program with some of its slips left in."""

    def wrong(n_active, n_total, tokens, mode, peak, share):
        each = 6 if mode == "train" else serving
        return each * (n_total if total else n_active) * tokens / (peak * share) / second

    return wrong


def _swapped(n_active, n_total, tokens, mode, peak, share):
    other = "serve" if mode == "train" else "train"
    return chip_hours(n_active, n_total, tokens, other, peak, share)


def _shares_time(n_active, n_total, tokens, mode, peak, share):
    return chip_hours(n_active, n_total, tokens, mode, peak, share) * share**2


def _at_the_peak(n_active, n_total, tokens, mode, peak, share):
    return chip_hours(n_active, n_total, tokens, mode, peak, share) * share


def _runs(name: str, models: Callable, *modes: str) -> Iterator[Case]:
    draw = seeded(f"01-what-is-inference/chip_hours {name}")
    for active, total, tokens in models(draw):
        for mode in modes:
            peak, share = round(draw.uniform(1e14, 2e15)), round(draw.uniform(0.05, 0.6), 2)
            yield active, total, tokens, mode, peak, share


MINUTES = N_("60 times too large: a division by 60 makes minutes of seconds; asked are hours.")
TOTAL = N_(
    "The mixture of experts is counted with all its parameters: a token passes through the active "
    "ones only."
)
SERVING = N_("Serving is counted like training: without a way backward, 2 FLOPs are enough.")
LEARNING, ANSWERING = N_("training a dense model"), N_("serving a dense model")

CHIP_HOURS = Task(
    id="01-what-is-inference/chip_hours",
    function=chip_hours,
    result=Result((number("hours"),)),
    examples=(
        (10e9, 10e9, 1.8e12, "train", 1e15, 0.5),
        (10e9, 10e9, 1.8e12, "serve", 1e15, 0.5),
        (10e9, 40e9, 1.8e12, "serve", 1e15, 0.5),
    ),
    parts=(
        Part(LEARNING, 0.5, first(5, _runs("learning", dense, "train"))),
        Part(ANSWERING, 0.5, first(5, _runs("answering", dense, "serve"))),
        Part(N_("mixtures of experts"), 1, first(8, _runs("both", mixtures, "train", "serve"))),
    ),
    misconceptions=(
        Misconception("as it was", _with(total=True, serving=6, second=60), MINUTES),
        Misconception("minutes and all parameters", _with(total=True, second=60), MINUTES),
        Misconception("minutes, serving as training", _with(serving=6, second=60), MINUTES),
        Misconception("minutes", _with(second=60), MINUTES),
        Misconception("all parameters", _with(total=True), TOTAL),
        Misconception(
            "modes swapped",
            _swapped,
            N_("The modes are swapped: training costs 6 FLOPs a parameter and token, serving 2."),
        ),
        Misconception("serving as training", _with(serving=6), SERVING),
        Misconception("all parameters, serving as training", _with(total=True, serving=6), TOTAL),
        Misconception(
            "the share as a factor",
            _shares_time,
            N_(
                "Multiplied by the share: a chip that reaches less of its peak needs longer. Divide."
            ),
        ),
        Misconception(
            "at the peak",
            _at_the_peak,
            N_("share is not used: the chip reaches only this part of its peak."),
        ),
        Misconception(
            "seconds",
            _with(second=1),
            N_("3,600 times too large: these are seconds; asked are hours."),
        ),
    ),
)
