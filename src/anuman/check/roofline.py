"""The tasks of assignment 02-roofline: references, cases, misconceptions.

References call anuman.physics. Cases are plain numbers: a few fixed ones and seeded random ones.
Batches at which something flips are drawn above 150, so that rounding to a whole number stays
within the tolerance.
"""

import random

from anuman.physics import critical_batch, decode_step, intensity, ridge

from .result import Result, label, number
from .task import Case, Misconception, Part, Task
from .words import _

SEED = 2003
WEIGHT_SIZES = (0.5, 1, 2, 4)  # bytes a weight: 4, 8, 16 and 32 bits
BITS_FOR_BYTES = _(
    "Exactly the answer for bits: bytes_per_weight is already in bytes, so there is no 8 to put in."
)


def _random(task: str) -> random.Random:
    return random.Random(f"{SEED} {task}")


def _chip(draw: random.Random) -> tuple[float, float]:
    """FLOP/s and byte/s of a chip that never was, with a ridge between 160 and 900."""
    bandwidth = draw.uniform(0.2e12, 8e12)
    return draw.uniform(160, 900) * bandwidth, bandwidth


def _chips(task: str, count: int) -> tuple[Case, ...]:
    draw = _random(task)
    return tuple(_chip(draw) for _index in range(count))


RIDGE = Task(
    id="02-roofline/ridge",
    function=lambda flops, bandwidth: ridge(flops, bandwidth),
    result=Result((number("ridge"),)),
    examples=((100e12, 1e12),),
    parts=(Part(_("all cases"), 1, ((400e12, 2e12), (10**15, 4 * 10**12), *_chips("ridge", 6))),),
    misconceptions=(
        Misconception(
            "inverted",
            lambda flops, bandwidth: bandwidth / flops,
            _("Upside down: the ridge is FLOP per byte, so the FLOP/s stand on top."),
        ),
        Misconception(
            "weight size mixed in",
            lambda flops, bandwidth: flops / bandwidth / 2,
            _(
                "Half of the ridge: the 2 belongs to the critical batch. The ridge describes the "
                "chip alone, without any weights."
            ),
        ),
        Misconception(
            "two FLOPs counted",
            lambda flops, bandwidth: 2 * flops / bandwidth,
            _(
                "Twice the ridge: the 2 FLOPs of a weight belong to the intensity. The ridge "
                "describes the chip alone."
            ),
        ),
        Misconception(
            "product",
            lambda flops, bandwidth: flops * bandwidth,
            _("The product of both rates: FLOP/s times byte/s is no FLOP per byte. Divide."),
        ),
        Misconception(
            "bits",
            lambda flops, bandwidth: flops / (8 * bandwidth),
            _("The ridge per bit: bandwidth is already in bytes a second, so there is no 8."),
        ),
    ),
)
