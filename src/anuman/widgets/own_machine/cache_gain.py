"""What a KV cache saves on the learner's machine: FLOPs counted and time measured, on one picture."""

from collections.abc import Sequence

from anuman.language import _, number, si

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import COMPUTE, MEASURED, MEMORY


def cache_gain(points: Sequence, model: Sequence = ()) -> Figure:
    """How many times more one further token costs without a cache; CachePoints of anuman.lm, of one
    layer and, if given, of a whole model."""
    xs = [p.tokens for p in points]
    small = [p.recomputed_s / p.cached_s for p in model]
    flops = [p.recomputed_flops / p.cached_flops for p in points]
    times = [p.recomputed_s / p.cached_s for p in points]
    chart = Chart(
        Axis(xs[0] / 1.3, xs[-1] * 1.3, _("tokens that are there already"), log=True,
             marks=tuple(xs), format=number),
        Axis(min(1.0, *times, *small) / 1.5, 2 * max(*flops, *times, *small),
             _("times as much without a cache as with one"), log=True),
        _("One more token: everything again, or from the cache"),
        width=540, height=370,
    )  # fmt: skip
    chart.line(list(zip(xs, flops, strict=True)), COMPUTE, "9 5")
    chart.line(list(zip(xs, times, strict=True)), MEASURED)
    for x, ratio in zip(xs, times, strict=True):
        chart.point(x, ratio, MEASURED, "circle", 5, number(ratio))
    chart.label(xs[2], flops[2], _("FLOPs, counted"), "above", kind="strong")
    chart.label(xs[-2], times[-2], _("time of one layer"), "below", kind="strong")
    if model:
        ratios = [(p.tokens, ratio) for p, ratio in zip(model, small, strict=True)]
        chart.line(ratios, MEMORY, "2 4")
        for x, ratio in ratios:
            chart.point(x, ratio, MEMORY, "triangle", 5, number(ratio))
        chart.label(*ratios[-1], _("time of the whole small model"), "below", kind="strong")
    last = points[-1]
    said = _(
        "After {tokens} tokens one more costs {flops} times the FLOPs and {time} times the time "
        "without a cache."
    ).format(tokens=number(last.tokens), flops=number(round(flops[-1])), time=number(times[-1]))
    head = [
        _("what"), _("tokens before"), _("FLOPs with cache"), _("FLOPs without"), _("time with cache"),
        _("time without"), _("bytes kept"), _("largest difference"),
    ]  # fmt: skip
    rows = [
        [
            name, number(p.tokens), number(p.cached_flops), number(p.recomputed_flops),
            si(p.cached_s, "s"), si(p.recomputed_s, "s"), si(p.cache_bytes, "B"),
            f"{p.difference:.0e}",
        ]
        for name, p in (
            *((_("layer"), p) for p in points), *((_("model"), p) for p in model),
        )
    ]  # fmt: skip
    caption = _(
        "One attention layer of 8 query heads and 2 KV heads, 512 numbers a token; and the "
        "course's own small model. In NumPy, on one thread; both ways give the same output up to "
        "rounding."
    )
    return figure(chart.picture(said), head, rows, caption)
