"""The learner's own storm of kills: measured goodput against the interval, Daly's law, the simulated scatter."""

from collections.abc import Sequence
from dataclasses import dataclass

from anuman.language import _, number, si
from anuman.scenes.storm import Storm

from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, figure
from ..kit.style import COMPUTE, GHOST, INK, MEASURED
from ..kit.words import percent


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measured run: seconds of work between checkpoints, its goodput, counts of what happened."""

    interval_s: float
    goodput: float
    every: int
    saves: int
    failures: int
    steps: int
    at_s: Sequence[float]  # of the kills


def storm_figure(storm: Storm, runs: Sequence[Measured]) -> Figure:
    """Chart and table of the measured runs beside law and simulation."""
    low = min(storm.best_interval_s, *(run.interval_s for run in runs)) / 2
    high = 2 * max(storm.best_interval_s, *(run.interval_s for run in runs))
    chart = Chart(
        Axis(low, high, _("time of computing between two checkpoints"), log=True,
             format=lambda seconds: si(seconds, "s")),
        Axis(0, 1, _("share of the time that is in the final model"), format=percent),
        _("Your computer under a storm of kills"), 600, 370,
    )  # fmt: skip
    every, best = storm.intervals(low, high), storm.best_interval_s
    spread = [storm.spread(t) for t in every]
    for place in (0, 1):
        chart.line([(t, s[place]) for t, s in zip(every, spread, strict=True)], GHOST, "3 4", 1.5)
    chart.line([(t, storm.law(t)) for t in every], COMPUTE)
    falling = next((t for t in every if t > best and storm.law(t) < storm.law(best) / 2), every[-1])
    chart.label(falling, storm.law(falling), _("Daly's law"), "right", kind="strong")
    chart.label(every[-4], spread[-4][1], _("four of five simulated storms"), "above", kind="small")
    chart.line([(best, 0), (best, 1)], INK, "2 4", 1.5)
    chart.label(best, 0.04, _("Young: {time}").format(time=si(best, "s")), "right", kind="small")
    for run in runs:
        chart.point(
            run.interval_s, run.goodput, MEASURED, "circle", 6, percent(run.goodput), str(run.every)
        )
    top = max(runs, key=lambda run: run.goodput)
    chart.label(top.interval_s, top.goodput, _("measured"), "below", kind="strong")
    said = _(
        "A checkpoint took {cost}, a restart {restart}; a kill came every {mtbf} on average. Young's "
        "interval is {best}. The best run kept {share} of its time: a checkpoint after {every} of computing."
    ).format(
        cost=si(storm.cost_s, "s"), restart=si(storm.restart_s, "s"), mtbf=si(storm.mtbf_s, "s"),
        best=si(best, "s"), share=percent(top.goodput), every=si(top.interval_s, "s"),
    )  # fmt: skip
    head = [
        _("steps between checkpoints"), _("time of computing"), _("kills"), _("checkpoints"),
        _("steps in the final model"), _("goodput measured"), _("the same kills, computed"),
        _("Daly's law"), _("four of five storms"),
    ]  # fmt: skip
    rows = []
    for run in runs:
        least, most = storm.spread(run.interval_s)
        rows.append(
            [
                number(run.every), si(run.interval_s, "s"), number(run.failures), number(run.saves),
                number(run.steps), percent(run.goodput),
                percent(storm.under(run.interval_s, list(run.at_s))), percent(storm.law(run.interval_s)),
                _("{low} to {high}").format(low=percent(least), high=percent(most)),
            ]
        )  # fmt: skip
    return figure(chart.picture(said), head, rows, said)
