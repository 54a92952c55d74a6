"""Made-up streams of tokens for the cases."""

import random
from itertools import accumulate


def token_times(draw: random.Random, tokens: int, gap: float) -> list[float]:
    """Seconds after the question at which each token came: a wait of several gaps, then uneven gaps."""
    waits = [
        gap * draw.uniform(3, 30),
        *(gap * draw.choice((0.6, 0.8, 1.0, 1.1, 2.6)) for _index in range(tokens - 1)),
    ]
    return [round(at, 6) for at in accumulate(waits)]
