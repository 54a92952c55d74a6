"""Assignment 06: under load."""

from .cause import FIND_CAUSE
from .log import GOODPUT, LITTLE
from .next_step import NEXT_STEP
from .percentile import PERCENTILE_LATENCY
from .rate import MAX_RATE
from .stable import IS_STABLE

TASKS = (PERCENTILE_LATENCY, GOODPUT, LITTLE, IS_STABLE, MAX_RATE, FIND_CAUSE, NEXT_STEP)
