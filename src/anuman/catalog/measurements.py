"""Published measurements, one row a value, with the conditions under which it was measured."""

from dataclasses import dataclass, fields
from functools import cache

from .errors import CatalogError, UnknownName
from .files import rows
from .sources import Source, source

NUMBERS = {"value", "w_bits", "kv_bits", "input_tokens", "output_tokens"}
COUNTS = {"n_chips", "tp", "pp", "replicas"}


@dataclass(frozen=True)
class Measurement:
    """One published value in its own `unit`; None where the source does not say.

    submitter: who measured, where several parties measured the same thing. held_out: nobody looks at
    the row's error while the formulas are worked on; a third of the rows M..., by the hash of their id.
    """

    id: str
    group: str
    kind: str
    metric: str
    value: float | None
    unit: str
    given: str
    chip: str
    n_chips: int | None
    tp: int | None
    pp: int | None
    replicas: int | None
    model: str
    w_bits: float | None
    act_precision: str
    kv_bits: float | None
    load_kind: str
    batch_or_qps: str
    input_tokens: float | None
    output_tokens: float | None
    software: str
    date: str
    source: Source
    known: str
    confidence: str
    note: str
    submitter: str
    held_out: bool

    @property
    def batch(self) -> float:
        """Sequences (or tokens, for a kernel) in the step. Raises ValueError when the row has none."""
        return float(self.batch_or_qps)


def _read(row: dict[str, str]) -> Measurement:
    typed: dict = dict(row)
    try:
        for name in NUMBERS:
            typed[name] = float(row[name]) if row[name] else None
        for name in COUNTS:
            typed[name] = int(row[name]) if row[name] not in ("", "?") else None
        typed["source"] = source(row["source"])
        typed["held_out"] = {"": False, "yes": True}[row["held_out"]]
        return Measurement(**typed)
    except (KeyError, TypeError, ValueError, LookupError) as error:
        raise CatalogError(f"measurements.csv, {row.get('id')}: {error}") from error


@cache
def _all() -> tuple[Measurement, ...]:
    return tuple(_read(row) for row in rows("measurements"))


def measurements(**equal: object) -> list[Measurement]:
    """The rows whose fields equal what is given, e.g. measurements(metric="mlp_layer_us", chip="H100-SXM").

    The rows M..., further results of MLPerf v5.1, are left to `submissions`. Raises ValueError naming a
    field that rows do not have.
    """
    return [row for row in _matching(equal) if not row.id.startswith("M")]


def submissions(**equal: object) -> list[Measurement]:
    """The rows that name who submitted them to MLPerf: several parties on the same machine.

    Arguments and errors as of `measurements`.
    """
    return [row for row in _matching(equal) if row.submitter]


def _matching(equal: dict[str, object]) -> list[Measurement]:
    known = {f.name for f in fields(Measurement)}
    for name in equal:
        if name not in known:
            raise ValueError(
                f"measurements have no field {name!r}; fields: {', '.join(sorted(known))}"
            )
    return [m for m in _all() if all(getattr(m, k) == v for k, v in equal.items())]


def measurement(id: str) -> Measurement:
    """The row with this id ("P344"). Raises UnknownName."""
    for row in _all():
        if row.id == id:
            return row
    raise UnknownName("measurement", id, (row.id for row in _all()))
