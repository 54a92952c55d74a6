"""How large a measurement fits this computer: free memory, cache and time decide."""

from dataclasses import dataclass, replace

KIB, MIB = 2**10, 2**20
SMALLEST_STEP = 64 * KIB
SMALLEST_BUFFER = 4 * MIB
LARGEST_BUFFER = 512 * MIB
COLUMNS = 2048  # columns of W
SMALLEST_MATRIX = 1 * MIB
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
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

    def within(self, nbytes: int) -> "Plan":
        """This plan on a buffer of which only the first `nbytes` bytes are ready in time."""
        buffer = self.buffer_bytes
        while buffer > nbytes:
            buffer //= 2
        if buffer == self.buffer_bytes:
            return self
        rows = min(self.rows, buffer // (4 * self.columns))
        return replace(self, buffer_bytes=buffer, rows=rows, short_of=self.short_of or "time")


def make_plan(
    seconds: float, limit_bytes: int, cache_bytes: int | None, flops_per_s: float
) -> Plan:
    """Largest plan whose arrays take at most `limit_bytes` and whose rounds fit `seconds`.

    cache_bytes: last-level cache, None where unknown; flops_per_s: rough FLOP/s of a GEMM.
    Raises MemoryError when not even the smallest plan fits the memory.
    """
    matrix = wanted_matrix(cache_bytes)
    buffer = min(max(256 * MIB, 2 * matrix), LARGEST_BUFFER)
    side = 1024
    short_of = None
    while matrix > SMALLEST_MATRIX and _round_s(matrix, flops_per_s) * ROUNDS_WANTED > seconds:
        matrix, short_of = matrix // 2, "time"
    while side > 256 and 2 * side**3 / flops_per_s > seconds / 40:
        side //= 2
    while True:
        plan = Plan(buffer, matrix // (4 * COLUMNS), COLUMNS, side, short_of)
        if plan.total_bytes <= limit_bytes:
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
                f"measuring needs {plan.total_bytes / 1e6:.0f} MB and may use "
                f"{limit_bytes / 1e6:.0f} MB, a quarter of the free memory; close other programs"
            )


def wanted_matrix(cache_bytes: int | None) -> int:
    """Bytes of W: at least four times the last-level cache, between 64 and 256 MiB."""
    size = 64 * MIB if cache_bytes else 128 * MIB
    while cache_bytes and size < min(4 * cache_bytes, 256 * MIB):
        size *= 2
    return size


def _round_s(matrix_bytes: int, flops_per_s: float) -> float:
    """Rough s of a round: both sweeps at half the GEMM's speed outweigh all other points."""
    return 2 * 2 * (matrix_bytes / 4) * sum(BATCHES) / (0.5 * flops_per_s)
