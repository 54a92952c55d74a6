"""The one product of the model, y = x Wᵀ, in the form that is fastest for its number of rows.

Weights are [out, in]: row-major, each row is one output's weights, read from end to end.
"""

import numpy as np

from anuman.lm.counting import count
from anuman.lm.quantization import Quantized

BLOCK_ROWS = 16
MOST_IN_BLOCKS = 32  # rows of x from which on BLAS's own rearranging of W pays


def matmul(x: np.ndarray, w: "np.ndarray | Quantized") -> np.ndarray:
    """x [n, in] times w [out, in] transposed: [n, out], fp32.

    One row is a matrix-vector product. For a few rows BLAS would first rearrange the whole of W,
    which costs more than the product; in blocks of 16 rows of W it does not. For many it pays.
    """
    n, out = len(x), w.shape[0]
    count(2 * n * w.shape[0] * w.shape[1], weight_bytes=w.nbytes)
    if isinstance(w, Quantized):
        return _quantized(x, w)
    if n == 1:
        return (w @ x[0])[None]
    if n < MOST_IN_BLOCKS and out % BLOCK_ROWS == 0:
        blocks = w.reshape(-1, BLOCK_ROWS, w.shape[1]).transpose(0, 2, 1)  # [blocks, in, 16]
        return np.matmul(x, blocks).transpose(1, 0, 2).reshape(n, out)
    return x @ w.T


def _quantized(x: np.ndarray, w: "Quantized") -> np.ndarray:
    """The same with a quantized w, made fp32 a few rows at a time, so that they stay in the cache."""
    y = np.empty((len(x), w.shape[0]), np.float32)
    for start in range(0, w.shape[0], Quantized.ROWS):
        rows = slice(start, start + Quantized.ROWS)
        y[:, rows] = x @ w.dequantized(rows).T
    return y
