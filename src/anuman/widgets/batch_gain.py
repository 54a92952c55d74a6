"""How many times as fast continuous batching is, by the number of slots: the law, and queues tried out."""

from functools import lru_cache

from anuman import physics, serving
from anuman.language import _, number

from .kit.chart import Axis, Chart
from .kit.figure import Figure, figure
from .kit.style import COMPUTE, INK, MEASURED, MEMORY

SLOTS = (1, 2, 4, 8, 16, 32)
MEAN = 10  # tokens of an answer
QUEUE = 4000  # answers
SEED = 5


@lru_cache(maxsize=1)
def tried() -> dict[int, float]:
    """Slots -> steps of static over steps of continuous batching, on one long drawn queue."""
    queue = serving.at_once(QUEUE, 1, serving.geometric(MEAN), SEED)
    lengths = [request.output_tokens for request in queue]
    return {
        slots: physics.static_steps(lengths, slots) / physics.continuous_steps(lengths, slots)
        for slots in SLOTS
    }


def batch_gain() -> Figure:
    """Gain against slots: equal lengths, exponential lengths (harmonic numbers), whole tokens, trials."""
    curves = (
        (_("1 + 1/2 + … + 1/slots"), physics.harmonic, COMPUTE, "9 5"),
        (_("whole tokens, mean {mean}").format(mean=MEAN),
         lambda n: physics.longest_over_mean(n, MEAN), MEASURED, ""),
        (_("all equally long"), lambda n: 1.0, INK, "2 4"),
    )  # fmt: skip
    most = physics.harmonic(SLOTS[-1])
    chart = Chart(
        Axis(0.9, SLOTS[-1] * 1.3, _("slots"), log=True, marks=SLOTS, format=number),
        Axis(0, 1.15 * most, _("steps of static batching / steps of continuous batching")),
        _("What continuous batching gains"),
        width=540, height=370,
    )  # fmt: skip
    every = range(1, SLOTS[-1] + 1)
    for name, law, colour, dash in curves:
        chart.line([(n, law(n)) for n in every], colour, dash)
        place = {COMPUTE: 20, MEASURED: 14, INK: 8}[colour]
        side = {COMPUTE: "left", MEASURED: "below", INK: "above"}[colour]
        chart.label(place, law(place), name, side, kind="strong")
    found = tried()
    for slots, gain in found.items():
        chart.point(slots, gain, MEMORY, "triangle", 6, number(gain))
    chart.label(
        2, found[2], _("▲ a queue of {count} answers").format(count=number(QUEUE)), "right", 24
    )
    said = _("With {slots} slots: {trial} tried out, {whole} by the law, {smooth} without whole tokens.").format(
        slots=SLOTS[-1], trial=number(found[SLOTS[-1]]),
        whole=number(physics.longest_over_mean(SLOTS[-1], MEAN)), smooth=number(most),
    )  # fmt: skip
    head = [_("slots"), _("tried out"), _("whole tokens"), _("1 + 1/2 + … + 1/slots"), _("equal")]
    rows = [
        [
            number(slots), number(gain), number(physics.longest_over_mean(slots, MEAN)),
            number(physics.harmonic(slots)), number(1.0),
        ]
        for slots, gain in found.items()
    ]  # fmt: skip
    caption = _(
        "Each token is the last one of its answer with the same chance, so the lengths are very "
        "different. All answers wait from the start."
    )
    return figure(chart.picture(said), head, rows, caption)
