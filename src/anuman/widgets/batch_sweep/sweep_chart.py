"""How a measured batch sweep looks: step times by batch against what the machine's roofline allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from anuman import physics
from anuman.language import _, ended, number, si

from ..kit.chart import Axis, Chart
from ..kit.figure import table_html
from ..kit.style import COMPUTE, MEASURED, MEMORY, OTHER
from ..kit.svg import Picture
from ..kit.view import View
from ..kit.words import percent
from ..own_machine.machine_charts import doubts

WIDTH = 540.0
NOISY = 0.15  # spread of the sweep from which on it is called noisy


@dataclass
class Seen:
    """What there is to show: status in the learner's language, the measured machine and sweep (None
    before they are measured), and the model's name."""

    status: str
    machine: object = None
    sweep: object = None
    model: str = ""


def limits(seen: Seen) -> list[tuple[int, float, float]]:
    """(batch, s to read the bytes, s to do the arithmetic) at the machine's measured rates."""
    return [
        (s.batch, s.nbytes / seen.machine.bandwidth, s.flops / seen.machine.peak)
        for s in seen.sweep.steps["blocks"]
    ]


def times(seen: Seen) -> Picture:
    """Time of a decode step by batch in both forms, with the two straight lines of the roofline."""
    bounds, forms = limits(seen), seen.sweep.steps
    every = [s.seconds for steps in forms.values() for s in steps]
    every += [value for _batch, memory, compute in bounds for value in (memory, compute)]
    batches = [batch for batch, _memory, _compute in bounds]
    chart = Chart(
        Axis(0.8, 1.5 * batches[-1], _("sequences in a step (batch)"), log=True, marks=tuple(batches)),
        Axis(
            min(every) / 1.4, 2 * max(every), _("time of a decode step"), log=True,
            format=lambda x: si(x, "s"),
        ),
        _("One decode step for more and more sequences"),
        WIDTH,
        400,
    )  # fmt: skip
    chart.line([(b, memory) for b, memory, _c in bounds], MEMORY, "9 5", 2)
    chart.line([(b, compute) for b, _m, compute in bounds], COMPUTE, "2 4", 2)
    chart.label(*bounds[-1][:2], _("limit: reading"), "below", kind="strong")
    chart.label(bounds[0][0], bounds[0][2], _("limit: arithmetic"), "right", kind="strong")
    for form, colour, shape, name in (
        ("plain", OTHER, "circle", _("plain x @ Wᵀ")),
        ("blocks", MEASURED, "triangle", _("in blocks")),
    ):
        points = [(s.batch, s.seconds) for s in forms[form]]
        chart.line(points, colour, width=1.5)
        for batch, seconds in points:
            words = _("{name}, batch {batch}: {time}").format(
                name=name, batch=number(batch), time=si(seconds, "s")
            )
            chart.point(batch, seconds, colour, shape, 5, words)
        side = "above" if form == "plain" else "below"
        chart.label(*points[min(2, len(points) - 1)], name, side, 12, "strong")
    return chart.picture(summary(seen))


def _over_one(steps: Sequence, batch: int) -> float:
    """Time at a batch over the time at batch 1."""
    seconds = {s.batch: s.seconds for s in steps}
    return seconds[batch] / seconds[1]


def share_of_limit(seen: Seen, batch: int) -> float:
    """The limit's time over the measured time of the better form, 0 to 1."""
    allowed = {b: max(memory, compute) for b, memory, compute in limits(seen)}
    best = min(s.seconds for steps in seen.sweep.steps.values() for s in steps if s.batch == batch)
    return allowed[batch] / best


