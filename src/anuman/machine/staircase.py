"""The staircase: the same read on buffers from cache to DRAM size.

The read is the BLAS dot product of a buffer's first half with its second half: every byte of the
buffer is read exactly once and these bytes alone are counted. The time of a dot product of one number,
which is the cost of the call, is taken off.
"""

from collections.abc import Sequence

import numpy as np

from anuman.machine.plan import MIB, SMALLEST_STEP
from anuman.machine.record import Step
from anuman.machine.rounds import Point

BYTES_A_VISIT = 32 * MIB  # so that a visit of a small buffer outlasts the clock's grain
CALL = ("call", 0)


def points(buffer: np.ndarray) -> list[Point]:
    """The cost of a call and one point a size, doubling up to the whole fp32 `buffer`."""
    one = buffer[:1]
    points = [Point(CALL, lambda: one.dot(one), calls=1000, warm=True)]
    nbytes = SMALLEST_STEP
    while nbytes <= buffer.nbytes:
        points.append(_point(buffer[: nbytes // 4], nbytes))
        nbytes *= 2
    return points


def _point(part: np.ndarray, nbytes: int) -> Point:
    first, second = np.split(part, 2)
    calls = max(1, BYTES_A_VISIT // nbytes)
    return Point(("read", nbytes), lambda: first.dot(second), calls, warm=True)


def steps(timed: Sequence[Point]) -> tuple[Step, ...]:
    """The bandwidth at every size, in byte/s."""
    call = next(point.best for point in timed if point.key == CALL)
    return tuple(
        Step(point.key[1], point.key[1] / _without(point.best, call))
        for point in timed
        if point.key[0] == "read"
    )


def _without(seconds: float, call: float) -> float:
    """`seconds` less the cost of a call, which noise must not let outgrow the read itself."""
    return max(seconds - call, seconds / 4)
