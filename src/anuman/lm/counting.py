"""FLOPs and bytes of the matrix products, counted where they happen.

    with counted() as work: ...
    work.flops, work.weight_bytes, work.kv_bytes

A product of [n, in] with a weight [out, in] costs 2 * n * in * out FLOPs, and the weight is read from
memory once, however many rows n share it. Inputs and outputs are small and stay in the caches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Work:
    """flops: FLOPs of all products.  weight_bytes, kv_bytes: bytes of weights and of KV cache read."""

    flops: int = 0
    weight_bytes: int = 0
    kv_bytes: int = 0

    @property
    def bytes(self) -> int:
        """All bytes read from memory."""
        return self.weight_bytes + self.kv_bytes

    def add(self, flops: int, weight_bytes: int = 0, kv_bytes: int = 0) -> None:
        self.flops += flops
        self.weight_bytes += weight_bytes
        self.kv_bytes += kv_bytes


_counters: ContextVar[tuple[Work, ...]] = ContextVar("counters", default=())


@contextmanager
def counted() -> Iterator[Work]:
    """Count the work done within; may be nested."""
    work = Work()
    token = _counters.set((*_counters.get(), work))
    try:
        yield work
    finally:
        _counters.reset(token)


def count(flops: int, weight_bytes: int = 0, kv_bytes: int = 0) -> None:
    """Add work to every counter that is open."""
    for work in _counters.get():
        work.add(flops, weight_bytes, kv_bytes)
