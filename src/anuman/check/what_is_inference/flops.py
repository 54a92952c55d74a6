"""Arithmetic of training and of serving: 6 and 2 FLOPs for each active parameter and token."""

from collections.abc import Callable

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Misconception, Part, Task, off_by
from ..words import N_
from .made_up_models import dense, mixtures

TOTAL = N_(
    "All parameters are counted: a token passes only through the active ones, n_active. What lies "
    "idle costs memory, not arithmetic."
)
TOKENS = N_("tokens is not used: this is the arithmetic of one token.")
BYTES = N_("n_active is not used: every active parameter takes part for every token.")


def _parts(name: str, by_hand: tuple) -> tuple[Part, ...]:
    return (
        Part(
            N_("dense models"),
            0.25,
            (by_hand, *first(5, dense(seeded(f"01-what-is-inference/{name} dense")))),
        ),
        Part(
            N_("mixtures of experts"),
            0.25,
            first(6, mixtures(seeded(f"01-what-is-inference/{name} mixtures"))),
        ),
    )


def _in_common(factor: float) -> tuple[Misconception, ...]:
    """Mistakes that look alike in both tasks; factor: the FLOPs of the right answer."""

    def wrong(function: Callable[[float, float, float], float]) -> Callable:
        return lambda n_active, n_total, tokens: function(n_active, n_total, tokens)

    return (
        Misconception("all parameters", wrong(lambda a, n, t: factor * n * t), TOTAL),
        Misconception("one token", wrong(lambda a, n, t: factor * a), TOKENS),
        Misconception("tokens alone", wrong(lambda a, n, t: factor * t), BYTES),
    )


TRAIN_FLOPS = Task(
    id="01-what-is-inference/train_flops",
    function=lambda n_active, n_total, tokens: physics.training_flops(n_active, tokens),
    result=Result((number("flops"),)),
    examples=((10e9, 10e9, 1e12), (10e9, 80e9, 1e12)),
    parts=_parts("train_flops", (7e9, 7e9, 2e12)),
    misconceptions=(
        off_by(
            1 / 3,
            "2 for training",
            N_(
                "A third of the right value: 2 FLOPs are the way forward only. Training also goes "
                "backward, which costs twice as much: 4 more."
            ),
        ),
        off_by(
            2 / 3,
            "backward only",
            N_(
                "Two thirds of the right value: the way backward alone costs 4; the way forward, 2, "
                "comes before it."
            ),
        ),
        Misconception(
            "all parameters backward",
            lambda n_active, n_total, tokens: (2 * n_active + 4 * n_total) * tokens,
            N_(
                "The way backward goes through all parameters here: it, too, passes only through "
                "the ones that the token met, n_active."
            ),
        ),
        off_by(
            1 / 2,
            "3 for training",
            N_(
                "Half of the right value: training costs 3 times the way forward, and that is 2 FLOPs "
                "a parameter, one multiplication and one addition."
            ),
        ),
        *_in_common(6),
    ),
)

SERVE_FLOPS = Task(
    id="01-what-is-inference/serve_flops",
    function=lambda n_active, n_total, tokens: physics.forward_flops(n_active, tokens),
    result=Result((number("flops"),)),
    examples=((10e9, 10e9, 500), (10e9, 80e9, 500)),
    parts=_parts("serve_flops", (7e9, 7e9, 1e12)),
    misconceptions=(
        off_by(
            3,
            "6 for serving",
            N_(
                "3 times too large: serving only goes forward. The way backward, which changes the "
                "weights, belongs to training."
            ),
        ),
        off_by(
            1 / 2,
            "one FLOP a parameter",
            N_(
                "Half of the right value: each parameter costs 2 FLOPs a token, one multiplication "
                "and one addition."
            ),
        ),
        *_in_common(2),
    ),
)
