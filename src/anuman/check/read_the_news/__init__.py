"""Assignment 11: read the news."""

from .fact_check import FACT_CHECK
from .judge import JUDGE
from .measuring import WORTH_MEASURING
from .middle import MIDDLE
from .needed import GPUS_NEEDED
from .origins import ORIGINS

TASKS = (JUDGE, MIDDLE, ORIGINS, GPUS_NEEDED, FACT_CHECK, WORTH_MEASURING)
