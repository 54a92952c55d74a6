"""How a training looks while it runs: the loss curve, what a step costs beside inference, the samples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from statistics import fmean

from anuman.language import _, number, si

from ..kit.chart import Axis, Chart
from ..kit.figure import table_html
from ..kit.style import MEASURED, MEMORY, OTHER
from ..kit.svg import Picture, Point
from ..kit.view import View

WIDTH = 540.0
MOST_POINTS = 60  # of the curve
SAMPLES_SHOWN = 3


@dataclass
class Seen:
    """What there is to show of a training, as plain data.

    status: what happens now, in the learner's language.  tokens_per_step: of the training.
    losses: of every step.  held_out: (step, loss).  samples: (step, text).  speed: tokens/s, None
    before it is known.  costs: lm.training_cost.Cost by batch, ascending.  shipped: (tokens, loss) of
    the model that comes with the course.
    """

    status: str
    tokens_per_step: int
    shipped: Sequence[Point]
    losses: list[float] = field(default_factory=list)
    held_out: list[tuple[int, float]] = field(default_factory=list)
    samples: list[tuple[int, str]] = field(default_factory=list)
    speed: float | None = None
    costs: list = field(default_factory=list)


def smoothed(losses: Sequence[float], tokens_per_step: int) -> list[Point]:
    """(tokens, loss), averaged over neighbours where there are more steps than points to draw."""
    width = -(-len(losses) // MOST_POINTS) or 1
    parts = [losses[i : i + width] for i in range(0, len(losses), width)]
    return [((i * width + len(p) / 2) * tokens_per_step, fmean(p)) for i, p in enumerate(parts)]


def curve(seen: Seen) -> Picture:
    """Loss by tokens trained: every step, the held-out stories, and the course's own model."""
    own = smoothed(seen.losses, seen.tokens_per_step)
    held_out = [(step * seen.tokens_per_step, loss) for step, loss in seen.held_out if step]
    shipped = [point for point in seen.shipped if point[0]]
    every = [*own, *held_out, *shipped] or [(seen.tokens_per_step, 1.0)]
    chart = Chart(
        Axis(
            min(x for x, _loss in every) / 1.5, 2 * max(x for x, _loss in every),
            _("tokens trained on"), log=True, format=lambda x: si(x, ""),
        ),
        Axis(
            min(0.9 * min(y for _x, y in every), 0.5), 1.2 * max(y for _x, y in every),
            _("loss, nats a token (0 = knew every token beforehand)"), log=True,
        ),
        _("The loss falls while the model learns"),
        WIDTH,
        340,
    )  # fmt: skip
    if shipped:
        chart.line(shipped, OTHER, "6 4", 2)
        chart.label(*shipped[-1], _("the course's model"), "above", kind="strong")
    if own:
        chart.line(own, MEASURED)
        side = "right" if own[-1][1] > 1.5 else "above"
        chart.label(
            *own[-1], _("yours: {loss}").format(loss=number(own[-1][1])), side, 12, "strong"
        )
    for x, y in held_out:
        name = _("on held-out stories: {loss}").format(loss=number(y))
        chart.point(x, y, MEMORY, "diamond", 4, name)
    if held_out:
        chart.label(chart.x.low, chart.y.low, _("◆ stories it never saw"), "right", kind="small")
    return chart.picture(summary(seen))


def summary(seen: Seen) -> str:
    """The state in words, for the chart's description and for a page without pictures."""
    said = [seen.status]
    if seen.losses:
        said.append(
            _("After {steps} steps the loss is {loss} nats a token.").format(
                steps=number(len(seen.losses)), loss=number(seen.losses[-1])
            )
        )
    if seen.shipped:
        said.append(
            _("The course's model reached {loss} after {tokens} tokens.").format(
                loss=number(seen.shipped[-1][1]), tokens=si(seen.shipped[-1][0], "")
            )
        )
    return " ".join(said)


