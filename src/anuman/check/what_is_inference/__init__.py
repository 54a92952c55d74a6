"""The tasks of assignment 01-what-is-inference; references call anuman.physics."""

from .crossover import CROSSOVER_DAY
from .deadline import DEADLINE_MET
from .flops import SERVE_FLOPS, TRAIN_FLOPS
from .memory import MEMORY_BYTES
from .mend import CHIP_HOURS
from .passing import PASSING_DAY
from .served_volume import VERDICT

TASKS = (
    TRAIN_FLOPS,
    SERVE_FLOPS,
    CROSSOVER_DAY,
    MEMORY_BYTES,
    DEADLINE_MET,
    PASSING_DAY,
    CHIP_HOURS,
    VERDICT,
)
