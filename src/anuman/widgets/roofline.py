"""The central widget of lesson 02: which of the two clocks does a decode step wait for?"""

from collections.abc import Sequence

import ipywidgets

from anuman.language import _

from . import clocks_view, style
from .clocks import Clocks, clocks
from .doubling import WIDE, doubling
from .figure import Live

CHIPS = (
    "H100-SXM", "H200", "B200", "A100-80", "MI300X", "TPUv5e", "TPUv6e", "TPUv7",
    "Groq-LPU1", "WSE-3", "RTX-4090", "M3-Ultra", "laptop-CPU", "RPi5",
)  # fmt: skip
MODELS = ("Llama-3.1-8B", "Qwen3-32B", "Llama-3.1-70B", "Llama-3.1-405B")
LARGEST_BATCH = 4096


def bytes_per_weight_options() -> list[tuple[str, float]]:
    """Formats of a stored weight, with its bytes."""
    return [
        (_("4 (fp32)"), 4.0),
        (_("2 (bf16)"), 2.0),
        (_("1 (8 bits)"), 1.0),
        (_("0.5625 (4 bits with scales)"), 0.5625),
    ]


class TwoClocks(Live):
    """Chip, model, batch and bytes per weight; bars, roofline, cards and formula of one decode step.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None, chips: Sequence[str] = CHIPS, models: Sequence[str] = MODELS):
        layout = ipywidgets.Layout(width="auto", min_width="190px", flex="1 1 210px")
        choice = {"style": WIDE, "layout": layout}
        self.chip = ipywidgets.Dropdown(options=chips, description=_("Chip"), **choice)
        self.model = ipywidgets.Dropdown(options=models, description=_("Model"), **choice)
        self.bytes_per_weight = ipywidgets.Dropdown(
            options=bytes_per_weight_options(),
            value=2.0,
            description=_("Bytes per weight"),
            **choice,
        )
        self.batch, self.slider = doubling(
            _("Batch (users in a step)"), _("Batch, doubling"), 1, 1, LARGEST_BATCH
        )
        self.as_table = ipywidgets.Checkbox(
            value=False, description=_("Show these numbers as a table"), indent=False
        )
        self.picture = ipywidgets.HTML()
        row = ipywidgets.Layout(
            display="flex", flex_flow="row wrap", width="100%", grid_gap="2px 20px"
        )
        self.controls = ipywidgets.VBox(
            [
                ipywidgets.Box([self.chip, self.model, self.bytes_per_weight], layout=row),
                ipywidgets.Box([self.batch, self.slider], layout=row),
            ]
        )
        super().__init__([], lambda: clocks_view.still(self.state))
        self.layout.max_width = "1040px"
        for control in (self.chip, self.model, self.bytes_per_weight, self.batch, self.as_table):
            control.observe(self._draw, "value")
        if gate is not None and gate.locked:
            self.children = [ipywidgets.HTML(clocks_view.placeholder())]
            gate.on_unlock(self._open)
        else:
            self._open()

    @property
    def state(self) -> Clocks:
        """The clocks of the present setting."""
        return clocks(
            self.chip.value, self.model.value, self.batch.value, self.bytes_per_weight.value
        )

    def _open(self) -> None:
        look = ipywidgets.HTML(style.STYLE, layout=ipywidgets.Layout(display="none"))
        self.children = [look, self.controls, self.picture, self.as_table]
        self._draw()

    def _draw(self, _change=None) -> None:
        state = self.state
        twin = clocks_view.table(state) if self.as_table.value else ""
        self.picture.value = style.unstyled(clocks_view.html(state) + twin)


def two_clocks(gate=None) -> TwoClocks:
    """Show the two clocks of a decode step; stays closed while `gate` (the predictions) is locked."""
    return TwoClocks(gate)
