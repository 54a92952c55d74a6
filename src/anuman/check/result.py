"""What a task returns: which Python values are accepted for it, and when two of them are the same.

Only exactly known types are read, through their own type's methods: an object that calls itself
equal to everything gains nothing.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from .words import N_, Message

TOLERANCE = 0.01  # relative: three significant digits, and whole numbers from a hundred on
ARRAY_TOLERANCE = 1e-5  # of the largest element: computing in float32 is accurate enough


class Unreadable(ValueError):
    """The returned value is of a kind that this task cannot use; `message` says it to the learner."""

    def __init__(self, message: Message):
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True)
class Field:
    """One value of a result. read: any accepted Python value -> float, str or array, or Unreadable.

    right: whether a value is good enough where that is more than being the same (None: it is not).
    """

    name: str
    read: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    right: Callable[[Any, Any], bool] | None = None


@dataclass(frozen=True)
class Result:
    """The fields that a task's function returns, in order; a single one is returned bare."""

    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(field.name for field in self.fields)

    def read(self, value: Any) -> tuple:
        """The values of all fields. Raises Unreadable."""
        if len(self.fields) == 1:
            return (self.fields[0].read(value),)
        base = next((kind for kind in (tuple, list) if is_a(value, kind)), None)
        row = [*base.__iter__(value)] if base else []
        if len(row) != len(self.fields):
            raise Unreadable(self._not_a_row(value))
        try:
            return self._fields(row)
        except Unreadable:
            if self._readable(row[::-1]):
                order = {"row": f"({', '.join(self.names)})"}
                raise Unreadable(Message(N_("The order must be {row}."), order)) from None
            raise

    def _fields(self, row: list) -> tuple[float | str, ...]:
        return tuple(field.read(item) for field, item in zip(self.fields, row, strict=True))

    def _readable(self, row: list) -> bool:
        try:
            self._fields(row)
        except Unreadable:
            return False
        return True

    def _not_a_row(self, value: Any) -> Message:
        row = f"({', '.join(self.names)})"
        if value is None:
            return _RETURNS_NONE
        return Message(
            N_("The function returned {kind}; it must return {count} values: {row}."),
            {"kind": kind(value), "count": len(self.fields), "row": row},
        )

    def same(self, one: tuple, other: tuple, names: tuple[str, ...] = ()) -> bool:
        """Whether two readings agree in the named fields (none named: in all)."""
        return all(
            field.same(a, b)
            for field, a, b in zip(self.fields, one, other, strict=True)
            if not names or field.name in names
        )

    def right(self, one: tuple, other: tuple, names: tuple[str, ...] = ()) -> bool:
        """Whether a reading is as good as the expected one in the named fields (none named: in all)."""
        return all(
            (field.right or field.same)(a, b)
            for field, a, b in zip(self.fields, one, other, strict=True)
            if not names or field.name in names
        )


def yes_no(name: str) -> Field:
    """A field that holds True or False, read as these words."""

    def read(value: Any) -> str:
        plain = np.asarray(value).reshape(()).item() if _single_bool(value) else value
        if plain is True or plain is False:
            return str(plain)
        if value is None:
            raise Unreadable(_RETURNS_NONE)
        if is_a(value, str):
            quoted = N_("{field} is a text; return True or False, without quotes.")
            raise Unreadable(Message(quoted, {"field": name}))
        fields = {"field": name, "kind": kind(value)}
        raise Unreadable(
            Message(N_("{field} must be True or False; the function returned {kind}."), fields)
        )

    return Field(name, read, lambda one, other: one == other)


def _single_bool(value: Any) -> bool:
    """Whether value is NumPy's True or False, or an array of one of them."""
    if is_a(value, np.bool_):
        return True
    return type(value) is np.ndarray and value.dtype == np.bool_ and value.size == 1


def number(name: str) -> Field:
    """A field that holds a real number."""
    return Field(name, read_number, close)


def at_most(name: str) -> Field:
    """A field that holds a real number; every smaller one is right, too."""
    return Field(name, read_number, close, lambda one, other: one <= other * (1 + 1e-9))


