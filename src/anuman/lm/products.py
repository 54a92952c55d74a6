"""The one product of the model, y = x Wᵀ, in the form that is fastest for its number of rows.

Weights are [out, in]: row-major, each row is one output's weights, read from end to end. One row of x
is a matrix-vector product, which reads W at the memory's full speed. From two rows on BLAS first
rearranges the whole of W for large products, which takes longer than the product of a few rows. So
W is taken in blocks of 32 rows: BLAS libraries with AVX-512 have a direct product for such a small
block; for others each block is multiplied with one row of x after the other while it is in the cache.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import numpy as np

from anuman.lm.counting import count
from anuman.lm.quantization import Quantized

BLOCK = 32  # rows of W
DIRECT = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # OpenBLAS kernels with small products
MOST_DIRECT, MOST_BY_ROW = 31, 7  # rows of x; for more the rearranging pays

_plain: ContextVar[bool] = ContextVar("plain", default=False)


@contextmanager
def plain() -> Iterator[None]:
    """Within this context several rows are multiplied by one `x @ w.T`, so that its step can be seen."""
    token = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(token)


@lru_cache(maxsize=1)
def has_direct_products() -> bool:
    """Whether NumPy's BLAS multiplies small matrices without rearranging them."""
    from threadpoolctl import threadpool_info

    return any(library.get("architecture") in DIRECT for library in threadpool_info())


def matmul(x: np.ndarray, w: np.ndarray | Quantized) -> np.ndarray:
    """x [n, in] times w [out, in] transposed: [n, out], fp32."""
    count(2 * len(x) * w.shape[0] * w.shape[1], weight_bytes=w.nbytes)
    if isinstance(w, Quantized):
        return _quantized(x, w)
    if len(x) == 1:
        return (w @ x[0])[None]
    direct = has_direct_products()
    most = 1 if _plain.get() else MOST_DIRECT if direct else MOST_BY_ROW
    if w.shape[0] % BLOCK or len(x) > most:
        return x @ w.T
    return direct_products(x, w) if direct else row_by_row(x, w)


def direct_products(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """x Wᵀ, a small matrix product a block of W."""
    blocks = w.reshape(-1, BLOCK, w.shape[1])
    y = np.matmul(x, blocks.transpose(0, 2, 1))  # [blocks, n, BLOCK]
    return y.transpose(1, 0, 2).reshape(len(x), -1)


def row_by_row(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """x Wᵀ, for each block of W a matrix-vector product a row of x."""
    blocks = w.reshape(-1, 1, BLOCK, w.shape[1])
    y = np.matmul(blocks, x[:, :, None])  # [blocks, n, BLOCK, 1]
    return y.transpose(1, 0, 2, 3).reshape(len(x), -1)


def _quantized(x: np.ndarray, w: Quantized) -> np.ndarray:
    """The same with a quantized w, made fp32 a few rows at a time, so that they stay in the cache."""
    y = np.empty((len(x), w.shape[0]), np.float32)
    for start in range(0, w.shape[0], Quantized.ROWS):
        rows = slice(start, start + Quantized.ROWS)
        y[:, rows] = x @ w.dequantized(rows).T
    return y
