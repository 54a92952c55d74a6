"""What a claim's formulas give: every number from the catalogue, a sourced figure, or physics."""

from collections.abc import Callable
from dataclasses import dataclass

from anuman import catalog, physics

from .formula import evaluate
from .lookup import Lookup

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
CONSTANTS = {"crore": 1e7}


@dataclass(frozen=True)
class Step:
    """A computed step: label in "en" and "hi", the formula as written, its value in `unit`.

    flips: the value at which the verdict changes its side.
    """

    name: str
    label: dict[str, str]
    formula: str
    value: float
    unit: str
    flips: bool


@dataclass(frozen=True)
class Worked:
    """A claim's steps, and how each value of the catalogue that they use is known (see catalog.KNOWN)."""

    steps: list[Step]
    rests_on: dict[str, str]


def _functions(look: Lookup) -> dict[str, Callable]:
    """What a formula may call; fields are named as in the catalogue."""

    def kv_bytes(model: str, bytes_per_element: float) -> float:
        """Bytes that one token adds to the KV cache."""
        shape = look.shape(model)
        if shape.attention == "MLA":
            raise catalog.CatalogError(
                f"{model} keeps a compressed cache: its heads do not give it"
            )
        return physics.kv_bytes_per_token(
            shape.layers, shape.kv_heads, shape.head_dim, bytes_per_element
        )

    def critical_batch(chip: str, bytes_per_weight: float) -> float:
        return physics.critical_batch(
            look.peak16(chip), look.chip(chip, "bandwidth"), bytes_per_weight
        )

    def arithmetic_in_use(chip: str, batch: float, bytes_per_weight: float) -> float:
        """Share of the 16-bit peak that a decode step of `batch` sequences can use."""
        step = physics.decode_step(
            n=1,
            batch=batch,
            flops=look.peak16(chip),
            bandwidth=look.chip(chip, "bandwidth"),
            bytes_per_weight=bytes_per_weight,
        )
        return step.compute_s / step.seconds

    return {
        "chip": look.chip,
        "model": look.model,
        "measured": look.measured,
        "workload": look.workload,
        "kv_bytes": kv_bytes,
        "critical_batch": critical_batch,
        "arithmetic_in_use": arithmetic_in_use,
        "training_flops": physics.training_flops,
        "forward_flops": physics.forward_flops,
        "chips_needed": physics.chips_needed,
        "seconds": SECONDS.__getitem__,
        "max": max,
        "min": min,
    }


def work(claim: catalog.Claim) -> Worked:
    """Compute the claim's steps in order; a step may use the claim's figures and earlier steps.

    Raises CatalogError naming claim and step.
    """
    look = Lookup({f"{claim.id}: {name}": figure.known for name, figure in claim.figures.items()})
    functions = _functions(look)
    names = CONSTANTS | {name: figure.value for name, figure in claim.figures.items()}
    steps = []
    for step in claim.steps:
        try:
            value = evaluate(step.formula, names, functions)
        except (catalog.CatalogError, LookupError, AttributeError) as error:
            raise catalog.CatalogError(f"claim {claim.id}, step {step.name}: {error}") from error
        names[step.name] = value
        steps.append(Step(step.name, step.label, step.formula, value, step.unit, step.flips))
    return Worked(steps, look.seen)


def arithmetic(claim: catalog.Claim) -> list[Step]:
    """The claim's steps with their values; an empty list for a claim that needs no arithmetic."""
    return work(claim).steps


def flips_at(claim: catalog.Claim) -> list[Step]:
    """The values at which the verdict of a claim that depends changes its side."""
    return [step for step in arithmetic(claim) if step.flips]
