"""Time that chips spend on each other: a start latency and the bytes over the link (alpha-beta model).

Source: Thakur, Rabenseifner and Gropp, "Optimization of Collective Communication Operations in MPICH",
2005; for tensor parallelism, Shoeybi et al., "Megatron-LM", 2019.
"""

from .arguments import not_negative, positive


def all_reduce(nbytes: float, chips: int, link: float, latency_s: float) -> float:
    """Seconds to add up nbytes over `chips` chips, each sending at `link` byte/s: a + 2(n-1)/n·bytes/link."""
    positive(chips=chips, link=link)
    not_negative(nbytes=nbytes, latency_s=latency_s)
    if chips == 1:
        return 0.0
    return latency_s + 2 * (chips - 1) / chips * nbytes / link


def pipeline_bubble(stages: int, microbatches: int) -> float:
    """Share of time that stages wait for the first and last microbatch: (p-1)/(m+p-1).

    Source: Huang et al., "GPipe", 2019.
    """
    positive(stages=stages, microbatches=microbatches)
    return (stages - 1) / (microbatches + stages - 1)
