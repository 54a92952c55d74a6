"""A prompt in a pipeline of chips: its pieces follow each other, so that all stages work at once.

Source: Huang et al., "GPipe", 2019, for the time that stages wait at the start and at the end.
"""

from .communication import pipeline_bubble
from .deployment import Deployment


def pipelined_prefill(d: Deployment, prompt: float) -> tuple[float, float]:
    """(seconds, tokens of a piece) to read one prompt, cut into 1, 2, 4, ... pieces, whichever is quickest.

    m pieces pass p stages in the time of m + p - 1 stages. With one stage the prompt stays whole: a
    piece would read all weights again.
    """
    if d.pp == 1:
        return d.prefill(prompt), prompt
    found, pieces = [], 1
    while pieces <= prompt:
        one_by_one = d.prefill(prompt, chunk=prompt / pieces)
        busy = 1 - pipeline_bubble(d.pp, pieces)
        found.append((one_by_one / (d.pp * busy), prompt / pieces))
        pieces *= 2
    return min(found)
