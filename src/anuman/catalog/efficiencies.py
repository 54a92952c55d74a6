"""What running kernels reach of a chip's peak: one table, each entry with its source."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .errors import CatalogError, MissingValue
from .files import table
from .sources import KNOWN, Source, source

KINDS = (
    "gemm",
    "experts",
    "mixed_experts",
    "decode_attention",
    "prefill_attention",
    "elementwise",
    "all_reduce",
    "pipeline",
    "training",
    "convert_per_s",
    "expert_imbalance",
)


@dataclass(frozen=True)
class Efficiency:
    """Shares of the peak (0 to 1) and seconds a kernel loses; None where the kind has no such part."""

    source: Source
    known: str
    memory: float | None = None
    compute: float | None = None
    kernel_s: float = 0.0
    value: float | None = None
    hop_s: float = 0.0
    ranks_per_chip: int = 1
    custom: tuple[float, ...] = ()
    nccl: tuple[float, ...] = ()
    eager: tuple[float, ...] = ()
    note: str = ""


def _entry(raw: dict, kind: str, bits: int | None, engine: str) -> dict | None:
    """The entry of this kind, the engine's own first; of the next wider numbers where this width is missing."""
    entry = raw.get("by", {}).get(engine, {}).get(kind) or raw.get(kind)
    if entry is None or bits is None:
        return entry
    widths = sorted(int(width) for width in entry)
    wide_enough = [width for width in widths if width >= bits] or widths[-1:]
    return entry[str(wide_enough[0])]


def written() -> Iterator[tuple[str, str, str]]:
    """(chip, entry, how it is known) of every entry of the table that is no stand-in, "by.vLLM.gemm.16" and the like."""
    for chip, raw in table("efficiencies").items():
        for path, entry in _leaves(
            {key: value for key, value in raw.items() if key in (*KINDS, "by")}
        ):
            yield chip, path, entry.get("known", raw.get("known"))


def _leaves(raw: dict, path: str = "") -> Iterator[tuple[str, dict]]:
    for key, value in raw.items():
        name = f"{path}.{key}" if path else key
        if any(isinstance(part, dict) for part in value.values()):
            yield from _leaves(value, name)
        else:
            yield name, value


@cache
def efficiency(chip: str, kind: str, bits: int | None = None, engine: str = "") -> Efficiency:
    """Efficiency of `kind` (see KINDS) on a chip, for numbers of this many bits where it depends on them.

    engine: whose kernels, "" for the median over engines.

    A chip may stand in for another (`like` in the table): such a value has known = "assumed". Raises
    MissingValue when neither has one, CatalogError for a malformed entry.
    """
    entries = table("efficiencies")
    name, stand_in = (chip, False) if chip in entries else ("generic", True)
    while name:
        raw = entries[name]
        entry = _entry(raw, kind, bits, engine)
        if entry is not None:
            try:
                values = {
                    "source": raw["source"],
                    "known": raw["known"],
                    **entry,
                }
                values["source"] = source(values["source"])
                for listed in ("custom", "nccl", "eager"):
                    values[listed] = tuple(values.get(listed, ()))
                if stand_in:
                    values["known"] = "assumed"
                    values["note"] = f"the value of {name} stands in; {values.get('note', '')}"
                result = Efficiency(**values)
            except (KeyError, TypeError, LookupError) as error:
                raise CatalogError(f"efficiencies.toml, [{name}], {kind}: {error}") from error
            if result.known not in KNOWN:
                raise CatalogError(
                    f"efficiencies.toml, [{name}], {kind}: known is one of {', '.join(KNOWN)}"
                )
            return result
        name, stand_in = raw.get("like", "" if name == "generic" else "generic"), True
    raise MissingValue(
        f"nobody has published the {kind} efficiency of {chip}; no default is guessed"
    )
