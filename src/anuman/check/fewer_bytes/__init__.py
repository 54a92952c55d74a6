"""Assignment 07: fewer bytes per token."""

from .accepting import ACCEPT
from .formats import BLOCK_BITS
from .quantize import DEQUANTIZE, QUANTIZE_INT8
from .questions import QUESTIONS_NEEDED
from .speed import EXPECTED_TOKENS, MOE_BYTES_READ, SPECULATIVE_SPEEDUP, SPEEDUP_W4

TASKS = (
    QUANTIZE_INT8,
    DEQUANTIZE,
    BLOCK_BITS,
    SPEEDUP_W4,
    EXPECTED_TOKENS,
    SPECULATIVE_SPEEDUP,
    MOE_BYTES_READ,
    QUESTIONS_NEEDED,
    ACCEPT,
)
