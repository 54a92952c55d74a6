"""When a measurement is not to be trusted fully, and why."""

from anuman.machine.record import Machine

N_ = str  # marks a text for translation; it is translated where it is shown

SPREAD_BOUND = 0.15  # relative; a quiet computer stays below 0.1
QUIET_SPREAD = 0.05
CPU_SHARE_BOUND = 0.9
FOUR_OVER_ONE_BOUND = 2.5  # in blocks of 16 rows; 1.1 to 2.2 on quiet computers
PLATEAU_BOUND = 1.25

WARNINGS = {
    "busy": N_("Something else is using this computer: close it and measure again."),
    "threads": N_(
        "The number of BLAS threads could not be held to one: expect the figures of several cores."
    ),
    "packing": N_(
        "Four columns take more than 2.5 times as long as one, even in blocks of 16 rows, and they do so "
        "in every round. If it stays so with everything else closed, it is this BLAS library, which "
        "rearranges the matrix before it multiplies."
    ),
    "cache": N_(
        "The largest buffers may still fit in a cache: the memory bandwidth shown may be too high."
    ),
    "memory": N_(
        "Little memory is free: larger buffers were skipped. Close other programs and measure again."
    ),
    "time": N_(
        "This computer was slow or the time short: smaller buffers or a single round were measured."
    ),
}


def find_warnings(machine: Machine, short_of: str | None) -> tuple[str, ...]:
    """Codes of WARNINGS that hold for `machine`, the gravest first; `short_of` as in Plan."""
    slow_four = _four_over_one(machine) > FOUR_OVER_ONE_BOUND
    holds = {
        "busy": machine.spread > SPREAD_BOUND
        or machine.cpu_share < CPU_SHARE_BOUND
        or (slow_four and machine.spread > QUIET_SPREAD),
        "threads": machine.threads != 1,
        "packing": slow_four and machine.spread <= QUIET_SPREAD,
        "cache": _may_be_cached(machine),
        "memory": short_of == "memory",
        "time": short_of == "time" or machine.rounds == 1,
    }
    return tuple(code for code in WARNINGS if holds[code])


def _four_over_one(machine: Machine) -> float:
    seconds = {point.batch: point.seconds for point in machine.blocked_sweep}
    return seconds[4] / seconds[1]


def _may_be_cached(machine: Machine) -> bool:
    matrix_bytes = 4 * machine.matrix[0] * machine.matrix[1]
    if machine.cache_bytes and matrix_bytes < 2 * machine.cache_bytes:
        return True
    speeds = {step.nbytes: step.bandwidth for step in machine.staircase}
    bound = PLATEAU_BOUND * machine.bandwidth
    return any(speeds.get(size, 0) > bound for size in (matrix_bytes, max(speeds) // 2))
