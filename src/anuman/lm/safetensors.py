"""The safetensors format: 8 bytes of length, a JSON header, then the tensors' bytes.

The header maps each name to {"dtype", "shape", "data_offsets"}; "__metadata__" holds texts. The file
runs no code when it is read, which is why it is used. Files written here carry a checksum of all of it.
"""

import hashlib
import json
import math
import os
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from anuman.lm.errors import WeightFileError

DTYPES = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I32": np.dtype("<i4")}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
LONGEST_HEADER = 100_000_000  # bytes; the format's own limit


def write(path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> None:
    """Write a file, with its checksum as the text "sha256", whole or not at all."""
    texts = {**metadata, "sha256": checksum(tensors, metadata)}
    header, offset, blobs = {"__metadata__": texts}, 0, []
    for name, tensor in tensors.items():
        array = np.ascontiguousarray(tensor)
        kind = NAMES[array.dtype.newbyteorder("<")]
        end = offset + array.nbytes
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, end]}
        blobs.append(array.astype(DTYPES[kind], copy=False))
        offset = end
    text = json.dumps(header, ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for blob in blobs:
                file.write(blob.data)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Tensors by name and the metadata.

    Raises WeightFileError for a file that is not whole, or whose checksum, if it has one, is wrong.
    """
    data = path.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        if length > min(LONGEST_HEADER, len(data) - 8):
            raise ValueError(f"its header would be {length} bytes long")
        header = json.loads(data[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        tensors = {name: _tensor(data, 8 + length, entry) for name, entry in header.items()}
    except (struct.error, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightFileError(f"{path} is not a whole safetensors file: {error}") from None
    if "sha256" in metadata and metadata["sha256"] != checksum(tensors, metadata):
        raise WeightFileError(
            f"{path} is damaged: its checksum does not fit its content. Take an earlier copy of it"
        )
    return tensors, metadata


def checksum(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> str:
    """SHA-256 of all tensors and texts with their names; the text "sha256" itself does not count."""
    digest = hashlib.sha256()
    for name, text in sorted(metadata.items()):
        if name != "sha256":
            digest.update(f"{name}={text}\n".encode())
    for name, tensor in tensors.items():
        digest.update(f"{name}{tensor.dtype.newbyteorder('<').str}{tensor.shape}\n".encode())
        digest.update(np.ascontiguousarray(tensor))
    return digest.hexdigest()


def _tensor(data: bytes, start: int, entry: dict) -> np.ndarray:
    dtype, shape = DTYPES[entry["dtype"]], tuple(entry["shape"])
    first, last = entry["data_offsets"]
    if not 0 <= first <= last or start + last > len(data):
        raise ValueError(f"{start + last - len(data)} bytes of a tensor are missing at its end")
    if last - first != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"a tensor of shape {shape} has {last - first} bytes")
    return np.frombuffer(data, dtype, math.prod(shape), start + first).reshape(shape)
