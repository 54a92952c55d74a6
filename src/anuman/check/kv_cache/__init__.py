"""The tasks of assignment 04-kv-cache; references call anuman.physics."""

from .attention import ATTEND_WITH_CACHE
from .factor import FIND_FACTOR
from .full_memory import VERDICT
from .size import KV_BYTES_PER_TOKEN, MAX_REQUESTS
from .waste import CONTIGUOUS_WASTE, PAGED_WASTE

TASKS = (
    KV_BYTES_PER_TOKEN,
    MAX_REQUESTS,
    CONTIGUOUS_WASTE,
    PAGED_WASTE,
    FIND_FACTOR,
    VERDICT,
    ATTEND_WITH_CACHE,
)
