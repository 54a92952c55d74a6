"""The tasks of assignment 05-batching; references call anuman.physics, the puzzle anuman.serving."""

from .admit import ADMIT
from .price_and_promise import VERDICT
from .published_run import USERS_OF_RUN
from .steps import CONTINUOUS_STEPS, STATIC_STEPS, WASTED_SLOT_FRACTION
from .together import THROUGHPUT_AND_TPOT

TASKS = (
    STATIC_STEPS,
    CONTINUOUS_STEPS,
    WASTED_SLOT_FRACTION,
    THROUGHPUT_AND_TPOT,
    USERS_OF_RUN,
    VERDICT,
    ADMIT,
)
