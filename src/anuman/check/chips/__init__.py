"""Assignment 08: chips."""

from .deploy import DEPLOY
from .less_energy import VERDICT
from .pairing import HAND_OVER, TASK_SPEEDUP, WRITING_SHARE
from .parts import CHIPS_NEEDED, DECODE_TIME, ENERGY_PER_TOKEN

TASKS = (
    CHIPS_NEEDED,
    DECODE_TIME,
    HAND_OVER,
    ENERGY_PER_TOKEN,
    TASK_SPEEDUP,
    WRITING_SHARE,
    VERDICT,
    DEPLOY,
)
