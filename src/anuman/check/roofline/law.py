"""The chip's and the model's numbers: ridge, intensity, critical batch."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, off_by
from ..words import N_
from .made_up_chips import WEIGHT_SIZES, chips, few_users

RIDGE = Task(
    id="02-roofline/ridge",
    function=lambda flops, bandwidth: physics.ridge(flops, bandwidth),
    result=Result((number("ridge"),)),
    examples=((100e12, 1e12),),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            (
                (400e12, 2e12),
                (8 * 10**14, 4 * 10**12),
                *first(6, chips(seeded("02-roofline/ridge"))),
            ),
        ),
    ),
    misconceptions=(
        Misconception(
            "inverted",
            lambda flops, bandwidth: bandwidth / flops,
            N_("Upside down: the ridge is in FLOP per byte, so the FLOP/s stand on top."),
        ),
        off_by(
            1 / 2,
            "divided by the bytes of a weight",
            N_(
                "Half of the ridge: no 2 belongs here, neither for 2 FLOPs nor for 2 bytes per "
                "weight. The ridge describes the chip alone, without any weights."
            ),
        ),
        off_by(
            2,
            "multiplied by the FLOPs of a weight",
            N_(
                "Twice the ridge: the 2 FLOPs (or 2 bytes) of a weight belong to the intensity. "
                "The ridge describes the chip alone, without any weights."
            ),
        ),
        Misconception(
            "product",
            lambda flops, bandwidth: flops * bandwidth,
            N_("The two rates are multiplied; FLOP per byte is one divided by the other."),
        ),
        off_by(
            1 / 8,
            "bits",
            N_("8 times too small: the bandwidth is in bytes a second already, not in bits."),
        ),
    ),
)


def _batches() -> Iterator[Case]:
    draw = seeded("02-roofline/intensity")
    while True:
        yield draw.randint(2, 2000), draw.choice(WEIGHT_SIZES)


INTENSITY = Task(
    id="02-roofline/intensity",
    function=lambda batch, bytes_per_weight: physics.intensity(batch, bytes_per_weight),
    result=Result((number("intensity"),)),
    examples=((1, 2), (100, 1)),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            ((1, 1), (1, 4), (3, 4), (8, 0.5), (64, 2), *first(6, _batches())),
        ),
    ),
    misconceptions=(
        off_by(
            1 / 8,
            "bits for bytes",
            N_("8 times too small: bytes_per_weight is in bytes already, not to be made bits."),
        ),
        off_by(
            8,
            "bytes taken for bits",
            N_("8 times too large: bytes_per_weight is in bytes already, not in bits."),
        ),
        off_by(
            1 / 2,
            "one FLOP a weight",
            N_(
                "Half of the intensity: each weight costs 2 FLOPs a user, one multiplication "
                "and one addition."
            ),
        ),
        Misconception(
            "weights read for every user",
            lambda batch, bytes_per_weight: 2 / bytes_per_weight,
            N_(
                "The value does not grow with the batch: the weights are read once for all "
                "users of the step, so each byte serves batch times."
            ),
        ),
        Misconception(
            "inverted",
            lambda batch, bytes_per_weight: bytes_per_weight / (2 * batch),
            N_("Upside down: that is bytes per FLOP; the intensity is FLOP per byte."),
        ),
        Misconception(
            "whole division",
            lambda batch, bytes_per_weight: 2 * batch // bytes_per_weight,
            N_("Cut off: // drops what follows the decimal point; divide with /."),
        ),
        Misconception(
            "bytes of a weight left out",
            lambda batch, bytes_per_weight: 2 * batch,
            N_("bytes_per_weight is not used: these are FLOPs a weight, not FLOPs a byte."),
        ),
        Misconception(
            "times the bytes",
            lambda batch, bytes_per_weight: 2 * batch * bytes_per_weight,
            N_("Multiplied by the bytes of a weight; FLOP per byte is divided by them."),
        ),
    ),
)


CRITICAL_BATCH = Task(
    id="02-roofline/critical_batch",
    function=lambda flops, bandwidth, bytes_per_weight: physics.critical_batch(
        flops, bandwidth, bytes_per_weight
    ),
    result=Result((number("critical_batch"),)),
    examples=((100e12, 1e12, 2), (400e12, 1e12, 1)),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            (
                (45e12, 2e12, 2),
                (100e12, 0.8e12, 0.5),
                *first(9, few_users(seeded("02-roofline/critical_batch"))),
            ),
        ),
    ),
    misconceptions=(
        Misconception(
            "divisor without parentheses",
            lambda flops, bandwidth, bytes_per_weight: flops * bytes_per_weight / 2 * bandwidth,
            N_(
                "Without parentheses a / 2 * b divides by 2 alone and multiplies by b: put the whole "
                "divisor in parentheses."
            ),
        ),
        off_by(
            2,
            "sparse FLOP/s",
            N_(
                "Exactly 2 times too large. Two mistakes look like this: the sparse FLOP/s (twice "
                "the dense ones, which flops already is), or 1 FLOP a weight instead of 2."
            ),
        ),
        off_by(
            1 / 2,
            "dense FLOP/s halved",
            N_(
                "Exactly half: flops is the dense peak already, so it is not to be halved; each "
                "weight costs 2 FLOPs, not 4."
            ),
        ),
        Misconception(
            "bytes of a weight left out",
            lambda flops, bandwidth, bytes_per_weight: flops / (2 * bandwidth),
            N_(
                "bytes_per_weight is not used: the fewer bytes a weight has, the sooner it has "
                "been read, and the smaller the batch at which the clocks agree."
            ),
        ),
        Misconception(
            "ridge",
            lambda flops, bandwidth, bytes_per_weight: flops / bandwidth,
            N_(
                "That is the ridge, in FLOP per byte. Which batch has this intensity depends on "
                "the bytes of a weight."
            ),
        ),
        Misconception(
            "weight size upside down",
            lambda flops, bandwidth, bytes_per_weight: 2 * flops / bandwidth / bytes_per_weight,
            N_(
                "The 2 and the bytes of a weight have changed places: set the intensity, "
                "2·batch/bytes_per_weight, equal to the ridge and solve for the batch."
            ),
        ),
        off_by(
            4,
            "multiplied by 2",
            N_("4 times too large: the 2 FLOPs of a weight divide, they do not multiply."),
        ),
        off_by(
            8,
            "bits for bytes",
            N_("8 times too large: bytes_per_weight is in bytes already, not to be made bits."),
        ),
        Misconception(
            "upside down in one step",
            lambda flops, bandwidth, bytes_per_weight: flops / (2 * bandwidth * bytes_per_weight),
            N_(
                "Divided by the bytes of a weight: the more bytes a weight has, the longer it is read, "
                "and the larger the batch at which the clocks agree."
            ),
        ),
        Misconception(
            "rates swapped",
            lambda flops, bandwidth, bytes_per_weight: bandwidth * bytes_per_weight / flops / 2,
            N_("The two rates are swapped: the ridge is FLOP/s divided by byte/s."),
        ),
    ),
)
