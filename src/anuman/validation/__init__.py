"""Predicted against published: every row scored, the errors by kind, and why the worst ones miss."""

from .score import Scored, Summary, score, summaries
from .table import Row, TableError, read_table
from .validate_command import run

__all__ = ["Row", "Scored", "Summary", "TableError", "read_table", "run", "score", "summaries"]
