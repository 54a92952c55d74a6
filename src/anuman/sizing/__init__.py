"""`anuman size`: what a model needs and how fast it can be, from its own config.json."""

from .answer import Sized, size
from .report import run

__all__ = ["Sized", "run", "size"]
