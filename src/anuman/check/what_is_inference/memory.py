"""Bytes that a model's parameters need while it learns and while it serves."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, off_by
from ..words import N_


def memory_bytes(
    n: float, mode: str, weight: float, grad: float, master: float, moments: float
) -> float:
    """Bytes of n parameters: everything in "train", the weights alone in "serve"."""
    if mode == "serve":
        return physics.weight_bytes(n, weight)
    return physics.training_state_bytes(n, weight, grad, master, moments)


def _recipes(mode: str) -> Iterator[Case]:
    draw = seeded(f"01-what-is-inference/memory_bytes {mode}")
    while True:
        n = round(10 ** draw.uniform(6, 12))
        weight, grad = draw.choice((1, 2, 4)), draw.choice((1, 2, 4))
        master, moments = draw.choice((0, 2, 4)), draw.choice((2, 4, 8))
        if weight != moments:  # so that one is not taken for the other by chance
            yield n, mode, weight, grad, master, moments


TRAINING, SERVING = N_("training"), N_("serving")

MEMORY_BYTES = Task(
    id="01-what-is-inference/memory_bytes",
    function=memory_bytes,
    result=Result((number("bytes"),)),
    examples=((10e9, "train", 2, 2, 4, 8), (10e9, "serve", 2, 2, 4, 8)),
    parts=(
        Part(TRAINING, 0.5, ((7e9, "train", 2, 2, 4, 8), *first(7, _recipes("train")))),
        Part(SERVING, 0.5, ((7e9, "serve", 2, 2, 4, 8), *first(7, _recipes("serve")))),
    ),
    misconceptions=(
        Misconception(
            "no optimizer state",
            lambda n, mode, weight, grad, master, moments: (
                n * weight if mode == "serve" else n * (weight + grad)
            ),
            N_(
                "Training without its optimizer: it also keeps the master copy of the weights and "
                "two running means of the gradients (master and moments)."
            ),
        ),
        Misconception(
            "moments left out",
            lambda n, mode, weight, grad, master, moments: (
                n * weight if mode == "serve" else n * (weight + grad + master)
            ),
            N_("Training without moments: the optimizer keeps two running means of each gradient."),
        ),
        Misconception(
            "master copy left out",
            lambda n, mode, weight, grad, master, moments: (
                n * weight if mode == "serve" else n * (weight + grad + moments)
            ),
            N_(
                "Training without the master copy: small steps would be lost in short weights, so "
                "a longer copy is kept beside them."
            ),
        ),
        Misconception(
            "weight left out",
            lambda n, mode, weight, grad, master, moments: (
                n * weight if mode == "serve" else n * (grad + master + moments)
            ),
            N_("Training without the weight itself: the master copy is kept beside it."),
        ),
        Misconception(
            "moments counted twice",
            lambda n, mode, weight, grad, master, moments: (
                n * weight if mode == "serve" else n * (weight + grad + master + 2 * moments)
            ),
            N_("moments is counted twice: it holds the bytes of both running means already."),
        ),
        Misconception(
            "gradients kept in serving",
            lambda n, mode, weight, grad, master, moments: (
                n * (weight + grad) if mode == "serve" else n * (weight + grad + master + moments)
            ),
            N_(
                "Serving keeps the gradients: without a way backward there are none. The weights "
                "alone are needed."
            ),
        ),
        Misconception(
            "master copy kept in serving",
            lambda n, mode, weight, grad, master, moments: (
                n * (weight + master) if mode == "serve" else n * (weight + grad + master + moments)
            ),
            N_(
                "Serving keeps the master copy: it is needed to change the weights, and serving does "
                "not change them."
            ),
        ),
        Misconception(
            "all but the weight in serving",
            lambda n, mode, weight, grad, master, moments: (
                n * (grad + master + moments + (weight if mode == "train" else 0))
            ),
            N_("Serving keeps the weight and nothing else; here it keeps all but the weight."),
        ),
        Misconception(
            "the same in both",
            lambda n, mode, weight, grad, master, moments: n * (weight + grad + master + moments),
            N_("mode is not used: serving needs the weights alone, without what training adds."),
        ),
        Misconception(
            "weights alone in both",
            lambda n, mode, weight, grad, master, moments: n * weight,
            N_("Training comes out as small as serving: it keeps all four, not the weights alone."),
        ),
        Misconception(
            "modes swapped",
            lambda n, mode, weight, grad, master, moments: (
                n * weight if mode == "train" else n * (weight + grad + master + moments)
            ),
            N_("The modes are swapped: training needs the most, serving only the weights."),
        ),
        off_by(
            8,
            "bits for bytes",
            N_("8 times too large: all sizes are in bytes already, not to be made bits."),
        ),
    ),
)