def facts(seen: Seen) -> list[tuple[str, str, str]]:
    """The three numbers of a sweep."""
    blocks, plain = seen.sweep.steps["blocks"], seen.sweep.steps["plain"]
    first, last = (min(blocks[i], plain[i], key=lambda s: s.seconds) for i in (0, -1))
    return [
        (
            _("Tokens a second, all sequences"),
            f"{number(first.batch / first.seconds)} → {number(last.batch / last.seconds)}",
            _("the better form at batch 1 → {batch}").format(batch=number(last.batch)),
        ),
        (
            _("Two sequences take"),
            f"{number(_over_one(plain, 2), 2)} × → {number(_over_one(blocks, 2), 2)} ×",
            _("the time of one: plain → in blocks. The step is BLAS rearranging the weights."),
        ),
        (
            _("Share of the limit"),
            f"{percent(share_of_limit(seen, 1))} → {percent(share_of_limit(seen, last.batch))}",
            _("the better form at batch 1 → {batch}").format(batch=number(last.batch)),
        ),
    ]


def table(seen: Seen) -> str:
    """All numbers of the sweep."""
    head = [
        _("batch"), _("in blocks: time"), _("plain: time"), _("limit: reading"),
        _("limit: arithmetic"), _("roofline: the longer"), _("tokens/s"), _("share of the limit"),
    ]  # fmt: skip
    rows = []
    bounds = limits(seen)
    plain = seen.sweep.steps["plain"]
    for blocks, slow, (_b, memory, compute) in zip(
        seen.sweep.steps["blocks"], plain, bounds, strict=True
    ):
        intensity = blocks.flops / blocks.nbytes
        allowed = physics.attainable_flops(intensity, seen.machine.peak, seen.machine.bandwidth)
        rows.append(
            [
                number(blocks.batch), si(blocks.seconds, "s"), si(slow.seconds, "s"),
                si(memory, "s"), si(compute, "s"), si(blocks.flops / allowed, "s"),
                number(blocks.batch / min(blocks.seconds, slow.seconds)),
                percent(share_of_limit(seen, blocks.batch)),
            ]
        )  # fmt: skip
    caption = _(
        "{model}: {params} weights, {size}; {context} tokens in every cache; least of {rounds} "
        "rounds, which repeat within {spread}. Machine: {bandwidth}, {peak}, measured {date}."
    ).format(
        model=seen.model, params=si(seen.sweep.params, ""), size=si(seen.sweep.weight_bytes, "B"),
        context=number(seen.sweep.context), rounds=number(seen.sweep.rounds),
        spread=percent(seen.sweep.spread), bandwidth=si(seen.machine.bandwidth, "B/s"),
        peak=si(seen.machine.peak, "FLOP/s"), date=seen.machine.date[:10],
    )  # fmt: skip
    return table_html(head, rows, caption)


def summary(seen: Seen) -> str:
    """The state in words."""
    if seen.sweep is None:
        return seen.status
    said = [seen.status, *(ended(f"{a}: {b} ({c})") for a, b, c in facts(seen))]
    return " ".join(said)


def cautions(seen: Seen) -> list[str]:
    """What makes the measurement doubtful."""
    said = doubts(seen.machine)
    if seen.sweep.spread > NOISY:
        said.append(
            _(
                "The rounds differ by {spread}: something else is using this computer. "
                "Close it and measure again."
            ).format(spread=percent(seen.sweep.spread))
        )
    if seen.machine.cache_bytes and seen.sweep.weight_bytes < seen.machine.cache_bytes:
        said.append(
            _(
                "These weights fit in the processor's caches, so reading them is not bound by the "
                "memory: choose a larger model to see the flat part."
            )
        )
    return said


def view(seen: Seen) -> View:
    """Everything that is shown of a sweep; before it is measured, the status alone."""
    status = f"<p><b>{escape(seen.status)}</b></p>"
    title, said = _("Batch sweep"), summary(seen)
    if seen.sweep is None:
        return View(title=title, words=said, pictures=[], above=status)
    return View(
        title=title,
        words=said,
        pictures=[times(seen)],
        cards=facts(seen),
        problems=cautions(seen),
        above=status,
        twin=table(seen),
    )
