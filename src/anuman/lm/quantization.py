"""Weights in fewer bits: blocks of 32 numbers that share one scale.

    scale = max |w| / (2^(bits-1) - 1),   q = round(w / scale),   w ≈ scale * q

Every weight is wrong by at most half a scale, zero stays zero. The scale is kept as fp16, so a weight
costs bits + 16/32 bits: 8.5 for int8, 4.5 for int4.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from anuman.lm.errors import LmError

BLOCK = 32
BITS = (8, 4, 2)  # those that fill bytes


@dataclass(frozen=True)
class Quantized:
    """A matrix [out, in] in blocks along `in`.

    packed: uint8 [out, in * bits / 8], the numbers q + 2^(bits-1), the first in the lowest bits.
    scale: fp16 [out, in / 32].
    """

    packed: np.ndarray
    scale: np.ndarray
    bits: int

    ROWS: ClassVar[int] = 128  # rows that a product makes fp32 at a time

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in)."""
        return len(self.packed), self.packed.shape[1] * 8 // self.bits

    @property
    def nbytes(self) -> int:
        """Bytes in memory, with the scales."""
        return self.packed.nbytes + self.scale.nbytes

    def dequantized(self, rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """These rows as fp32 [rows, in]."""
        packed, scale = self.packed[rows], self.scale[rows]
        shifts = np.arange(0, 8, self.bits, dtype=np.uint8)
        q = (packed[..., None] >> shifts) & np.uint8(2**self.bits - 1)
        q = q.reshape(len(packed), -1, BLOCK).astype(np.float32) - np.float32(2 ** (self.bits - 1))
        q *= scale[..., None].astype(np.float32)
        return q.reshape(len(packed), -1)


def quantize(w: np.ndarray, bits: int) -> Quantized:
    """Quantize a matrix [out, in] to 8, 4 or 2 bits in blocks of 32 along `in`.

    Raises LmError for other bits, for a width that is no multiple of 32, for numbers that are not
    finite and for those too large for an fp16 scale.
    """
    if bits not in BITS:
        raise LmError(f"{bits} bits: choose one of {', '.join(map(str, BITS))}")
    if w.ndim != 2 or w.shape[1] % BLOCK:
        raise LmError(f"a matrix of shape {w.shape}: its rows must be a multiple of {BLOCK} long")
    blocks = np.asarray(w, np.float32).reshape(len(w), -1, BLOCK)
    most = 2 ** (bits - 1) - 1
    scale = np.abs(blocks).max(axis=-1) / np.float32(most)
    if not np.all(scale < np.finfo(np.float16).max):  # false for nan too
        raise LmError(
            "the weights hold numbers that are not finite, or too large for an fp16 scale"
        )
    scale = scale.astype(np.float16)
    used = scale.astype(np.float32)[..., None]
    q = np.divide(blocks, used, out=np.zeros_like(blocks), where=used > 0)
    q = (np.clip(np.rint(q), -most, most) + (most + 1)).astype(np.uint8)
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    q = q.reshape(len(w), -1, len(shifts)) << shifts
    return Quantized(np.bitwise_or.reduce(q, axis=-1), scale, bits)
