"""Training recipes: how a published run was set up, as far as its configuration says so."""

from dataclasses import dataclass
from functools import cache

from .errors import CatalogError
from .files import table
from .sources import KNOWN, Source, source

PRODUCTS = ("qkv", "out", "gate_up", "down")


@dataclass(frozen=True)
class Recipe:
    """One run's set-up.

    kept: those of a layer's products (PRODUCTS) whose results are stored for the backward pass; the others
    are computed again. sharding: "tensor" (layers are shared out over chips, which exchange activations) or "fsdp" (every chip holds
    a slice of each weight and gathers the rest). tokens_per_chip: in one step, None where unknown. exposed:
    gathering is not hidden behind arithmetic. capacity_factor: tokens that each expert computes over the even share, the
    places that stay empty included. later_tokens, later_context: of stages with longer texts than the row's.
    """

    kept: tuple[str, ...] = PRODUCTS
    sharding: str = "tensor"
    chips_per_layer: int | None = None
    tokens_per_chip: float | None = None
    exposed: bool = False
    capacity_factor: float = 1.0
    later_tokens: float = 0.0
    later_context: float = 0.0
    source: Source | None = None
    known: str = "assumed"
    note: str = ""


@cache
def recipe(chip: str, model: str, kind: str = "") -> Recipe:
    """The recipe of this model on this chip, of the model on any, or what is usual on this kind of chip ("GPU", "TPU").

    Raises CatalogError for a malformed entry.
    """
    entries = table("recipes")
    for name in (f"{chip}/{model}", model, kind):
        if name in entries:
            return _recipe(name, entries[name])
    return Recipe()


def _recipe(name: str, raw: dict) -> Recipe:
    try:
        recipe = Recipe(**{**raw, "kept": tuple(raw["kept"]), "source": source(raw["source"])})
    except (KeyError, TypeError, LookupError) as error:
        raise CatalogError(f"recipes.toml, [{name}]: {error}") from error
    if set(recipe.kept) - set(PRODUCTS) or recipe.known not in KNOWN:
        raise CatalogError(
            f"recipes.toml, [{name}]: kept lists some of {', '.join(PRODUCTS)}; known is one of {', '.join(KNOWN)}"
        )
    return recipe
