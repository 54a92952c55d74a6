"""Assignment 09: money."""

from .bill import TOKEN_BILL
from .pareto import PARETO
from .prices import BREAKEVEN_TOKENS, TCO_PER_MTOK, USD_PER_MTOK, WORTH_WAITING
from .rupees import IMPLIED_RATE, LAKH_CRORE, TO_CRORE

TASKS = (
    USD_PER_MTOK,
    TCO_PER_MTOK,
    TO_CRORE,
    LAKH_CRORE,
    IMPLIED_RATE,
    BREAKEVEN_TOKENS,
    WORTH_WAITING,
    TOKEN_BILL,
    PARETO,
)
