"""The decode step: the larger of two times."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_
from .made_up_chips import weighted_chips


def _steps(low: float, high: float) -> Iterator[Case]:
    """Steps whose batch is between low and high times the critical one."""
    draw = seeded(f"02-roofline/step_time {low}")
    for flops, bandwidth, size in weighted_chips(draw):
        batch = round(draw.uniform(low, high) * physics.critical_batch(flops, bandwidth, size))
        yield round(draw.uniform(0.5e9, 400e9)), batch, flops, bandwidth, size


MEMORY_BOUND = N_("memory-bound steps (batch below the ridge)")
COMPUTE_BOUND = N_("compute-bound steps (batch above the ridge)")

STEP_TIME = Task(
    id="02-roofline/step_time",
    function=lambda n, batch, flops, bandwidth, bytes_per_weight: (
        physics.decode_step(
            n=n, batch=batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=bytes_per_weight
        ).seconds
    ),
    result=Result((number("seconds"),)),
    examples=(
        (10e9, 1, 100e12, 1e12, 2),
        (10e9, 400, 100e12, 1e12, 2),
        (10e9, 70, 100e12, 1e12, 1),
    ),
    parts=(
        Part(
            MEMORY_BOUND,
            0.2,
            ((7e9, 1, 300e12, 1e12, 2), *first(6, _steps(0.1, 0.7))),
        ),
        Part(COMPUTE_BOUND, 0.2, first(6, _steps(1.5, 8))),
        Part(
            N_("steps exactly at the ridge"),
            0.1,
            (
                (3e9, 200, 800e12, 2e12, 1),
                (13e9, 320, 160e12, 1e12, 4),
                (1e9, 200, 1600e12, 2e12, 0.5),
            ),
            needs=(MEMORY_BOUND, COMPUTE_BOUND),
        ),
    ),
    drill=Drill(
        draw=lambda: _steps(0.1, 8),
        asks=N_(
            "A model has {n} weights of {bytes_per_weight} B. A chip computes {flops} FLOP/s and "
            "reads {bandwidth} bytes/s. {batch} users share a decode step. How long does it take?"
        ),
        worked=lambda n, batch, flops, bandwidth, bytes_per_weight: (
            f"max(2 · {n:g} · {batch:g} / {flops:g}, {bytes_per_weight:g} · {n:g} / {bandwidth:g})"
        ),
        unit="s",
    ),
    misconceptions=(
        Misconception(
            "sum instead of the larger",
            lambda n, batch, flops, bandwidth, bytes_per_weight: (
                2 * n * batch / flops + n * bytes_per_weight / bandwidth
            ),
            N_(
                "The two times are added: reading and computing overlap fully here, so the step "
                "takes the larger of the two."
            ),
        ),
        Misconception(
            "smaller instead of larger",
            lambda n, batch, flops, bandwidth, bytes_per_weight: min(
                2 * n * batch / flops, n * bytes_per_weight / bandwidth
            ),
            N_("The smaller of the two times: the step waits for the slower clock."),
        ),
        Misconception(
            "weights read for every user",
            lambda n, batch, flops, bandwidth, bytes_per_weight: max(
                2 * n * batch / flops, n * batch * bytes_per_weight / bandwidth
            ),
            N_(
                "The weights are read batch times: one reading serves all users of the step, "
                "so the memory time does not contain the batch."
            ),
        ),
        Misconception(
            "rates swapped",
            lambda n, batch, flops, bandwidth, bytes_per_weight: max(
                2 * n * batch / bandwidth, n * bytes_per_weight / flops
            ),
            N_(
                "The two rates are swapped: FLOPs are divided by FLOP/s (flops), bytes by byte/s "
                "(bandwidth)."
            ),
        ),
        Misconception(
            "one FLOP a weight",
            lambda n, batch, flops, bandwidth, bytes_per_weight: max(
                n * batch / flops, n * bytes_per_weight / bandwidth
            ),
            N_(
                "The compute time is half of what it should be: each weight costs 2 FLOPs a "
                "user, one multiplication and one addition."
            ),
        ),
        Misconception(
            "batch compared with the ridge",
            lambda n, batch, flops, bandwidth, bytes_per_weight: (
                n * bytes_per_weight / bandwidth
                if batch < flops / bandwidth
                else 2 * n * batch / flops
            ),
            N_(
                "The batch is compared with the ridge. The ridge is an intensity: compare "
                "2·batch/bytes_per_weight with it, or simply take the larger of the two times."
            ),
        ),
        Misconception(
            "memory time alone",
            lambda n, batch, flops, bandwidth, bytes_per_weight: n * bytes_per_weight / bandwidth,
            N_(
                "Only the memory time counts, whatever the batch: the compute time grows with the "
                "batch, and above the ridge it is the larger one."
            ),
        ),
        Misconception(
            "compute time alone",
            lambda n, batch, flops, bandwidth, bytes_per_weight: 2 * n * batch / flops,
            N_("Only the compute time counts: below the ridge reading the weights takes longer."),
        ),
    ),
)
