"""The five quantities that made-up articles speak of, each with the one assumption that is uncertain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

DAY_S = 86400


@dataclass(frozen=True)
class Law:
    """value: of the quantity, from the assumptions, one of which (`open`) is uncertain.

    inverse: of the open assumption, from a value of the quantity and the other assumptions.
    """

    open: str
    value: Callable[[Mapping], float]
    inverse: Callable[[float, Mapping], float]


LAWS = {
    "rupees": Law("rate", lambda a: a["usd"] * a["rate"], lambda value, a: value / a["usd"]),
    "gpus": Law(
        "mfu",
        lambda a: 6 * a["n"] * a["tokens"] / (a["peak"] * a["mfu"] * a["days"] * DAY_S),
        lambda value, a: 6 * a["n"] * a["tokens"] / (a["peak"] * value * a["days"] * DAY_S),
    ),
    "tokens_per_s": Law(
        "bandwidth",
        lambda a: a["bandwidth"] / (a["n"] * a["bytes_per_weight"]),
        lambda value, a: value * a["n"] * a["bytes_per_weight"],
    ),
    "megawatts": Law(
        "overhead",
        lambda a: a["chips"] * a["watts"] * a["overhead"] / 1e6,
        lambda value, a: value * 1e6 / (a["chips"] * a["watts"]),
    ),
    "users": Law(
        "context",
        lambda a: (a["memory"] - a["weights"]) / (a["kv_per_token"] * a["context"]),
        lambda value, a: (a["memory"] - a["weights"]) / (a["kv_per_token"] * value),
    ),
}


def span(quantity: str, assumed: Mapping) -> tuple[float, float]:
    """(smallest, largest) value of a quantity while its open assumption goes from end to end."""
    law = LAWS[quantity]
    ends = [law.value({**assumed, law.open: end}) for end in assumed[law.open]]
    return min(ends), max(ends)
