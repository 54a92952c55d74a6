"""Lesson 10 on the learner's machine: a real training, really killed, at four intervals between checkpoints."""

from dataclasses import dataclass
from statistics import median

from IPython.display import display

from anuman import lm, physics
from anuman.lm import kill_storm
from anuman.scenes.storm import Storm
from anuman.widgets import _, number, si, table
from anuman.widgets.kit.figure import Figure
from anuman.widgets.own_machine.machine_charts import message
from anuman.widgets.own_machine.measurement import Measuring
from anuman.widgets.own_machine.storm_chart import Measured, storm_figure

FACTORS = (1 / 8, 1, 4, 16)  # of Young's interval
KILLS = 7  # of each run, on average
SHORTEST_MTBF_S = 1.0
TRIAL = 0.1  # of one run: the undisturbed training that is timed before it
SEED = 1
EVENTS = 14  # that the diary shows


@dataclass(frozen=True)
class Weather:
    """What was measured: the kills' mean distance and times in s, seconds of a run, the finished runs."""

    mtbf_s: float
    kills: list[float]
    seconds: float
    runs: list[kill_storm.Run]


def storm(seconds: float = 72) -> Weather | None:
    """Train the course's own small model for so many seconds in all, and kill it; None when nothing was measured.

    Shows how far it is. Stopped early, the runs that were finished are kept.
    """
    if not seconds > 0:
        display(message(_("Skipped: nothing was trained. The cell below has nothing to show.")))
        return None
    shown = Measuring(_("Training, and killing it."))
    display(shown)
    each = seconds / len(FACTORS)
    mtbf = max(SHORTEST_MTBF_S, each / KILLS)
    weather = Weather(mtbf, physics.failure_times(mtbf, each, SEED), each, [])
    try:
        with kill_storm.storm() as cluster:
            trial = cluster.run(1, [], max(1.0, TRIAL * each))
            for every in _intervals(trial, mtbf):
                done = len(weather.runs)
                said = _("A checkpoint after every {count} steps").format(count=number(every))
                run = cluster.run(
                    every, weather.kills, each,
                    lambda s, done=done, said=said: shown.reach((done + s / each) / len(FACTORS), said),
                )  # fmt: skip
                weather.runs.append(run)
        end = _("{runs} runs of {seconds} each, {kills} kills in each at the same times.")
    except KeyboardInterrupt:
        end = _("Stopped; the training processes are ended. Finished runs: {runs}.")
    except (lm.LmError, lm.OutOfMemory, OSError) as error:
        end = _("It went no further: {error}. Finished runs: {runs}.").replace(
            "{error}", str(error).rstrip(".").replace("{", "{{").replace("}", "}}")
        )
    told = end.format(
        runs=number(len(weather.runs)), seconds=si(each, "s"), kills=number(len(weather.kills))
    )
    shown.end(message(told))
    return weather if weather.runs else None


def _intervals(trial: kill_storm.Run, mtbf_s: float) -> list[int]:
    """Steps between checkpoints, from the trial's times: parts and multiples of Young's interval."""
    saves, step_s = trial.pauses("checkpoint", "saved"), kill_storm.step_s([trial])
    if not saves:
        raise lm.LmError(_("no checkpoint was finished in the time of a trial"))
    best = physics.checkpoint_interval(median(saves), mtbf_s) / step_s
    every = [max(1, round(factor * best)) for factor in FACTORS]
    return [max(steps, place + 1) for place, steps in enumerate(every)]  # no two alike


def diary(weather: Weather | None) -> Figure:
    """Table of the first events of the run at Young's interval, as an operator would read them."""
    if weather is None:
        return _nothing()
    run = weather.runs[min(1, len(weather.runs) - 1)]
    rows = [
        (number(event["at_s"]), event["event"], number(event["step"])) for event in run.log[:EVENTS]
    ]
    return table(
        [_("seconds"), _("event"), _("step")],
        rows,
        caption=_(
            "The first {count} of {all} events; a checkpoint after every {every} steps"
        ).format(count=number(len(rows)), all=number(len(run.log)), every=number(run.every)),
    )


def _nothing() -> Figure:
    return message(_("There is no run to look at: start the storm in the cell above."))


def beside_law(weather: Weather | None) -> Figure:
    """Chart of the measured goodput beside Young's interval, Daly's law and simulated storms."""
    if weather is None:
        return _nothing()
    runs = weather.runs
    saves = [s for run in runs for s in run.pauses("checkpoint", "saved")]
    restarts = [s for run in runs for s in run.pauses("failure", "resume")]
    step_s = kill_storm.step_s(runs)
    measured = [
        Measured(
            interval_s=run.every * step_s, goodput=run.goodput, every=run.every, steps=run.steps,
            saves=len(run.pauses("checkpoint", "saved")), failures=run.failures, at_s=weather.kills,
        )
        for run in runs
    ]  # fmt: skip
    shape = Storm(
        cost_s=median(saves) if saves else step_s, mtbf_s=weather.mtbf_s,
        restart_s=median(restarts) if restarts else 0.0, seconds=weather.seconds,
    )  # fmt: skip
    return storm_figure(shape, measured)
