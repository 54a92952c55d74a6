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


class Unreadable(ValueError):
    """The returned value is of a kind that this task cannot use; `message` says it to the learner."""

    def __init__(self, message: Message):
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True)
class Field:
    """One value of a result. read: any accepted Python value -> float, str or array, or Unreadable.

    right: whether a value is good enough where that is more than being the same (None: it is not).
    is_label: whether it holds one of a few words.
    """

    name: str
    read: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    right: Callable[[Any, Any], bool] | None = None
    is_label: bool = False


@dataclass(frozen=True)
class Unread:
    """Stands in a reading for a label that cannot be read: it is wrong, and costs no other field."""

    message: Message


@dataclass(frozen=True)
class Result:
    """The fields that a task's function returns, in order; a single one is returned bare."""

    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(field.name for field in self.fields)

    def read(self, value: Any) -> tuple:
        """The values of all fields, in their order. Raises Unreadable.

        Words and numbers cannot be taken for each other, so a row that has them in another order is
        read, too; and a word that is none of a label's spellings costs the label only.
        """
        if len(self.fields) == 1:
            return (self.fields[0].read(value),)
        row = _row(value)
        if len(row) != len(self.fields):
            raise Unreadable(self._not_a_row(value))
        try:
            return self._fields(self._in_order(row))
        except Unreadable:
            if self._readable(row[::-1]):
                order = {"row": f"({', '.join(self.names)})"}
                raise Unreadable(Message(N_("The order must be {row}."), order)) from None
            raise

    def _fields(self, row: list) -> tuple:
        return tuple(map(_field, self.fields, row))

    def _readable(self, row: list) -> bool:
        try:
            self._fields(row)
        except Unreadable:
            return False
        return True

    def _in_order(self, row: list) -> list:
        """The row with its words where the labels stand, if there are as many words as labels."""
        words = [item for item in row if is_a(item, str)]
        if len(words) != sum(field.is_label for field in self.fields):
            return row
        others = [item for item in row if not is_a(item, str)]
        return [(words if field.is_label else others).pop(0) for field in self.fields]

    def _not_a_row(self, value: Any) -> Message:
        row = f"({', '.join(self.names)})"
        if value is None:
            return RETURNS_NONE
        return Message(
            N_("The function returned {kind}; it must return {count} values: {row}."),
            {"kind": kind(value), "count": len(self.fields), "row": row},
        )

    def same(self, one: tuple, other: tuple, names: tuple[str, ...] = ()) -> bool:
        """Whether two readings agree in the named fields (none named: in all)."""
        return self._all(one, other, names, lambda field: field.same)

    def right(self, one: tuple, other: tuple, names: tuple[str, ...] = ()) -> bool:
        """Whether a reading is as good as the expected one in the named fields (none named: in all)."""
        return self._all(one, other, names, lambda field: field.right or field.same)

    def _all(self, one: tuple, other: tuple, names: tuple[str, ...], rule: Callable) -> bool:
        return all(
            not isinstance(a, Unread) and not isinstance(b, Unread) and rule(field)(a, b)
            for field, a, b in zip(self.fields, one, other, strict=True)
            if not names or field.name in names
        )


def _row(value: Any) -> list:
    """The items of a tuple, a list or an array; of anything else none."""
    if is_a(value, np.ndarray):
        value = np.asarray(value).tolist()
    base = next((kind for kind in (tuple, list) if is_a(value, kind)), None)
    return [bare(item) for item in base.__iter__(value)] if base else []


def bare(item: Any) -> Any:
    """A single word out of its array, as np.where gives it; anything else as it is."""
    if is_a(item, np.ndarray) and item.dtype.kind == "U" and item.size == 1:
        return item.reshape(()).item()
    return item


def _field(field: Field, item: Any) -> Any:
    try:
        return field.read(item)
    except Unreadable as error:
        if field.is_label:
            return Unread(error.message)
        raise


def number(name: str, endless: bool = False) -> Field:
    """A field that holds a real number; endless: infinity may be right."""
    return Field(name, _read_endless if endless else read_number, close)


def _read_endless(value: Any) -> float:
    found = real(value)
    return found if found == math.inf else read_number(value)


def at_most(name: str) -> Field:
    """A field that holds a real number; every smaller one is right, too."""
    return Field(name, read_number, close, lambda one, other: one <= other * (1 + 1e-9))


def close(one: float, other: float) -> bool:
    """Whether two numbers agree within the tolerance, or to within one part in 1e12 of zero."""
    return math.isclose(one, other, rel_tol=TOLERANCE)


RETURNS_NONE = Message(N_("The function returned None. Did you forget the word return?"))


def read_number(value: Any) -> float:
    """A finite float, from every numeric type that Python and NumPy have. Raises Unreadable."""
    found = real(value)
    if math.isnan(found):
        raise Unreadable(Message(N_("The function returned NaN, which is not a number.")))
    if math.isinf(found):
        raise Unreadable(Message(N_("The function returned infinity: is something divided by 0?")))
    return found


def real(value: Any) -> float:
    """A float from any numeric type, NaN and infinity among them. Raises Unreadable."""
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
            return real(base.__add__(value, 0))  # the plain number inside a subclass
    if is_a(value, np.ndarray):
        array = np.asarray(value)
        if array.size == 1:
            return real(array.reshape(()).item())
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
        return RETURNS_NONE
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
        return (
            f"{name} {value.shape}" if value.size else f"{name} (0)"
        )  # its shape could be anything
    if type(value) in (list, tuple, dict, set, str):
        return f"{name} ({len(value)})"
    return name
