"""The deployments that a row of published values may mean: chips that share layers, or experts alone."""

from functools import lru_cache

from ..catalog import chip
from .conditions import Conditions
from .deployment import Deployment
from .energy import clock_under_cap
from .load import offline_throughput
from .placement import DoesNotFit, arithmetic_bits


@lru_cache(maxsize=512)
def made(*fields) -> Deployment:
    """A Deployment of these arguments, kept for the next row that asks for it."""
    return Deployment(*fields)


def deployment(c: Conditions) -> Deployment:
    """The deployment that a row describes: one replica of it, whose chips share every layer."""
    return made(
        c.chip,
        c.model,
        c.tp,
        c.pp,
        c.weight_bits,
        arithmetic(c.chip, c.activation),
        c.kv_bits,
        c.software,
        clock_under_cap(power_share(c)),
    )


@lru_cache(maxsize=512)
def arithmetic(chip_name: str, activation: str) -> str:
    """The row's format, or 16 bits on a chip that lacks it: narrow weights are converted there, as engines do."""
    arithmetic_bits(activation)
    known = chip(chip_name).quantities
    lacks = any(name.startswith("peak.") for name in known) and f"peak.{activation}" not in known
    return "bf16" if lacks and arithmetic_bits(activation) < 16 else activation


def layouts(c: Conditions) -> list[tuple[Deployment, int]]:
    """(deployment, how many such serve) of each way in which a row's software may spread the model.

    All chips of a replica share every layer. Or, for a mixture of experts whose few key-value heads or latents would be
    copied to all of them: each chip serves sequences of its own and the experts are shared out (data-parallel attention).
    """
    shared = deployment(c)
    found = [(shared, c.replicas)]
    experts = shared.model.experts
    if experts and 1 < c.tp <= experts and c.pp == 1 and shared.kv_copies > 1:
        fields = (c.chip, c.model, 1, 1, c.weight_bits, shared.activation, c.kv_bits, c.software)
        spread = made(*fields, shared.clock, c.tp)
        if spread.fits:
            found.append((spread, c.replicas * c.tp))
    return found


@lru_cache(maxsize=512)
def _capacity(d: Deployment, prompt: float, output: float) -> float:
    try:
        return offline_throughput(d, prompt, output)
    except DoesNotFit:
        return 0.0


def layout(c: Conditions) -> tuple[Deployment, int]:
    """That of the layouts which can serve most: whoever publishes a service under load has chosen it."""
    found = layouts(c)
    if len(found) == 1:
        return found[0]
    return max(found, key=lambda one: one[1] * _capacity(one[0], c.prompt, c.output))


def power_share(c: Conditions) -> float:
    """Share of its rated power that a chip may draw: by the note's watts, else by the catalogue's for capped servers.

    1 where neither gives any.
    """
    if "power-" not in c.note:
        return 1.0
    watts = c.noted(r"power-limited to ([\d.]+) W")
    if watts is None and "power-capped" in c.note:
        known = chip(c.chip).quantities.get("capped_power")
        watts = known.value if known else None
    return 1.0 if watts is None else min(1.0, watts / chip(c.chip).power)
