"""The verdict: at which batch does memory outside the chip stop being what is slow?"""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..flip import Flip
from ..task import Case, Misconception, Part, Task
from ..words import N_
from .made_up_chips import few_users

FLIP = Flip(
    "memory",
    "compute",
    ("bandwidth", "मेमोरी", "स्मृति", "बैंडविड्थ"),
    ("computing", "computation", "arithmetic", "flops", "गणना", "कंप्यूट"),
)


def verdict(
    batch: float, flops: float, bandwidth: float, bytes_per_weight: float, mfu: float, mbu: float
) -> tuple[str, float]:
    """What is slow at this batch ("memory" or "compute"), and the batch at which that flips."""
    return FLIP.at(batch, physics.critical_batch(flops, bandwidth, bytes_per_weight, mfu, mbu))


def _situations() -> Iterator[Case]:
    """Batches well off the flip; in every second one, efficiencies decide the label."""
    draw = seeded("02-roofline/verdict")
    between = False
    for flops, bandwidth, size in few_users(draw):
        mfu, mbu = round(draw.uniform(0.2, 0.8), 2), round(draw.uniform(0.3, 0.95), 2)
        flips_at = physics.critical_batch(flops, bandwidth, size, mfu, mbu)
        at_peak = physics.critical_batch(flops, bandwidth, size)
        if not (flips_at > 2.2 and 0.2 < flips_at % 1 < 0.8) or 0.7 < mfu / mbu < 1.4:
            continue
        factor = draw.choice((draw.uniform(0.1, 0.7), draw.uniform(1.5, 6)))
        batch = (flips_at * at_peak) ** 0.5 if between else factor * flips_at
        if not 0.8 < max(1, round(batch)) / flips_at < 1.25:
            yield max(1, round(batch)), flops, bandwidth, size, mfu, mbu
        between = not between


CASES = ((1, 400e12, 1e12, 2, 0.6, 0.8), *first(11, _situations()))

VERDICT = Task(
    id="02-roofline/verdict",
    function=verdict,
    result=FLIP.result,
    examples=((32, 100e12, 1e12, 1, 0.6, 0.75), (80, 100e12, 1e12, 1, 0.6, 0.75)),
    parts=(
        Part("flips_at", 0.75, CASES, fields=("flips_at",)),
        Part("label", 0.25, CASES, fields=("label",), needs=("flips_at",)),
    ),
    # In the wrong rules F: flops, W: bandwidth, w: bytes_per_weight.
    misconceptions=(
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * w / (2 * W),
            "efficiencies ignored",
            N_(
                "The shares are left out: the kernels reach only a part of flops and a part of "
                "bandwidth, and the ridge of what they reach decides."
            ),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * mbu * w / (2 * W * mfu),
            "efficiencies swapped",
            N_(
                "The shares are swapped: mfu is the share of the FLOP/s, mbu the share of "
                "the bandwidth."
            ),
        ),
        FLIP.reversed(
            N_(
                "The labels are reversed: below flips_at the step waits for the memory, above it "
                "for the arithmetic."
            )
        ),
        Misconception(
            "divisor without parentheses",
            lambda batch, flops, bandwidth, bytes_per_weight, mfu, mbu: (
                verdict(batch, flops, bandwidth, bytes_per_weight, mfu, mbu)[0],
                flops * mfu * bytes_per_weight / 2 * bandwidth * mbu,
            ),
            N_(
                "Without parentheses a / 2 * b divides by 2 alone and multiplies by b: put the whole "
                "divisor in parentheses."
            ),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * mfu * w / (2 * W),
            "mfu alone",
            N_("mbu is left out: the memory does not reach its peak either."),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * w / (2 * W * mbu),
            "mbu alone",
            N_("mfu is left out: the arithmetic does not reach its peak either."),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * mfu / (2 * W * mbu),
            "bytes of a weight left out",
            N_(
                "bytes_per_weight is not used: the fewer bytes a weight has, the smaller the batch at "
                "which the clocks agree."
            ),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * mfu * mbu * w / (2 * W),
            "both efficiencies multiplied",
            N_(
                "mbu belongs to the bandwidth, below the line: a slower memory moves the flip to "
                "a larger batch, not to a smaller one."
            ),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * mfu * w / (W * mbu),
            "one FLOP a weight",
            N_("flips_at is 2 times too large: each weight costs 2 FLOPs a user."),
        ),
        FLIP.slip(
            lambda F, W, w, mfu, mbu: F * mfu / (W * mbu),
            "ridge instead of batch",
            N_("flips_at is the ridge in FLOP per byte; asked is the batch with this intensity."),
        ),
    ),
)
