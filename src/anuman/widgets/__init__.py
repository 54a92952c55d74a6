"""What lessons show: news cards, predictions, the central widgets, measurements. Starts without NumPy.

Each name is loaded when it is first asked for (PEP 562): a lesson loads what it shows and no more.
"""

import sys
from importlib import import_module
from types import ModuleType

from anuman.language import N_, _, both, language, number, scientific, si

# Where each name stands, under this package.
WHERE = {
    "Figure": "kit.figure",
    "Predictions": "predictions.questions",
    "Question": "predictions.questions",
    "batch_sweep": "batch_sweep.sweep_widget",
    "batching_theatre": "batching_theatre.theatre_widget",
    "crossover": "crossover.crossover_widget",
    "fewer_bits": "fewer_bits.fewer_bits_widget",
    "figure": "kit.figure",
    "load_curves": "load_curves.load_widget",
    "measure": "own_machine.measurement",
    "memory_jar": "memory_jar.jar_widget",
    "news_card": "cards.news",
    "own_machine": "own_machine.machine_charts",
    "policy_duel": "policy_duel.duel_widget",
    "predictions": "predictions.questions",
    "published_kv": "published.decode_steps",
    "published_roofline": "published.kernels",
    "published_shares": "published.peak_used",
    "reality": "published.reality",
    "sort_names": "cards.naming",
    "table": "kit.figure",
    "timeline": "timeline.timeline_widget",
    "token_steps": "token_steps.token_widget",
    "training_against_inference": "training_against_inference.training_widget",
    "two_clocks": "two_clocks.clocks_widget",
    "verdict_card": "cards.news",
}
__all__ = ["N_", "_", "both", "language", "number", "scientific", "si", *WHERE]


class _Package(ModuleType):
    """This package: importing a folder of a function's name does not hide the function."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name not in WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"{__name__}.{WHERE[name]}"), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *WHERE})
