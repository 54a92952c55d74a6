"""Models: shape and size. `params` counts all parameters, `params_active` those one token uses."""

from dataclasses import dataclass, fields
from functools import cache

from .errors import CatalogError, UnknownName
from .files import table
from .sources import KNOWN, Source, source

SOURCES = ("source", "window_source")


@dataclass(frozen=True)
class Model:
    """A transformer's shape. Fields that only a mixture of experts has are None in a dense model.

    window: the tokens that attention sees at most in `window_layers` of the layers, None where
    every layer sees all; window_source says where that stands. index_topk: tokens that attention
    picks, by the scores of an index of index_heads heads of index_head_dim, None where it sees all.
    narrow_experts: weights of fewer than 8 bits are the experts' only, others stay at 16.
    parallel_layers: attention and MLP read the same input, so their results are added up together. context: most
    tokens of a request, None where no source gives it.
    """

    name: str
    family: str
    params: float
    params_active: float
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn_width: int
    ffn_matrices: int
    vocab: int
    tied_embedding: bool
    attention: str
    source: Source
    known: str
    note: str = ""
    experts: int | None = None
    experts_per_token: int | None = None
    shared_experts: int | None = None
    expert_ffn_width: int | None = None
    dense_layers: int | None = None
    moe_every: int | None = None
    q_lora_rank: int | None = None
    kv_lora_rank: int | None = None
    rope_head_dim: int | None = None
    v_head_dim: int | None = None
    kv_bytes_per_token_fp16: float | None = None
    window: int | None = None
    window_layers: int | None = None
    window_source: Source | None = None
    index_heads: int | None = None
    index_head_dim: int | None = None
    index_topk: int | None = None
    narrow_experts: bool = False
    parallel_layers: bool = False
    context: int | None = None


@cache
def model(name: str) -> Model:
    """The model of this name. Raises UnknownName naming the nearest models, or CatalogError."""
    entries = table("models")
    if name not in entries:
        raise UnknownName("model", name, entries)
    raw = entries[name]
    try:
        named = {field: source(raw[field]) for field in SOURCES if field in raw}
        found = Model(name=name, **{**raw, **named})
    except (KeyError, TypeError, LookupError) as error:
        known = ", ".join(f.name for f in fields(Model))
        raise CatalogError(f"models.toml, [{name}]: {error}; fields are {known}") from error
    if found.known not in KNOWN:
        raise CatalogError(f"models.toml, [{name}]: known is one of {', '.join(KNOWN)}")
    return found


def models() -> list[str]:
    """Names of all models, in the catalogue's order."""
    return list(table("models"))
