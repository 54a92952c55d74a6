"""The tasks of assignment 03-prefill-decode; references call anuman.physics or are a line of algebra."""

from .answer import END_TO_END, TPOT, WORDS_PER_SECOND
from .client_log import FROM_LOG
from .fast_enough import VERDICT
from .means import MEAN_ITL, MEAN_TPOT
from .prompt import TTFT
from .several_chips import LEAST_CHIPS

TASKS = (
    TTFT,
    TPOT,
    END_TO_END,
    WORDS_PER_SECOND,
    FROM_LOG,
    MEAN_ITL,
    VERDICT,
    MEAN_TPOT,
    LEAST_CHIPS,
)