def facts(costs: Sequence) -> list[tuple[str, str, str]]:
    """The four ratios of training to inference; "unknown" before they are measured."""
    labels = (
        _("Arithmetic of a training step"), _("Its time"),
        _("Kept for every parameter"), _("Memory at the fullest moment"),
    )  # fmt: skip
    if not costs:
        return [(label, _("unknown"), _("measured when you train")) for label in labels]
    first, last = costs[0], costs[-1]
    time, peaks = last.step_s / last.forward_s, [c.training_peak / c.serving_peak for c in costs]
    notes = (
        _("as much as reading the same tokens takes; counted at every matrix product"),
        _("as long as reading the same tokens takes; {share} % of it is Adam").format(
            share=number(100 * last.adam_s / last.step_s, 2)
        ),
        _(
            "as much as serving keeps: {training} bytes (weight, gradient, two moments) against {serving}"
        ).format(
            training=number(last.training_state / last.params),
            serving=number(last.serving_state / last.params),
        ),
        _("as much as serving {batch} stories at once takes; {least} × at {one}").format(
            batch=number(last.batch), least=number(peaks[0], 2), one=number(first.batch)
        ),
    )
    values = (
        f"{last.step_flops / last.forward_flops:.2f}", number(time, 2),
        number(last.training_state / last.serving_state), number(peaks[-1], 2),
    )  # fmt: skip
    return [(a, f"{b} ×", c) for a, b, c in zip(labels, values, notes, strict=True)]


def cost_table(costs: Sequence) -> str:
    """All that was measured, by batch."""
    head = [
        _("stories at once"), _("forward"), _("training step"), _("FLOP ratio"),
        _("forward: time"), _("training step: time"), _("time ratio"),
        _("serving: peak memory"), _("training: peak memory"), _("memory ratio"),
    ]  # fmt: skip
    rows = [
        [
            number(c.batch), si(c.forward_flops, "FLOP"), si(c.step_flops, "FLOP"),
            number(c.step_flops / c.forward_flops), si(c.forward_s, "s"), si(c.step_s, "s"),
            number(c.step_s / c.forward_s, 2), si(c.serving_peak, "B"), si(c.training_peak, "B"),
            number(c.training_peak / c.serving_peak, 2),
        ]
        for c in costs
    ]  # fmt: skip
    caption = _(
        "Stories of {context} tokens, {params} parameters of 4 bytes, one BLAS thread. Serving: "
        "weights, KV caches and one decode step of all stories."
    ).format(context=number(costs[0].context), params=number(costs[0].params))
    return table_html(head, rows, caption)


def curve_table(seen: Seen) -> str:
    """The curve as numbers."""
    held_out = dict(seen.held_out)
    rows = [
        [number(step), si(step * seen.tokens_per_step, ""), number(seen.losses[step - 1]), number(loss)]
        for step, loss in held_out.items()
        if 0 < step <= len(seen.losses)
    ]  # fmt: skip
    head = [_("step"), _("tokens trained on"), _("loss"), _("loss on held-out stories")]
    return table_html(head, rows)


def samples_html(samples: Sequence[tuple[int, str]]) -> str:
    """What the model wrote lately, the newest first."""
    lines = "".join(
        f"<p class='written'><b>{escape(_('After step {step}').format(step=number(step)))}:</b> {escape(text)}</p>"
        for step, text in reversed(samples[-SAMPLES_SHOWN:])
    )
    return f"<h3 class='minor'>{escape(_('What it writes'))}</h3>{lines}" if lines else ""


def view(seen: Seen) -> View:
    """Everything that is shown of a training."""
    speed = ""
    if seen.speed:
        speed = " " + _("{speed} tokens a second.").format(speed=number(round(seen.speed)))
    return View(
        title=_("Training against inference"),
        words=summary(seen),
        pictures=[curve(seen)],
        cards=facts(seen.costs),
        above=f"<p><b>{escape(seen.status)}</b>{escape(speed)}</p>",
        below=samples_html(seen.samples),
        told=[f"{step}: {sample}" for step, sample in seen.samples[-SAMPLES_SHOWN:]],
        twin=curve_table(seen) + (cost_table(seen.costs) if seen.costs else ""),
    )
