"""The learner's own machine, batched: steps of the real model by batch, BLAS's packing, a real queue."""

from collections.abc import Sequence

from anuman import physics
from anuman.language import _, number, si
from anuman.machine import Machine

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure, table
from ..kit.style import COMPUTE, INK, MEASURED, MEMORY
from ..kit.words import percent
from .machine_charts import message


def least_seconds(machine: Machine, flops: float, nbytes: float, weights: float) -> float:
    """The longer of two clocks: FLOPs at the measured peak, bytes at the speed of a buffer as large as
    the weights (a small model lies in the caches)."""
    near = min(machine.staircase, key=lambda step: abs(step.nbytes - weights))
    return max(flops / machine.peak, nbytes / near.bandwidth)


def shared_and_own(steps: Sequence) -> tuple[float, float]:
    """(a, b) of seconds = a + b · batch, through the smallest and the largest batch measured."""
    first, last = steps[0], steps[-1]
    each = (last.seconds - first.seconds) / (last.batch - first.batch)
    return first.seconds - each * first.batch, each


def own_batches(sweep, machine: Machine | None) -> Figure:
    """Tokens a second of all users against the batch: measured both ways, and the most by both clocks.

    sweep: a Sweep of lm.batch_sweep. Without a measured machine there is no bound.
    """
    steps, plain = sweep.steps["blocks"], sweep.steps["plain"]
    most = {}
    if machine:
        most = {
            s.batch: s.batch / least_seconds(machine, s.flops, s.nbytes, sweep.weight_bytes)
            for s in steps
        }
    rates = [s.batch / s.seconds for s in (*steps, *plain)]
    xs = [s.batch for s in steps]
    chart = Chart(
        Axis(xs[0] / 1.3, xs[-1] * 1.3, _("users in the batch"), log=True,
             marks=tuple(xs), format=number),
        Axis(min(rates) / 1.6, 2.5 * max(*rates, *most.values()),
             _("tokens per second, all users"), log=True),
        _("The course's own model on this computer, one thread"),
        width=540, height=370,
    )  # fmt: skip
    if most:
        chart.line(list(most.items()), COMPUTE, "9 5")
        chart.label(xs[2], most[xs[2]], _("most by both clocks"), "above", kind="strong")
    one = steps[0].batch / steps[0].seconds
    chart.line([(x, one) for x in (xs[0], xs[-1])], INK, "2 4", 1.5)
    chart.label(xs[-2], one, _("if nothing were shared"), "below")
    for shape, colour, dash, name, timed, at, side in (
        ("circle", MEASURED, "", _("● in blocks"), steps, len(xs) // 2, "above"),
        ("triangle", MEMORY, "2 4", _("▲ plain product"), plain, 1, "below"),
    ):
        line = [(s.batch, s.batch / s.seconds) for s in timed]
        chart.line(line, colour, dash)
        for x, y in line:
            chart.point(x, y, colour, shape, 5, number(y))
        chart.label(*line[at], name, side, kind="strong")
    shared, each = shared_and_own(steps)
    said = _(
        "A step takes about {shared} for everybody together and {each} more for each user. "
        "{users} users together get {gain} times the tokens of one."
    ).format(
        shared=si(max(0.0, shared), "s"), each=si(each, "s"), users=number(xs[-1]),
        gain=number(xs[-1] / steps[-1].seconds / one),
    )  # fmt: skip
    head = [
        _("users"), _("step, in blocks"), _("step, plain product"), _("tokens/s, all users"),
        _("tokens/s, one user"), _("share of the most"),
    ]  # fmt: skip
    rows = [
        [
            number(s.batch), si(s.seconds, "s"), si(slow.seconds, "s"),
            number(s.batch / s.seconds), number(1 / s.seconds),
            percent(s.batch / s.seconds / most[s.batch]) if most else _("unknown"),
        ]
        for s, slow in zip(steps, plain, strict=True)
    ]  # fmt: skip
    return figure(chart.picture(said), head, rows, said)


def packing(machine: Machine | None) -> Figure:
    """One large matrix times 1, 2, 4 … columns: how many times as long as one column, both ways."""
    if machine is None:
        return message(
            _("This computer has not been measured yet. Run the cell with measure() again.")
        )
    one = machine.sweep[0].seconds
    rows = [
        [
            number(plain.batch), si(plain.seconds, "s"), number(plain.seconds / one),
            si(blocked.seconds, "s"), number(blocked.seconds / one),
        ]
        for plain, blocked in zip(machine.sweep[:6], machine.blocked_sweep, strict=False)
    ]  # fmt: skip
    head = [
        _("columns"), _("plain product"), _("times one column"), _("in blocks"),
        _("times one column"),
    ]  # fmt: skip
    width, depth = machine.matrix
    caption = _("A matrix of {rows} × {columns} numbers of 4 bytes, {size} in all.").format(
        rows=number(width), columns=number(depth), size=si(4 * width * depth, "B")
    )
    return table(head, rows, caption)


def own_queue(static, continuous, slots: int) -> Figure:
    """Both ways of serving the same prompts (lm.Queue) side by side, and the gain by counting alone."""
    head = [
        _("batching"), _("steps"), _("slot steps"), _("tokens written"), _("wasted"),
        _("time measured"),
    ]  # fmt: skip
    names = {"static": _("static"), "continuous": _("continuous")}
    rows = [
        [
            names[one.policy], number(one.steps), number(slots * one.steps),
            number(sum(one.lengths)), percent(1 - sum(one.lengths) / (slots * one.steps)),
            si(one.seconds, "s"),
        ]
        for one in (static, continuous)
    ]  # fmt: skip
    counted = physics.static_steps(static.lengths, slots) / physics.continuous_steps(
        continuous.lengths, slots
    )
    same = _("The answers are the same word for word.")
    differ = _("Some answers differ: rounding made another token the drawn one.")
    caption = _(
        "{count} prompts, {slots} slots; answers of {least} to {most} tokens. By counting steps: "
        "{counted} times as fast; by the clock: {timed} times. {answers}"
    ).format(
        count=number(len(static.lengths)), slots=slots, least=min(static.lengths),
        most=max(static.lengths), counted=number(counted),
        timed=number(static.seconds / continuous.seconds),
        answers=same if static.texts == continuous.texts else differ,
    )  # fmt: skip
    return table(head, rows, caption)
