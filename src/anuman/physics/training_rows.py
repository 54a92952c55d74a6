"""Published values of training, predicted from a row's conditions: tokens a second, MFU, the hours of a model card."""

from ..catalog import Model, chip, model
from ..catalog.errors import UnknownName
from ..catalog.recipes import Recipe, recipe
from .conditions import BadRow, Conditions
from .training import flops_per_token
from .training_step import training_token_s

GOODPUT = 0.9  # assumed of a production run; what it comes from: cluster.goodput
HOUR = 3600.0


def _active(c: Conditions) -> float:
    """Active parameters: what the note says, else the catalogue's."""
    noted = c.noted(r"active_params_B=([\d.]+)")
    return noted * 1e9 if noted else model(c.model).params_active


def _shape(c: Conditions) -> Model | None:
    try:
        return model(c.model)
    except UnknownName:
        if not c.noted(r"active_params_B=([\d.]+)"):
            raise
        return None


def _recipe(c: Conditions) -> Recipe:
    return recipe(c.chip, c.model, chip(c.chip).kind)


def _token_s(c: Conditions, sequence: float) -> float:
    return training_token_s(chip(c.chip), _active(c), _recipe(c), _shape(c), sequence, c.activation)


def training_tokens_per_s(c: Conditions) -> float:
    """Tokens a second of one chip."""
    return 1 / _token_s(c, c.prompt)


def training_mfu(c: Conditions) -> float:
    """Share of the dense 16-bit peak, attention counted un-halved: PaLM's count."""
    m = _shape(c)
    shape = (m.layers, m.heads * m.head_dim, c.prompt) if m else ()
    needed = flops_per_token(_active(c), *shape)
    return needed / (_token_s(c, c.prompt) * chip(c.chip).peak(chip(c.chip).peak16))


def gpu_hours(c: Conditions) -> float:
    """Hours of the pass over the tokens and of a recipe's stages with longer texts, at GOODPUT."""
    if c.training_tokens is None:
        raise BadRow("batch_or_qps", "gpu_hours needs tokens=...")
    later = _recipe(c)
    seconds = c.training_tokens * _token_s(c, c.prompt)
    if later.later_tokens:
        seconds += later.later_tokens * _token_s(c, later.later_context)
    return seconds / GOODPUT / HOUR
