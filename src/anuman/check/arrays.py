"""Fields that hold an array, or two: NumPy's own or nested lists."""

from typing import Any

import numpy as np

from .result import Field, Unreadable, is_a, kind, real
from .words import N_, Message

TOLERANCE = 1e-5  # of the largest element: computing in float32 is accurate enough


def array(name: str, *axes: str) -> Field:
    """A field that holds an array of real numbers with these axes, as an array or as nested lists."""

    def read(value: Any) -> np.ndarray:
        found = read_array(value)
        if found.ndim == len(axes):
            return found
        fields = {
            "field": name,
            "axes": ", ".join(axes),
            "shape": str(found.shape if found.size else (0,)),
        }
        raise Unreadable(
            Message(
                N_("{field} must be an array with the axes ({axes}); its shape is {shape}."), fields
            )
        )

    return Field(name, read, alike)


def pair(name: str, *axes: str) -> Field:
    """A field that holds two arrays of equal shape with these axes, read as one array."""

    def read(value: Any) -> np.ndarray:
        base = next((kind for kind in (tuple, list) if is_a(value, kind)), None)
        both = [*base.__iter__(value)] if base else value
        if (base and len(both) == 2) or is_a(value, np.ndarray):
            arrays = [read_array(one) for one in both] if base else read_array(value)
            if [a.shape for a in arrays] == 2 * [arrays[0].shape] and arrays[0].ndim == len(axes):
                return np.stack([arrays[0], arrays[1]])
        fields = {"field": name, "axes": ", ".join(axes), "kind": kind(value)}
        raise Unreadable(
            Message(
                N_("{field} must be a pair of arrays of the same shape ({axes}); it is {kind}."),
                fields,
            )
        )

    return Field(name, read, alike)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays have one shape and agree within the tolerance for arrays."""
    if one.shape != other.shape:
        return False
    largest = np.max(np.abs(other), initial=0.0)
    return bool(np.all(np.abs(one - other) <= TOLERANCE * largest))


def read_array(value: Any) -> np.ndarray:
    """An array of finite floats from an array or from nested lists of numbers. Raises Unreadable."""
    rows = _rows(value)
    try:
        found = np.array(rows, dtype=float)
    except ValueError:  # lists of different lengths
        raise Unreadable(
            Message(N_("The rows of the array that was returned have different lengths."))
        ) from None
    if np.isnan(found).any():
        raise Unreadable(
            Message(N_("The array that was returned holds NaN, which is not a number."))
        )
    return found


def _rows(value: Any) -> Any:
    if is_a(value, np.ndarray):
        plain = np.asarray(value)
        return plain.astype(float) if plain.dtype.kind in "fiu" else _rows(plain.tolist())
    base = next((kind for kind in (tuple, list) if is_a(value, kind)), None)
    return [_rows(item) for item in base.__iter__(value)] if base else real(value)
