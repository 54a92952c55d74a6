"""How often the truth lies inside 80 % intervals, and how sure one can be of that."""

import math
from collections.abc import Sequence

from anuman.language import _, number

from ..kit.chart import Axis, Chart
from ..kit.style import INK, MEASURED
from ..kit.svg import Picture

WANTED = 80  # per cent: what the learner was asked for
ENOUGH = 20  # predictions before a curve says anything


def wilson(inside: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval for a share of successes (z = 1.96: 95 %).

    Source: E. B. Wilson, Journal of the American Statistical Association 22, 1927.
    """
    if not 0 <= inside <= total or total < 1:
        raise ValueError(
            f"{inside} of {total} is not a share: give 0 <= inside <= total, total >= 1"
        )
    share = inside / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def verdict(hits: Sequence[bool]) -> str:
    """The share of truths inside so far, with its uncertainty, in a sentence."""
    if not hits:
        return _(
            "No prediction was made before the answers were shown, so there is nothing to count."
        )
    inside, total = sum(hits), len(hits)
    low, high = wilson(inside, total)
    share = number(round(100 * inside / total))
    said = _(
        "{inside} of {total} truths lie inside your intervals: {share} %; you aimed at {wanted} %. "
        "The 95 % interval of that share (Wilson) reaches from {low} % to {high} %."
    ).format(
        inside=number(inside),
        total=number(total),
        share=share,
        wanted=WANTED,
        low=number(round(100 * low)),
        high=number(round(100 * high)),
    )
    if total < ENOUGH:
        return (
            said
            + " "
            + _(
                "That is too few to say how good your intervals are: it takes {enough} predictions."
            ).format(enough=ENOUGH)
        )
    if high < WANTED / 100:
        return said + " " + _("Your intervals are too narrow: make them wider.")
    if low > WANTED / 100:
        return said + " " + _("Your intervals are wider than they need to be.")
    return said + " " + _("That agrees with what you aimed at.")


def curve(hits: Sequence[bool]) -> Picture | None:
    """The share inside after each prediction against the 80 % aimed at; None below 20 predictions."""
    if len(hits) < ENOUGH:
        return None
    shares = [100 * sum(hits[:n]) / n for n in range(1, len(hits) + 1)]
    chart = Chart(
        Axis(1, len(hits), _("prediction")),
        Axis(0, 100, _("truths inside the interval so far, %")),
        _("How well your intervals hold"),
        height=280,
    )
    chart.line([(1, WANTED), (len(hits), WANTED)], INK, "6 4", 1.5)
    chart.label(len(hits), WANTED, _("aimed at: {wanted} %").format(wanted=WANTED), "above")
    chart.line(list(enumerate(shares, 1)), MEASURED)
    chart.point(len(hits), shares[-1], MEASURED, "circle", 6)
    low, high = wilson(sum(hits), len(hits))
    chart.line([(len(hits), 100 * low), (len(hits), 100 * high)], MEASURED, "", 2)
    chart.label(len(hits), shares[-1], number(round(shares[-1])) + " %", "left", kind="strong")
    return chart.picture(verdict(hits))
