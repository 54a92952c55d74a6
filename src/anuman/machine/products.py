"""The same product with weights inside the caches and outside: a matrix times a vector, fp32, one thread.

A matrix of r rows and COLUMNS columns is read once for each product: 4·r·COLUMNS bytes. Sizes double
from SMALLEST up to at least four times the last-level cache.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anuman.machine import gemm, host, plan
from anuman.machine.rounds import Point, run
from anuman.machine.threads import one_thread

COLUMNS = 1024
SMALLEST = 256 * plan.KIB
BYTES_A_VISIT = 64 * plan.MIB  # so that a visit of a small matrix outlasts the clock's grain
CALL = "call"


@dataclass(frozen=True)
class Product:
    """A product with a matrix of nbytes: seconds, and the share of them that a call alone takes."""

    nbytes: int
    seconds: float
    call_share: float

    @property
    def bandwidth(self) -> float:
        """Bytes of the matrix read a second."""
        return self.nbytes / self.seconds


@dataclass(frozen=True)
class Products:
    """All sizes in turn; cache_bytes: last-level cache, None where the system does not tell."""

    points: tuple[Product, ...]
    cache_bytes: int | None


def measure_products(
    seconds: float = 4.0, progress: Callable[[float], object] = lambda fraction: None
) -> Products:
    """Time the products at each size in turn for about `seconds` s; progress gets the fraction done.

    Raises MemoryError when a quarter of the free memory does not hold even the smallest matrix.
    """
    if not 0 < seconds <= 600:
        raise ValueError(f"seconds is {seconds!r}: give a number above 0 and at most 600")
    cache_bytes, (_total, free) = host.last_level_cache(), host.memory()
    sizes = _sizes(cache_bytes, free // 4)
    start = time.perf_counter()
    weights = gemm.touched(sizes[-1] // 4)
    vector = gemm.touched(COLUMNS)
    one = np.ones((1, 1), np.float32)
    timed = [Point(CALL, _product(one, one[0]), calls=2000, warm=True)]
    for nbytes in sizes:
        matrix = weights[: nbytes // 4].reshape(-1, COLUMNS)
        calls = max(1, BYTES_A_VISIT // nbytes)
        timed.append(Point(nbytes, _product(matrix, vector), calls=calls, warm=True))
    with one_thread():
        run(timed, start + seconds, progress, lambda: False)
    call, *products = timed
    return Products(
        tuple(Product(p.key, p.best, min(1.0, call.best / p.best)) for p in products), cache_bytes
    )


def _sizes(cache_bytes: int | None, most: int) -> list[int]:
    """Bytes of the matrices, doubling as far as needed and as `most` allows."""
    largest = min(plan.wanted_matrix(cache_bytes), most)
    if largest < SMALLEST:
        raise MemoryError(f"{SMALLEST} bytes are needed, {most} may be used; close other programs")
    sizes = [SMALLEST]
    while 2 * sizes[-1] <= largest:
        sizes.append(2 * sizes[-1])
    return sizes


def _product(matrix: np.ndarray, vector: np.ndarray):
    result = np.empty(len(matrix), np.float32)
    return lambda: np.matmul(matrix, vector, out=result)
