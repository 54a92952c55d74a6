"""One measurement from end to end: plan, fill the buffers, time all points in turn, judge."""

import datetime
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from anuman.machine import gemm, host, rounds, staircase
from anuman.machine.plan import SMALLEST_BUFFER, Plan, make_plan
from anuman.machine.record import Machine
from anuman.machine.threads import blas_name, one_thread
from anuman.machine.trust import N_, find_warnings

PREPARING, MEASURING, DONE = N_("getting memory ready"), N_("measuring"), N_("done")
SHARE_OF_FREE = 4  # at most a quarter of the free memory is used
FILL_SHARE = 0.15  # of the time at most, and of the progress bar, for getting memory ready
CHUNK = SMALLEST_BUFFER  # filled between two looks at `cancelled`


def measure(
    seconds: float,
    progress: Callable[[float, str], object],
    cancelled: Callable[[], bool],
) -> Machine:
    """See anuman.machine.measure."""
    start = time.perf_counter()
    progress(0.0, PREPARING)
    memory_bytes, free_bytes = host.memory()
    cache_bytes = host.last_level_cache()
    with one_thread() as threads:
        limit, rate = free_bytes // SHARE_OF_FREE, _small_gemm_rate()
        buffer, plan = _allocate(limit, lambda most: make_plan(seconds, most, cache_bytes, rate))
        filled = _fill(
            buffer,
            time.perf_counter() + FILL_SHARE * seconds,
            lambda done: progress(FILL_SHARE * done, PREPARING),
            cancelled,
        )
        plan = plan.within(filled)
        buffer = buffer[: plan.buffer_bytes // 4]
        weights = buffer[: plan.rows * plan.columns].reshape(plan.rows, plan.columns)
        stairs, sweeps = staircase.points(buffer), gemm.points(weights)
        stairs.append(gemm.peak_point(plan.gemm_side))
        half = len(sweeps) // 2
        timed = [*stairs, *sweeps]
        count, cpu_share = rounds.run(
            [*stairs, *sweeps[:half], *stairs, *sweeps[half:]],  # the cheap ones twice a round
            start + seconds,
            lambda done: progress(FILL_SHARE + (1 - FILL_SHARE) * done, MEASURING),
            cancelled,
        )
    steps = staircase.steps(timed)
    machine = Machine(
        name=host.processor(),
        date=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        threads=threads,
        blas=blas_name(),
        numpy=np.__version__,
        memory_bytes=memory_bytes,
        cache_bytes=cache_bytes,
        staircase=steps,
        bandwidth=steps[-1].bandwidth,
        peak=gemm.peak(timed, plan.gemm_side),
        matrix=(plan.rows, plan.columns),
        sweep=gemm.sweep(timed, "plain", plan),
        blocked_sweep=gemm.sweep(timed, "blocked", plan),
        spread=spread(timed),
        cpu_share=cpu_share,
        rounds=count,
        seconds_taken=time.perf_counter() - start,
    )
    machine = replace(machine, warnings=find_warnings(machine, plan.short_of))
    progress(1.0, DONE)
    return machine


def spread(timed: list[rounds.Point]) -> float:
    """How far the minima of odd and even visits lie apart, relative: the upper quartile of all points.

    The worst point would tell of one burst only, the median hides what hits a few. After a single
    round only the points visited twice in it count.
    """
    repeated = (p for p in timed if p.key != staircase.CALL and len(p.seconds) > 1)
    apart = [point.disagreement for point in repeated]
    return statistics.quantiles(apart, n=4, method="inclusive")[2]


def _small_gemm_rate() -> float:
    """Rough FLOP/s of a GEMM: the best of a few small products; the first wakes the library."""
    side = 256
    point = gemm.peak_point(side)
    for _ in range(3):
        point.visit()
    return gemm.peak([point], side)


def _allocate(limit_bytes: int, plan_for: Callable[[int], Plan]) -> tuple[np.ndarray, Plan]:
    """The fp32 buffer and its plan, smaller where the system refuses what seemed to be free."""
    plan = plan_for(limit_bytes)
    while True:
        try:
            return np.empty(plan.buffer_bytes // 4, np.float32), plan
        except MemoryError:
            plan = plan_for(plan.total_bytes // 2)


def _fill(
    buffer: np.ndarray,
    deadline: float,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> int:
    """Write numbers to the buffer, so that no page is touched for the first time while timed.

    Stops at `deadline` (s of time.perf_counter), after one chunk at the earliest; gives the bytes done.
    """
    numbers = gemm.touched(CHUNK // 4)
    for begin in range(0, buffer.size, numbers.size):
        if cancelled():
            raise rounds.Cancelled("the measurement was stopped; nothing was saved")
        buffer[begin : begin + numbers.size] = numbers
        progress(begin / buffer.size)
        if time.perf_counter() > deadline:
            return 4 * (begin + numbers.size)
    return buffer.nbytes
