"""Answers held against references and misconceptions, in the notebook and in every graded run."""

from .run import check, examples
from .task import UnknownTask

__all__ = ["UnknownTask", "check", "examples"]
