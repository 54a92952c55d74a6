"""The tasks of assignment 03-prefill-decode; references call anuman.physics or are a line of algebra."""

from .answer import END_TO_END, TPOT, WORDS_PER_SECOND
from .means import MEAN_ITL, MEAN_TPOT
from .prompt import TTFT
from .verdict import VERDICT

TASKS = (TTFT, TPOT, END_TO_END, WORDS_PER_SECOND, VERDICT, MEAN_ITL, MEAN_TPOT)
