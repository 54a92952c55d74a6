"""One measurement from end to end: plan, fill the buffers, time all points in turn, judge."""

import datetime
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from anuman.machine import gemm, host, rounds, staircase
from anuman.machine.plan import MIB, Plan, make_plan
from anuman.machine.record import Machine
from anuman.machine.threads import blas_name, one_thread
from anuman.machine.verdict import N_, find_warnings

PREPARING, MEASURING, DONE = N_("getting memory ready"), N_("measuring"), N_("done")
FILL_FRACTION = 0.1  # of the progress bar
CHUNK = 4 * MIB  # filled between two looks at `cancelled`


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
        plan = make_plan(seconds, free_bytes, cache_bytes, _fill_rate(), _small_gemm_rate())
        buffer, plan = _allocate(plan, seconds, cache_bytes)
        _fill(buffer, progress, cancelled)
        weights = buffer[: plan.rows * plan.columns].reshape(plan.rows, plan.columns)
        timed = [
            *staircase.points(buffer),
            *gemm.points(weights),
            gemm.peak_point(plan.gemm_side),
        ]
        count, cpu_share = rounds.run(
            timed,
            start + seconds,
            lambda done: progress(FILL_FRACTION + (1 - FILL_FRACTION) * done, MEASURING),
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
    """Largest disagreement between even and odd rounds over all points; the call's cost left out."""
    return max(point.disagreement for point in timed if point.key != staircase.CALL)


def _fill_rate() -> float:
    """byte/s of touching fresh memory, first touch included."""
    fresh = np.empty(8 * MIB // 4, np.float32)
    start = time.perf_counter()
    fresh.fill(1)
    return fresh.nbytes / (time.perf_counter() - start)


def _small_gemm_rate() -> float:
    """Rough FLOP/s of a GEMM: the best of a few small products; the first wakes the library."""
    side = 256
    point = gemm.peak_point(side)
    for _ in range(3):
        point.visit()
    return gemm.peak([point], side)


def _allocate(plan: Plan, seconds: float, cache_bytes: int | None) -> tuple[np.ndarray, Plan]:
    """The fp32 buffer, smaller than planned where the system refuses it."""
    try:
        return np.empty(plan.buffer_bytes // 4, np.float32), plan
    except MemoryError:
        smaller = plan.total_bytes  # as if twice as much were free: a quarter of it is half the plan
        plan = make_plan(seconds, 2 * smaller, cache_bytes, _fill_rate(), _small_gemm_rate())
        return _allocate(plan, seconds, cache_bytes)


def _fill(
    buffer: np.ndarray,
    progress: Callable[[float, str], object],
    cancelled: Callable[[], bool],
) -> None:
    """Write numbers to the whole buffer, so that no page is touched for the first time while timed."""
    numbers = np.linspace(-1, 1, CHUNK // 4, dtype=np.float32)
    for begin in range(0, buffer.size, numbers.size):
        if cancelled():
            raise rounds.Cancelled("the measurement was stopped; nothing was saved")
        part = buffer[begin : begin + numbers.size]
        part[...] = numbers[: part.size]
        progress(FILL_FRACTION * begin / buffer.size, PREPARING)
