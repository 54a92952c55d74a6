"""Time to first token on the learner's computer against the length of the prompt, beside the law."""

from anuman.language import _, number, si

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import COMPUTE, MEASURED, OTHER


def prefill_gain(found) -> Figure:
    """Measured prefills (lm.prefilling.Prefills), the law, and the same tokens read one by one."""
    points = found.points
    xs = [p.tokens for p in points]
    one = points[0].seconds
    law = [max(one, p.flops / found.flops_per_s) for p in points]
    apart = [n * found.step_s for n in xs]
    times = [p.seconds for p in points]
    chart = Chart(
        Axis(xs[0] / 1.3, xs[-1] * 1.4, _("tokens of the prompt"), log=True, marks=tuple(xs),
             format=number),
        Axis(min(*times, *law) / 2, 2 * max(*times, *apart), _("time until it is read"), log=True,
             format=lambda t: si(t, "s")),
        _("Reading a prompt on this computer"),
        width=560, height=380,
    )  # fmt: skip
    chart.line(list(zip(xs, apart, strict=True)), OTHER, "2 4")
    chart.line(list(zip(xs, law, strict=True)), COMPUTE, "9 5")
    chart.line(list(zip(xs, times, strict=True)), MEASURED)
    for x, seconds in zip(xs, times, strict=True):
        chart.point(x, seconds, MEASURED, "circle", 5, si(seconds, "s"))
    middle = len(xs) // 2
    chart.label(xs[middle], apart[middle], _("one token at a time"), "left", kind="strong")
    chart.label(xs[-3], law[-3], _("the law"), "below", kind="strong")
    chart.label(xs[2], times[2], _("measured"), "above", kind="strong")
    last = points[-1]
    said = _(
        "{tokens} tokens together take {together}, one at a time {apart}: {ratio} times as long. "
        "One token alone takes {one}."
    ).format(
        tokens=number(last.tokens), together=si(last.seconds, "s"), apart=si(apart[-1], "s"),
        ratio=number(apart[-1] / last.seconds), one=si(one, "s"),
    )  # fmt: skip
    head = [
        _("tokens of the prompt"), _("FLOPs, counted"), _("time measured"), _("the law"),
        _("one token at a time"), _("decode steps in that time"),
    ]  # fmt: skip
    rows = [
        [
            number(p.tokens), number(p.flops), si(p.seconds, "s"), si(t, "s"), si(a, "s"),
            number(p.seconds / found.step_s),
        ]
        for p, t, a in zip(points, law, apart, strict=True)
    ]  # fmt: skip
    caption = _(
        "{said} The law: the longer of the time of a single token and the counted FLOPs at {rate}, "
        "measured in a large product. The course's own small model in NumPy, one thread."
    ).format(said=said, rate=si(found.flops_per_s, "FLOP/s"))
    return figure(chart.picture(said), head, rows, caption)
