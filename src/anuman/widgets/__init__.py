"""What lessons show: news cards, predictions, the central widgets, measurements. Starts without NumPy."""

from anuman.language import N_, _, both, language, number, scientific, si

from .crossover import crossover
from .duel import policy_duel
from .fewer_bits import fewer_bits
from .figure import Figure, figure, table
from .kv_published import published_kv
from .load_curves import load_curves
from .machine import own_machine
from .measurement import measure
from .memory_jar import memory_jar
from .naming import sort_names
from .news import news_card, verdict_card
from .predict import Predictions, Question, predictions
from .published import published_roofline
from .published_shares import published_shares
from .reality import reality
from .roofline import two_clocks
from .sweep_live import batch_sweep
from .theatre import batching_theatre
from .timeline import timeline
from .token_steps import token_steps
from .training_live import training_against_inference

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
