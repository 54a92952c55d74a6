"""Points that grow with a score: straight lines between the corners of a curve."""

from itertools import pairwise

Curve = tuple[tuple[float, float], ...]  # (score, points), both growing


def points_for(score: float, curve: Curve) -> float:
    """Points for a score: none up to the first corner, those of the last corner from there on."""
    if score <= curve[0][0]:
        return 0.0
    for (low, few), (high, many) in pairwise(curve):
        if score <= high:
            return few + (many - few) * (score - low) / (high - low)
    return curve[-1][1]
