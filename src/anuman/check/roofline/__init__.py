"""The tasks of assignment 02-roofline; references call anuman.physics or are a line of algebra."""

from .copy_bandwidth import COPY_BANDWIDTH
from .enough_batch import VERDICT
from .law import CRITICAL_BATCH, INTENSITY, RIDGE
from .own_bytes import FLIP_WITH_OWN
from .sheet import READ_SHEET
from .step import STEP_TIME

TASKS = (
    RIDGE,
    INTENSITY,
    STEP_TIME,
    CRITICAL_BATCH,
    COPY_BANDWIDTH,
    READ_SHEET,
    VERDICT,
    FLIP_WITH_OWN,
)