def label(name: str, *choices: str) -> Field:
    """A field that holds one of these words, in any case."""

    def read(value: Any) -> str:
        if is_a(value, str):
            word = str.casefold(value).strip()
            if word in choices:
                return word
        fields = {"field": name, "choices": " / ".join(f'"{choice}"' for choice in choices)}
        raise Unreadable(Message(N_("{field} must be one of {choices}."), fields))

    return Field(name, read, lambda one, other: one == other)


def array(name: str, *axes: str) -> Field:
    """A field that holds an array of real numbers with these axes, as an array or as nested lists."""

    def read(value: Any) -> np.ndarray:
        found = read_array(value)
        if found.ndim == len(axes):
            return found
        fields = {"field": name, "axes": ", ".join(axes), "shape": str(found.shape)}
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
    return bool(np.all(np.abs(one - other) <= ARRAY_TOLERANCE * largest))


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
    return [_rows(item) for item in base.__iter__(value)] if base else _real(value)


def close(one: float, other: float) -> bool:
    """Whether two numbers agree within the tolerance, or to within one part in 1e12 of zero."""
    return math.isclose(one, other, rel_tol=TOLERANCE)


_RETURNS_NONE = Message(N_("The function returned None. Did you forget the word return?"))


def read_number(value: Any) -> float:
    """A finite float, from every numeric type that Python and NumPy have. Raises Unreadable."""
    found = _real(value)
    if math.isnan(found):
        raise Unreadable(Message(N_("The function returned NaN, which is not a number.")))
    if math.isinf(found):
        raise Unreadable(Message(N_("The function returned infinity: is something divided by 0?")))
    return found


def _real(value: Any) -> float:
    if is_a(value, bool, np.bool_):
        raise Unreadable(
            Message(
                N_("The function returned {value}, the answer of a comparison; return the number."),
                {"value": bool(value)},
            )
        )
    if type(value) in _EXACT:
        try:
            return float(value)
        except OverflowError:
            return math.inf
        except ValueError:  # Decimal("sNaN")
            return math.nan
    for base in (float, int):
        if is_a(value, base):
            return _real(base.__add__(value, 0))  # the plain number inside a subclass
    if is_a(value, np.ndarray):
        array = np.asarray(value)
        if array.size == 1:
            return _real(array.reshape(()).item())
    raise Unreadable(_not_a_number(value))


_EXACT = {float, int, Fraction, Decimal} | {
    kind
    for kind in np.sctypeDict.values()
    if issubclass(kind, np.floating | np.integer) and kind is not np.timedelta64
}


def is_a(value: Any, *kinds: type) -> bool:
    """Like isinstance, but asks the type alone: an object may lie about its __class__."""
    return issubclass(type(value), kinds)


def _not_a_number(value: Any) -> Message:
    if value is None:
        return _RETURNS_NONE
    if is_a(value, str, bytes):
        return Message(N_("The function returned text; return the number itself, without quotes."))
    if is_a(value, complex, np.complexfloating):
        return Message(
            N_("The function returned a complex number: is a negative number raised to a power?")
        )
    if type(value) is tuple and len(value) == 1:
        return Message(
            N_(
                "The function returned a tuple: a comma after the value makes one. Remove the comma."
            )
        )
    if callable(value):
        return Message(
            N_("The function returned a function: are the parentheses of a call missing?")
        )
    if inspect.isgenerator(value):
        return Message(N_("The function uses yield; use return."))
    if inspect.iscoroutine(value):
        value.close()
        return Message(N_("The function is written with async def; write def."))
    return Message(
        N_("The function returned {kind}; it must return one number."), {"kind": kind(value)}
    )


def kind(value: Any) -> str:
    """The type of a value in words, with its length or shape where it has one."""
    name = type(value).__name__
    if type(value) is np.ndarray:
        return f"{name} {value.shape}"
    if type(value) in (list, tuple, dict, set, str):
        return f"{name} ({len(value)})"
    return name
