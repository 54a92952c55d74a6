"""What lessons show: news cards, predictions, the central widgets, measurements. Starts without NumPy."""

from anuman.language import N_, _, both, language, number, scientific, si

from .batch_sweep.sweep_widget import batch_sweep
from .batching_theatre.theatre_widget import batching_theatre
from .cards.naming import sort_names
from .cards.news import news_card, verdict_card
from .crossover.crossover_widget import crossover
from .fewer_bits.fewer_bits_widget import fewer_bits
from .kit.figure import Figure, figure, table
from .load_curves.load_widget import load_curves
from .memory_jar.jar_widget import memory_jar
from .own_machine.machine_charts import own_machine
from .own_machine.measurement import measure
from .policy_duel.duel_widget import policy_duel
from .predictions.questions import Predictions, Question, predictions
from .published.decode_steps import published_kv
from .published.kernels import published_roofline
from .published.peak_used import published_shares
from .published.reality import reality
from .timeline.timeline_widget import timeline
from .token_steps.token_widget import token_steps
from .training_against_inference.training_widget import training_against_inference
from .two_clocks.clocks_widget import two_clocks

__all__ = [
    "N_",
    "Figure",
    "Predictions",
    "Question",
    "_",
    "batch_sweep",
    "batching_theatre",
    "both",
    "crossover",
    "fewer_bits",
    "figure",
    "language",
    "load_curves",
    "measure",
    "memory_jar",
    "news_card",
    "number",
    "own_machine",
    "policy_duel",
    "predictions",
    "published_kv",
    "published_roofline",
    "published_shares",
    "reality",
    "scientific",
    "si",
    "sort_names",
    "table",
    "timeline",
    "token_steps",
    "training_against_inference",
    "two_clocks",
    "verdict_card",
]
