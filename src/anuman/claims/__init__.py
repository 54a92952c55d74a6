"""The articles' claims with their arithmetic computed: from the catalogue, sourced figures and physics."""

from .arithmetic import Step, Worked, arithmetic, flips_at, work
from .listing import as_data, run, value

__all__ = ["Step", "Worked", "arithmetic", "as_data", "flips_at", "run", "value", "work"]
