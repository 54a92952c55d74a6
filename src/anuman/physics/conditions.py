"""The conditions under which a value was, or would be, measured: one row of a table, read and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..catalog import Measurement

COLUMNS = (
    "metric", "chip", "n_chips", "tp", "pp", "replicas", "model", "w_bits", "act_precision",
    "kv_bits", "load_kind", "batch_or_qps", "input_tokens", "output_tokens", "software",
)  # fmt: skip


class BadRow(ValueError):
    """A row that cannot be read; `column` names where."""

    def __init__(self, column: str, message: str):
        super().__init__(f"column {column}: {message}")
        self.column = column


@dataclass(frozen=True)
class Conditions:
    """What a prediction needs to know, None where the row does not say."""

    metric: str
    chip: str
    model: str
    chips: int | None
    tp: int
    pp: int
    replicas: int
    weight_bits: float
    activation: str
    kv_bits: float
    load_kind: str
    load: float | None  # sequences in the batch, or requests a second
    prompt: float
    output: float
    software: str
    given: dict[str, float]
    note: str
    training_tokens: float | None

    def noted(self, pattern: str) -> float | None:
        """The number that the note gives in this form (a pattern with one group), if it does."""
        found = re.search(pattern, self.note)
        return _plain(found[1], "note") if found else None


def read(row: Mapping | Measurement) -> Conditions:
    """The conditions of a Measurement or of a mapping with the table's columns, text or numbers.

    Raises BadRow naming the column that is missing or cannot be read.
    """
    field = _field_reader(row)
    for column in ("metric", "chip", "model"):
        if field(column) is None:
            raise BadRow(column, "empty; every row needs it")
    tp, pp = _count(field, "tp") or 1, _count(field, "pp") or 1
    chips = _count(field, "n_chips")
    replicas = _count(field, "replicas") or max(1, (chips or tp * pp) // (tp * pp))
    load = str(field("batch_or_qps") or "")
    tokens = load.removeprefix("tokens=") if load.startswith("tokens=") else None
    return Conditions(
        metric=field("metric"),
        chip=field("chip"),
        model=field("model"),
        chips=chips,
        tp=tp,
        pp=pp,
        replicas=replicas,
        weight_bits=_bits(field, "w_bits"),
        activation=field("act_precision") or "bf16",
        kv_bits=_bits(field, "kv_bits"),
        load_kind=field("load_kind") or "static_batch",
        load=None
        if tokens is not None or load in ("", "-", "inf")
        else _number(field, "batch_or_qps"),
        prompt=_number(field, "input_tokens", 0.0),
        output=_number(field, "output_tokens", 1.0),
        software=field("software") or "generic",
        given=_given(field("given")),
        note=field("note") or "",
        training_tokens=None
        if tokens in (None, "-", "")
        else _in_range(_plain(tokens, "batch_or_qps"), tokens, "batch_or_qps"),
    )


def _field_reader(row):
    get = row.get if isinstance(row, Mapping) else vars(row).get

    def field(name: str):
        value = get(name)
        if isinstance(value, str):
            value = value.strip()
        return None if value in (None, "", "?") else value

    return field


def _plain(text, column: str) -> float:
    try:
        if isinstance(text, str) and "_" in text:  # which float() would skip
            raise ValueError
        return float(text)
    except (TypeError, ValueError):
        raise BadRow(column, f"{text!r} is not a number") from None


def _number(field, column: str, default: float | None = None) -> float | None:
    value = field(column)
    if value in (None, "-"):
        return default
    number = _plain(value, column)
    return _in_range(number, value, column)


def _in_range(number: float, text, column: str) -> float:
    if not 0 <= number < 1e30:
        raise BadRow(column, f"{text!r} is out of range")
    return number


def _bits(field, column: str) -> float:
    bits = _number(field, column, 16.0)
    if not 1 <= bits <= 32:
        raise BadRow(column, f"{field(column)!r} is not between 1 and 32 (bits, not bytes)")
    return bits


def _count(field, column: str) -> int | None:
    number = _number(field, column)
    if number is None:
        return None
    if number != int(number) or number < 1:
        raise BadRow(column, f"{field(column)!r} is not a whole number above zero")
    return int(number)


def _given(text) -> dict[str, float]:
    """{"tpot_mean_ms": 153.38} from "tpot_mean_ms=153.38"; several are separated by semicolons."""
    found: dict[str, float] = {}
    if text is None:
        return found
    for part in str(text).split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found[name.strip()] = _in_range(_plain(value, "given"), value, "given")
    return found
