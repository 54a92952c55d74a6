"""The tasks of assignment 04-kv-cache; references call anuman.physics."""

from .attention import ATTEND_WITH_CACHE
from .config import KV_BYTES_FROM_CONFIG
from .factor import FIND_FACTOR
from .full_memory import VERDICT
from .mend import CONCURRENT_REQUESTS
from .size import KV_BYTES_PER_TOKEN, MAX_REQUESTS
from .waste import PAGED_WASTE

TASKS = (
    KV_BYTES_PER_TOKEN,
    MAX_REQUESTS,
    PAGED_WASTE,
    FIND_FACTOR,
    KV_BYTES_FROM_CONFIG,
    CONCURRENT_REQUESTS,
    VERDICT,
    ATTEND_WITH_CACHE,
)
