"""Matrix products in fp32: W times 1 to 128 columns in two forms, and the square GEMM for the peak.

For W of rows x columns and a batch of B columns: 2 * rows * columns * B FLOPs; bytes are W read once,
X read once and Y written once, 4 each number.
"""

from collections.abc import Sequence

import numpy as np

from anuman.machine.plan import BATCHES, Plan
from anuman.machine.record import SweepPoint
from anuman.machine.rounds import Point

BLOCK_ROWS = 16
MOST_BY_ROW = 8  # columns up to which blocks are also multiplied column by column
PEAK = ("peak", 0)


def touched(*shape: int) -> np.ndarray:
    """fp32 array of numbers between -1 and 1, every page written; its size is a multiple of 128."""
    array = np.empty(shape, np.float32)
    array.reshape(-1, 128)[...] = np.linspace(-1, 1, 128, dtype=np.float32)
    return array


def points(weights: np.ndarray) -> list[Point]:
    """Both sweeps over W = `weights` (rows x columns, fp32).

    The plain form is `W @ X`. From two columns on, BLAS first rearranges W for large products, which
    costs more than it saves while there are few columns. In blocks of 16 rows the products are small
    and BLAS libraries with kernels for small products leave W as it is. For the others every block
    is multiplied with one column after the other while it is in the cache ("by row"), which needs no
    rearranging at all.
    """
    rows, columns = weights.shape
    blocks = weights.reshape(-1, BLOCK_ROWS, columns).transpose(0, 2, 1)
    inputs = touched(BATCHES[-1], columns)
    results = touched(2, rows * BATCHES[-1])
    points = []
    for batch in BATCHES:
        x = inputs[:batch]
        y = results[0, : rows * batch].reshape(rows, batch)
        z = results[1, : rows * batch].reshape(-1, batch, BLOCK_ROWS)
        points.append(Point(("plain", batch), _product(weights, x.T, y)))
        points.append(Point(("blocked", batch), _product(x, blocks, z)))
        if 1 < batch <= MOST_BY_ROW:
            single = weights.reshape(-1, 1, BLOCK_ROWS, columns)
            z = results[1, : rows * batch].reshape(-1, batch, BLOCK_ROWS, 1)
            points.append(Point(("by row", batch), _product(single, x[:, :, None], z)))
    return points


def _product(a: np.ndarray, b: np.ndarray, out: np.ndarray):
    return lambda: np.matmul(a, b, out=out)


def peak_point(side: int) -> Point:
    """The product of two square matrices of `side`."""
    a, b, c = touched(3, side, side)
    return Point(PEAK, _product(a, b, c), warm=True)


def peak(timed: Sequence[Point], side: int) -> float:
    """FLOP/s of the square product."""
    return 2 * side**3 / next(point.best for point in timed if point.key == PEAK)


def sweep(timed: Sequence[Point], form: str, plan: Plan) -> tuple[SweepPoint, ...]:
    """The points of one form by batch: "plain", or "blocked" in the better way of taking the blocks."""
    ways = ("blocked", "by row") if form == "blocked" else (form,)
    best: dict[int, float] = {}
    for point in timed:
        if point.key[0] in ways:
            batch = point.key[1]
            best[batch] = min(point.best, best.get(batch, point.best))
    points = []
    for batch, seconds in best.items():
        flops = 2 * plan.rows * plan.columns * batch
        nbytes = 4 * (plan.rows * plan.columns + (plan.rows + plan.columns) * batch)
        points.append(SweepPoint(batch, seconds, flops / seconds, flops / nbytes))
    return tuple(points)
