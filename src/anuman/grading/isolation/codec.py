"""Plain data as JSON with tags and raw buffers, between processes of which one may be hostile.

Values keep their exact types: JSON's own for None, bool, int, float and text, tagged lists for the
rest. Nothing can name code: no pickle, no marshal, no object dtype. Whatever breaks a rule raises
BadFrame.
"""

import array
import decimal
import fractions
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

MOST_DEPTH = 50
MOST_DIGITS = 4000  # of an integer; Python refuses to read more than 4300
MOST_ALIKE = 100  # keys of a set or dict with one hash: each new one is compared with them all
PACKED_FROM = 64  # from this length on a list of floats or of integers travels as one buffer
NUMBER_KINDS = frozenset("?biuf")  # dtypes whose scalars are JSON numbers
ARRAY_KINDS = frozenset("?biufcSUmM")
BROKEN = (TypeError, ValueError, LookupError, ArithmeticError, RecursionError, MemoryError)


class BadFrame(ValueError):
    """What arrived is no frame of ours."""


class CannotSend(TypeError):
    """A value is no plain data, or too large."""


Other = Callable[[Any], tuple]


def no_other(value: Any) -> tuple:
    """For connections on which only plain data travels."""
    raise CannotSend(f"a value of type {type(value).__name__} cannot travel between processes")


def encode(value: Any, buffers: list, other: Other = no_other, depth: int = 0) -> Any:
    """The value as JSON with tags; raw bytes are appended to buffers.

    `other` turns what is no plain data into a tag and values that are, or raises CannotSend. Subclasses
    of plain types arrive as these, read with their methods; if other.exact, they are no plain data.
    """
    kind = type(value)
    if kind is float or kind is str or kind is bool or value is None:
        return value
    if kind is int:
        if value.bit_length() > 3.3 * MOST_DIGITS:
            raise CannotSend(f"an integer of more than {MOST_DIGITS} digits")
        return value
    if depth > MOST_DEPTH:
        raise CannotSend(f"data nested more than {MOST_DEPTH} deep")
    return _encode_rest(value, kind, buffers, other, depth + 1)


def _encode_rest(value: Any, kind: type, buffers: list, other: Other, depth: int) -> Any:
    if kind is list or kind is tuple:
        if len(value) >= PACKED_FROM and (packed := _pack(value)) is not None:
            buffers.append(packed)
            return ["P", "l" if kind is list else "t", packed.typecode, len(buffers) - 1]
        return ["l" if kind is list else "t", *[encode(v, buffers, other, depth) for v in value]]
    if kind is dict:
        items = [encode(v, buffers, other, depth) for pair in value.items() for v in pair]
        return ["d", *items]
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        plain = kind is numpy.ndarray or not _is_exact(other)
        if plain and isinstance(value, numpy.ndarray) and value.dtype.kind in ARRAY_KINDS:
            return _encode_array(numpy, value, buffers)
        if isinstance(value, numpy.generic) and value.dtype.kind in ARRAY_KINDS:
            if value.dtype.kind in NUMBER_KINDS and value.dtype.itemsize <= 8:
                return ["n", value.dtype.str, value.item()]
            return ["0", _encode_array(numpy, numpy.asarray(value), buffers)]
        if isinstance(value, numpy.dtype) and value.kind in ARRAY_KINDS:
            return ["y", value.str]
    if kind is complex:
        return ["c", value.real, value.imag]
    if isinstance(value, (bytes, bytearray)):
        buffers.append(bytes(value))
        return ["b" if isinstance(value, bytes) else "B", len(buffers) - 1]
    if isinstance(value, (set, frozenset)):
        plain = set if isinstance(value, set) else frozenset
        return [
            "s" if plain is set else "f",
            *[encode(v, buffers, other, depth) for v in plain.__iter__(value)],
        ]
    if kind is range or kind is slice:
        ends = (value.start, value.stop, value.step)
        return ["r" if kind is range else "i", *[encode(v, buffers, other, depth) for v in ends]]
    if value is Ellipsis:
        return ["e"]
    if kind is fractions.Fraction:
        parts = (value.numerator, value.denominator)
        return ["q", *[encode(v, buffers, other, depth) for v in parts]]
    if kind is decimal.Decimal and len(value.as_tuple().digits) <= MOST_DIGITS:
        return ["m", str(value)]
    return _encode_other(value, buffers, other, depth)


_AS_PLAIN = (
    (int, int.__index__),
    (float, float.__float__),
    (str, str.__str__),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (dict, lambda value: dict(dict.items(value))),
)


def _encode_other(value: Any, buffers: list, other: Other, depth: int) -> Any:
    for plain, as_plain in () if _is_exact(other) else _AS_PLAIN:
        if isinstance(value, plain):
            return encode(as_plain(value), buffers, other, depth)
    tag, *values = other(value)
    return [tag, *[encode(v, buffers, other, depth) for v in values]]


def _is_exact(other: Other) -> bool:
    return getattr(other, "exact", False)


def _pack(values: Sequence) -> array.array | None:
    """A list of floats alone, or of small integers alone, as one array; None for any other."""
    kinds = set(map(type, values))
    try:
        if kinds == {float}:
            return array.array("d", values)
        if kinds == {int}:
            return array.array("q", values)
    except OverflowError:
        pass
    return None


def _encode_array(numpy, value, buffers: list) -> list:
    flat = numpy.ravel(numpy.asarray(value))  # in C order, copied only where it is not
    buffers.append(memoryview(flat.view(numpy.uint8)) if flat.size else b"")
    return ["a", flat.dtype.str, list(value.shape), len(buffers) - 1]


Reader = Callable[[str, list], Any]  # a tag that is not ours and its values: what it means


