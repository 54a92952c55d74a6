"""A whole number with a slider beside it that doubles: for quantities that span many sizes."""

import math

import ipywidgets

WIDE = {"description_width": "initial"}


def doubling(
    label: str, tooltip: str, value: int, low: int, high: int
) -> tuple[ipywidgets.BoundedIntText, ipywidgets.FloatLogSlider]:
    """A number box and a slider over the powers of two between low and high, kept together.

    Observe the box: it holds the value, the slider only the power of two nearest to it.
    """
    box = ipywidgets.BoundedIntText(
        value=value, min=low, max=high, description=label, style=WIDE,
        layout=ipywidgets.Layout(width="auto", flex="0 1 230px"),
    )  # fmt: skip
    slider = ipywidgets.FloatLogSlider(
        value=2.0 ** _place(value), base=2, min=_place(low), max=_place(high), step=1,
        readout=False, tooltip=tooltip, layout=ipywidgets.Layout(flex="1 1 240px", width="auto"),
    )  # fmt: skip

    def slid(change) -> None:
        # In the browser the slider answers a typed value with the nearest of its own places;
        # only another place than that is the learner's doing.
        if _place(change["new"]) != _place(box.value):
            box.value = round(change["new"])

    def typed(change) -> None:
        slider.value = 2.0 ** _place(change["new"])

    slider.observe(slid, "value")
    box.observe(typed, "value")
    return box, slider


def _place(value: float) -> int:
    """The power of two nearest to a value."""
    return round(math.log2(value))
