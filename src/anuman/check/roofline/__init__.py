"""The tasks of assignment 02-roofline; references call anuman.physics."""

from .copy_bandwidth import COPY_BANDWIDTH
from .enough_batch import VERDICT
from .law import CRITICAL_BATCH, INTENSITY, RIDGE
from .step import STEP_TIME

TASKS = (RIDGE, INTENSITY, STEP_TIME, CRITICAL_BATCH, COPY_BANDWIDTH, VERDICT)
