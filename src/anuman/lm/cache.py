"""The KV cache: keys and values of every token so far, so that a step computes only its own.

Contiguous: room for the longest possible sequence is taken at once. Paged: a pool of small pages is
shared by all sequences, and each takes pages as it grows; at most one page a sequence is partly empty.
"""

import numpy as np

from anuman.lm.config import Config
from anuman.lm.errors import ContextFull, LmError, OutOfMemory

PAGE = 16  # tokens


def _room(shape: tuple[int, ...], what: str) -> np.ndarray:
    try:
        return np.empty(shape, np.float32)
    except (MemoryError, ValueError):
        need = 4 * float(np.prod([float(n) for n in shape]))
        raise OutOfMemory(
            f"{what} needs {need / 1e9:.3g} GB of memory, more than this computer gives; "
            "use fewer or shorter sequences"
        ) from None


class Cache:
    """One sequence, in one piece: [layers, 2, capacity, kv_heads, head_dim] in fp32."""

    def __init__(self, config: Config, capacity: int | None = None):
        """capacity: tokens, the model's whole context if not given."""
        self.capacity = config.context if capacity is None else capacity
        if not 0 < self.capacity <= config.context:
            raise LmError(
                f"a cache of {self.capacity} tokens: the model's context is 1 to {config.context}"
            )
        shape = (config.layers, 2, self.capacity, config.kv_heads, config.head_dim)
        self._kv = _room(shape, f"a KV cache of {self.capacity} tokens")
        self.length = 0

    @property
    def nbytes(self) -> int:
        """Bytes reserved."""
        return self._kv.nbytes

    @property
    def used_bytes(self) -> int:
        """Bytes that hold keys and values of tokens."""
        return self._kv.nbytes // self.capacity * self.length

    def check_room(self, tokens: int) -> None:
        """Raise ContextFull unless so many tokens more fit."""
        if self.length + tokens > self.capacity:
            raise ContextFull(
                f"{self.length} tokens and {tokens} more do not fit in a cache of {self.capacity}"
            )

    def put(
        self, layer: int, keys: np.ndarray, values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Keep a layer's new keys and values [new, kv_heads, head_dim]; gives all of them so far.

        `length` grows only when `advance` is called, once after the last layer.
        """
        end = self.length + len(keys)
        self._kv[layer, 0, self.length : end] = keys
        self._kv[layer, 1, self.length : end] = values
        return self._kv[layer, 0, :end], self._kv[layer, 1, :end]

    def advance(self, tokens: int) -> None:
        """Count tokens whose keys and values are in every layer now."""
        self.length += tokens

    def truncate(self, length: int) -> None:
        """Forget all tokens from this length on."""
        if not 0 <= length <= self.length:
            raise LmError(f"a cache of {self.length} tokens cannot be cut to {length}")
        self.length = length


class Pool:
    """Pages for many sequences: [layers, 2, pages, PAGE, kv_heads, head_dim] in fp32."""

    def __init__(self, config: Config, pages: int):
        self.config, self.pages = config, pages
        shape = (config.layers, 2, pages, PAGE, config.kv_heads, config.head_dim)
        self.kv = _room(shape, f"a pool of {pages} pages")
        self._free = list(range(pages))[::-1]

    @property
    def free(self) -> int:
        """Pages that no sequence holds."""
        return len(self._free)

    def take(self) -> int:
        """A free page. Raises ContextFull when there is none."""
        if not self._free:
            raise ContextFull(f"all {self.pages} pages of {PAGE} tokens are taken")
        return self._free.pop()

    def give_back(self, page: int) -> None:
        self._free.append(page)


class PagedCache:
    """One sequence in a pool; used like Cache. `table` lists its pages in order."""

    def __init__(self, pool: Pool):
        self.pool, self.table, self.length = pool, [], 0
        self.capacity = pool.config.context

    @property
    def nbytes(self) -> int:
        """Bytes of the pages it holds."""
        return self.pool.kv.nbytes // self.pool.pages * len(self.table)

    @property
    def used_bytes(self) -> int:
        """Bytes that hold keys and values of tokens."""
        return self.pool.kv.nbytes // (self.pool.pages * PAGE) * self.length

    def check_room(self, tokens: int) -> None:
        """Take the pages that so many tokens more need; ContextFull, and none taken, if too few are free."""
        end = self.length + tokens
        need = -(-end // PAGE) - len(self.table)
        if end > self.capacity:
            raise ContextFull(
                f"{self.length} tokens and {tokens} more do not fit in a context of {self.capacity}"
            )
        if need > self.pool.free:
            raise ContextFull(f"{need} more pages are needed, {self.pool.free} are free")
        self.table += [self.pool.take() for _ in range(need)]

    def put(
        self, layer: int, keys: np.ndarray, values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """As Cache.put. The pages are copied side by side for NumPy; a GPU kernel reads them in place."""
        end = self.length + len(keys)
        kv = self.pool.kv[layer]
        places = np.arange(self.length, end)
        pages, slots = np.array(self.table)[places // PAGE], places % PAGE
        kv[0, pages, slots], kv[1, pages, slots] = keys, values
        k, v = kv[:, self.table].reshape(2, -1, *keys.shape[1:])[:, :end]
        return k, v

    def advance(self, tokens: int) -> None:
        """As Cache.advance."""
        self.length += tokens

    def truncate(self, length: int) -> None:
        """As Cache.truncate; pages that hold nothing any more go back to the pool."""
        if not 0 <= length <= self.length:
            raise LmError(f"a cache of {self.length} tokens cannot be cut to {length}")
        self.length = length
        while len(self.table) > -(-length // PAGE):
            self.pool.give_back(self.table.pop())
