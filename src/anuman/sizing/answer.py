"""Room and speed of a model on a chip: how many chips, how many requests, how long a token and a prompt take."""

from dataclasses import dataclass
from math import floor

from ..catalog import Chip, Model, chip
from ..catalog.errors import MissingValue
from ..physics import Deployment

MOST_CHIPS = 8  # that are tried where none is asked for: one server
FORMATS = {
    "fp32": 32.0, "bf16": 16.0, "fp16": 16.0, "fp8": 8.0, "int8": 8.0, "fp4": 4.5, "nvfp4": 4.5,
    "mxfp4": 4.25, "int4": 4.5,
}  # fmt: skip


class SizeError(ValueError):
    """A question that has no answer; `option` names what is wrong with it."""

    def __init__(self, option: str, message: str):
        super().__init__(f"{option}: {message}")
        self.option = option


@dataclass(frozen=True)
class Sized:
    """The answer for one chip; SI units. `state` says why what is None is unknown, "" where nothing is.

    requests: of `context` tokens each that fit beside the weights. arithmetic: the format of the products.
    """

    chip: str
    chips: int | None = None
    requests: int | None = None
    tpot_s: float | None = None
    ttft_s: float | None = None
    arithmetic: str = ""
    state: str = ""


def bits(text: str) -> float:
    """Bits a weight of "8", "4.25" or a format's name ("fp8"). Raises SizeError listing what there is."""
    if text in FORMATS:
        return FORMATS[text]
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 32:
        raise SizeError(
            "--weight-bits",
            f"{text!r} is neither a number from 1 to 32 nor one of {', '.join(FORMATS)}",
        )
    return value


def arithmetic(c: Chip, weight_bits: float) -> str:
    """The narrowest format that the chip multiplies in and the weights allow; 16 bits where weights must be converted."""
    if weight_bits <= 4.5 and "peak.fp4" in c.quantities:
        return "fp4"
    if weight_bits <= 8 and "peak.fp8" in c.quantities:
        return "fp8" if weight_bits > 4.5 else "bf16"
    return "bf16"


def check_split(model: Model, chips: int) -> None:
    """Raises SizeError when a layer of the model cannot be shared out over so many chips."""
    if model.heads % chips:
        raise SizeError(
            "--chips", f"{chips} chips cannot share out the {model.heads} heads of {model.name}: "
            f"take a number that divides {model.heads}",
        )  # fmt: skip


def size(
    model: Model,
    chip_name: str,
    context: int,
    batch: int,
    weight_bits: float,
    kv_bits: float = 16,
    chips: int | None = None,
) -> Sized:
    """The model on the fewest chips of this kind that hold it and `batch` requests, or on `chips`.

    Raises UnknownName for a chip that the catalogue does not have, SizeError for more chips than the model has heads to share.
    """
    c = chip(chip_name)
    form = arithmetic(c, weight_bits)
    if chips is not None:
        check_split(model, chips)
        return _sized(model, c, chips, form, context, batch, weight_bits, kv_bits)
    sized = Sized(chip_name)
    tried = 1
    while tried <= MOST_CHIPS and model.heads % tried == 0:
        sized = _sized(model, c, tried, form, context, batch, weight_bits, kv_bits)
        if not sized.state or "link" not in c.quantities:
            break
        tried *= 2
    return sized


def _sized(
    model: Model, c: Chip, chips: int, form: str, context: int, batch: int, weight_bits: float,
    kv_bits: float,
) -> Sized:  # fmt: skip
    d = Deployment(
        c.name, model, tp=chips, weight_bits=weight_bits, activation=form, kv_bits=kv_bits
    )
    try:
        memory = d.engine.memory_share * c.capacity * chips
        fit = floor((memory - d.weight_bytes) / d.kv_bytes(context)) if d.fits else -1
        if fit < 0:
            state = f"the weights do not fit on {chips}"
            return Sized(c.name, chips, 0, None, None, form, state)
        if fit < batch:
            state = f"{batch} requests do not fit on {chips}, {fit} do"
            return Sized(c.name, chips, fit, None, None, form, state)
        tpot, ttft = d.decode_step(batch, context), d.ttft(context)
    except MissingValue as error:
        return Sized(c.name, chips, None, None, None, form, str(error).partition(";")[0])
    return Sized(c.name, chips, fit, tpot, ttft, form)
