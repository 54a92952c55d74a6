"""How large a measurement fits this computer: free memory, cache and time decide."""

from dataclasses import dataclass

KIB, MIB = 2**10, 2**20
SMALLEST_STEP = 64 * KIB
SMALLEST_BUFFER = 4 * MIB
COLUMNS = 2048  # columns of W
SMALLEST_MATRIX = 1 * MIB
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
SHARE_OF_FREE = 4  # at most a quarter of the free memory
FILL_SHARE = 0.15  # of the time, for the first touch of the buffer
ROUNDS_WANTED = 4


@dataclass(frozen=True)
class Plan:
    """Sizes of a measurement: `buffer_bytes` for the staircase, W of `rows` x `columns` in fp32
    within the same buffer, square GEMM of side `gemm_side`; `short_of` tells what kept it small:
    "memory", "time" or None."""

    buffer_bytes: int
    rows: int
    columns: int
    gemm_side: int
    short_of: str | None

    @property
    def matrix_bytes(self) -> int:
        """Bytes of W."""
        return 4 * self.rows * self.columns

    @property
    def total_bytes(self) -> int:
        """Bytes of all arrays together: buffer, X, two results, three square matrices."""
        widest = BATCHES[-1]
        sweep = 4 * widest * (self.columns + 2 * self.rows)
        return self.buffer_bytes + sweep + 3 * 4 * self.gemm_side**2


def make_plan(
    seconds: float, free_bytes: int, cache_bytes: int | None, fill: float, flops_per_s: float
) -> Plan:
    """Largest plan within a quarter of `free_bytes` and within `seconds`.

    fill: byte/s of first touching memory; flops_per_s: FLOP/s of a small GEMM, both roughly.
    Raises MemoryError when not even the smallest plan fits the memory.
    """
    matrix = _wanted_matrix(cache_bytes)
    buffer = max(256 * MIB, 2 * matrix)
    side = 1024
    short_of = None
    while buffer > SMALLEST_BUFFER and buffer / fill > FILL_SHARE * seconds:
        buffer, short_of = buffer // 2, "time"
    matrix = min(matrix, buffer)
    while matrix > SMALLEST_MATRIX and _round_s(matrix, flops_per_s) * ROUNDS_WANTED > seconds:
        matrix, short_of = matrix // 2, "time"
    while side > 256 and 2 * side**3 / flops_per_s > seconds / 40:
        side //= 2
    while True:
        plan = Plan(buffer, matrix // (4 * COLUMNS), COLUMNS, side, short_of)
        if plan.total_bytes <= free_bytes // SHARE_OF_FREE:
            return plan
        short_of = "memory"
        if buffer > max(matrix, SMALLEST_BUFFER):
            buffer //= 2
        elif matrix > SMALLEST_MATRIX:
            matrix //= 2
        elif side > 256:
            side //= 2
        else:
            raise MemoryError(
                f"measuring needs {plan.total_bytes * SHARE_OF_FREE / 1e6:.0f} MB of free memory, of "
                f"which it uses a quarter; {free_bytes / 1e6:.0f} MB are free. Close other programs."
            )


def _wanted_matrix(cache_bytes: int | None) -> int:
    """Bytes of W: at least four times the last-level cache, between 64 and 256 MiB."""
    size = 64 * MIB if cache_bytes else 128 * MIB
    while cache_bytes and size < min(4 * cache_bytes, 256 * MIB):
        size *= 2
    return size


def _round_s(matrix_bytes: int, flops_per_s: float) -> float:
    """Rough s of a round: both sweeps at half the GEMM's speed outweigh all other points."""
    return 2 * 2 * (matrix_bytes / 4) * sum(BATCHES) / (0.5 * flops_per_s)
