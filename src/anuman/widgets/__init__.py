"""What lessons show: news cards, predictions, the central widgets, measurements. Starts without NumPy."""

from anuman.language import N_, _, both, language, number, scientific, si

from .figure import Figure, figure, table
from .kv_published import published_kv
from .machine import own_machine
from .measurement import measure
from .memory_jar import memory_jar
from .news import news_card, verdict_card
from .predict import Predictions, Question, predictions
from .published import published_roofline
from .reality import reality
from .roofline import two_clocks

__all__ = [
    "N_",
    "Figure",
    "Predictions",
    "Question",
    "_",
    "both",
    "figure",
    "language",
    "measure",
    "memory_jar",
    "news_card",
    "number",
    "own_machine",
    "predictions",
    "published_kv",
    "published_roofline",
    "reality",
    "scientific",
    "si",
    "table",
    "two_clocks",
    "verdict_card",
]
