"""The GGUF format (version 3, little-endian): typed metadata, a list of tensors, then their bytes.

Read are F32, F16 and the two formats with blocks of 32 weights:
    Q8_0   w = d * q                 fp16 d, 32 int8                               34 bytes
    Q4_1   w = d * q + m             fp16 d, fp16 m, 16 bytes of two 4-bit q       20 bytes
In Q4_1 the low halves of the bytes are weights 0 to 15, the high halves 16 to 31.
"""

import math
import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anuman.lm.errors import WeightFileError

MAGIC = b"GGUF"
SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
TEXT, ARRAY = 8, 9
BLOCK = 32
# What reading wrong bytes as a GGUF file can raise.
DAMAGE = (struct.error, KeyError, TypeError, ValueError, ArithmeticError, RecursionError)
CHUNK = 65_536  # weights decoded at a time


def f32(raw: np.ndarray, w: np.ndarray) -> None:
    w[...] = raw.view("<f4")[:, None]


def f16(raw: np.ndarray, w: np.ndarray) -> None:
    w[...] = raw.view("<f2")[:, None]


def q8_0(raw: np.ndarray, w: np.ndarray) -> None:
    """Bytes of whole blocks -> fp32 weights [blocks, 32]."""
    block = raw.view(np.dtype([("d", "<f2"), ("q", "i1", BLOCK)]))
    w[...] = block["q"]
    w *= block["d"].astype(np.float32)[:, None]


def q4_1(raw: np.ndarray, w: np.ndarray) -> None:
    """Bytes of whole blocks -> fp32 weights [blocks, 32]."""
    block = raw.view(np.dtype([("d", "<f2"), ("m", "<f2"), ("q", "u1", BLOCK // 2)]))
    q = np.ascontiguousarray(block["q"])
    w[:, : BLOCK // 2] = q & 15
    w[:, BLOCK // 2 :] = q >> 4
    w *= block["d"].astype(np.float32)[:, None]
    w += block["m"].astype(np.float32)[:, None]


@dataclass(frozen=True)
class Format:
    """name; weights and bytes of a block; function that turns the bytes of whole blocks (uint8) into
    fp32 weights [blocks, weights of a block]."""

    name: str
    weights: int
    nbytes: int
    decode: Callable[[np.ndarray, np.ndarray], None]


FORMATS = {
    0: Format("F32", 1, 4, f32),
    1: Format("F16", 1, 2, f16),
    3: Format("Q4_1", BLOCK, 20, q4_1),
    8: Format("Q8_0", BLOCK, 34, q8_0),
}


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file: shape [out, in], and where its bytes begin."""

    shape: tuple[int, ...]
    format: Format
    path: Path
    start: int

    @property
    def nbytes(self) -> int:
        """Bytes in the file."""
        return math.prod(self.shape) // self.format.weights * self.format.nbytes

    def decode_into(self, out: np.ndarray) -> None:
        """Write the weights to `out` (fp32, same shape), a few blocks at a time to stay in the cache."""
        raw = np.fromfile(self.path, np.uint8, self.nbytes, offset=self.start)
        weights = out.reshape(-1, self.format.weights)
        step = CHUNK // self.format.weights
        for first in range(0, len(weights), step):
            some = weights[first : first + step]
            at = first * self.format.nbytes
            self.format.decode(raw[at : at + len(some) * self.format.nbytes], some)


class _Reader:
    """Reads one value after the other."""

    def __init__(self, data: mmap.mmap):
        self.data, self.at = data, 0

    def scalar(self, code: str):
        (value,) = struct.unpack_from(f"<{code}", self.data, self.at)
        self.at += struct.calcsize(f"<{code}")
        return value

    def text(self) -> str:
        length = self.scalar("Q")
        if length > len(self.data) - self.at:
            raise ValueError(f"a text of {length} bytes at byte {self.at} goes past its end")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8")

    def value(self, kind: int):
        if kind == TEXT:
            return self.text()
        if kind == ARRAY:
            kind, length = self.scalar("I"), self.scalar("Q")
            if length > len(self.data) - self.at:  # every entry has at least one byte
                raise ValueError(f"a list of {length} entries at byte {self.at} goes past its end")
            return [self.value(kind) for _ in range(length)]
        return self.scalar(SCALARS[kind])


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, object]]:
    """Tensors by name, their weights still in the file, and the metadata.

    Raises WeightFileError for a file that is truncated, damaged or in a format not listed above.
    """
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise WeightFileError(f"{path} is not a GGUF file")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        with data:
            return _parse(data, path)
    except DAMAGE as error:
        raise WeightFileError(
            f"{path} is truncated, damaged or of a kind that is not read here: {error}"
        ) from None


def _parse(data: mmap.mmap, path: Path) -> tuple[dict[str, Tensor], dict[str, object]]:
    reader = _Reader(data)
    reader.at = len(MAGIC)
    version, tensors, values = reader.scalar("I"), reader.scalar("Q"), reader.scalar("Q")
    if version != 3:
        raise ValueError(f"version {version}; version 3 is read")
    metadata = {}
    for _ in range(values):
        name = reader.text()
        metadata[name] = reader.value(reader.scalar("I"))
    entries = []
    for _ in range(tensors):
        name, axes = reader.text(), reader.scalar("I")
        if axes > 4:
            raise ValueError(f"tensor {name} has {axes} axes")
        shape = tuple(reader.scalar("Q") for _ in range(axes))[::-1]  # written fastest axis first
        entries.append((name, shape, reader.scalar("I"), reader.scalar("Q")))
    step = metadata.get("general.alignment", 32)
    start = -(-reader.at // step) * step
    found = {}
    for name, shape, kind, at in entries:
        if kind not in FORMATS:
            known = ", ".join(form.name for form in FORMATS.values())
            raise ValueError(f"tensor {name} has the format number {kind}; read are {known}")
        tensor = Tensor(shape, FORMATS[kind], path, start + at)
        if not shape or shape[-1] % tensor.format.weights:
            raise ValueError(f"tensor {name} of shape {shape} cannot be {tensor.format.name}")
        if tensor.start + tensor.nbytes > len(data):
            missing = tensor.start + tensor.nbytes - len(data)
            raise ValueError(f"{missing} bytes of tensor {name} are missing")
        found[name] = tensor
    return found, metadata