def decode(node: Any, buffers: list, other: Reader | None = None) -> Any:
    """The value of a JSON node with tags. `other` reads tags that are not ours.

    Takes each buffer out of the list when a node names it, so that none is copied many times.
    """
    if type(node) is not list:
        return _untagged(node)
    tag = _tag(node)
    try:
        if tag == "l":
            return [decode(item, buffers, other) for item in node[1:]]
        if tag == "t":
            return tuple([decode(item, buffers, other) for item in node[1:]])
        if tag == "d":
            items = [decode(item, buffers, other) for item in node[1:]]
            return dict(zip(_keys(items[::2]), items[1::2], strict=True))
        if tag in _READERS:
            return _READERS[tag](node, buffers, other)
        if other is not None and type(tag) is str:
            return other(tag, [decode(item, buffers, other) for item in node[1:]])
    except BadFrame:
        raise
    except BROKEN as error:
        raise BadFrame(f"{tag!r}: {error}") from error
    raise BadFrame(f"unknown tag {str(tag)[:20]!r}")


def decode_texts(node: Any, buffers: list) -> Any:
    """As decode, of what a worker needs: JSON's own types, lists, bytes, dicts with texts as keys.

    Takes time in proportion to the frame, whatever is in it: hashes of texts cannot be foreseen.
    Any other tag is read as None, for it may stand in a late answer to somebody else's question.
    """
    if type(node) is not list:
        return _untagged(node)
    tag = _tag(node)
    if tag == "l":
        return [decode_texts(item, buffers) for item in node[1:]]
    if tag == "d":
        if len(node) % 2 == 0 or not all(type(key) is str for key in node[1::2]):
            raise BadFrame("no dict of texts")
        values = [decode_texts(item, buffers) for item in node[2::2]]
        return dict(zip(node[1::2], values, strict=True))
    if tag == "b" and len(node) == 2:
        return bytes(_buffer(buffers, node[1]))
    return None


def _untagged(node: Any) -> Any:
    if type(node) is dict:
        raise BadFrame("an object where a tagged list must be")
    return node


def _tag(node: list) -> Any:
    if not node:
        raise BadFrame("an empty list")
    return node[0]


def _keys(values: list) -> list:
    """What is to be the keys of a set or dict. Refused where many have the same hash."""
    if len(values) > MOST_ALIKE and max(Counter(map(hash, values)).values()) > MOST_ALIKE:
        raise BadFrame("too many keys that are hard to tell apart")
    return values


def _items(node, buffers, other):
    return [decode(item, buffers, other) for item in node[1:]]


def _number(value: Any) -> Any:
    if type(value) not in (int, float, bool):
        raise BadFrame("no number")
    return value


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise BadFrame("no integer")
    return value


def _short(text: Any) -> str:
    if type(text) is not str or len(text) > MOST_DIGITS + 20:
        raise BadFrame("no number")
    return text


def _read_dtype(text: Any):
    import numpy

    if type(text) is not str or len(text) > 40:
        raise BadFrame("no dtype")
    dtype = numpy.dtype(text)
    if dtype.kind not in ARRAY_KINDS:
        raise BadFrame(f"dtype {text}")
    return dtype


def _read_array(node, buffers, _other):
    import numpy

    _tag, text, shape, index = node
    dtype = _read_dtype(text)
    if type(shape) is not list or len(shape) > 32:
        raise BadFrame("no shape")
    if any(type(n) is not int or not 0 <= n < 1 << 62 for n in shape):
        raise BadFrame("no shape")
    data = _buffer(buffers, index)
    count = math.prod(shape)
    if count * dtype.itemsize != len(data) or (count and not data):
        raise BadFrame("an array whose data does not fill its shape")
    if not data:
        return numpy.zeros(shape, dtype)
    return numpy.frombuffer(data, dtype).reshape(shape)


def _buffer(buffers: list, index: Any) -> bytearray:
    if type(index) is not int or not 0 <= index < len(buffers) or buffers[index] is None:
        raise BadFrame("no such buffer, or not any more")
    buffer, buffers[index] = buffers[index], None
    return buffer


def _read_packed(node, buffers, _other):
    _tag, kind, code, index = node
    if code not in ("d", "q") or kind not in ("l", "t"):
        raise BadFrame("no packed list")
    values = array.array(code, bytes(_buffer(buffers, index))).tolist()
    return values if kind == "l" else tuple(values)


def _read_scalar(node, _buffers, _other):
    dtype = _read_dtype(node[1])
    if dtype.kind not in NUMBER_KINDS:
        raise BadFrame("no number")  # numpy.bytes_(10**9) are as many zeros
    return dtype.type(_number(node[2]))


_READERS = {
    "P": _read_packed,
    "a": _read_array,
    "n": _read_scalar,
    "0": lambda node, buffers, other: _read_array(node[1], buffers, other)[()],
    "y": lambda node, buffers, other: _read_dtype(node[1]),
    "c": lambda node, buffers, other: complex(_number(node[1]), _number(node[2])),
    "b": lambda node, buffers, other: bytes(_buffer(buffers, node[1])),
    "B": lambda node, buffers, other: bytearray(_buffer(buffers, node[1])),
    "s": lambda node, buffers, other: set(_keys(_items(node, buffers, other))),
    "f": lambda node, buffers, other: frozenset(_keys(_items(node, buffers, other))),
    "r": lambda node, buffers, other: range(*_items(node, buffers, other)),
    "i": lambda node, buffers, other: slice(*_items(node, buffers, other)),
    "e": lambda node, buffers, other: Ellipsis,
    "q": lambda node, buffers, other: fractions.Fraction(
        *map(_integer, _items(node, buffers, other))
    ),
    "m": lambda node, buffers, other: decimal.Decimal(_short(node[1])),
}
