"""How the training cluster looks: days against GPUs, what becomes of the time, the table."""

from dataclasses import replace

from anuman.language import _, number
from anuman.scenes.training_cluster import FEWEST, MOST, Cluster, told_gpus

from ..kit.chart import Axis, Chart
from ..kit.style import COMPUTE, INK, MEMORY, NETWORK, RULE
from ..kit.svg import Picture, rectangle, text
from ..kit.view import View
from ..kit.words import percent
from . import cluster_words

WIDTH, HEIGHT = 640.0, 390.0
SHORTEST, LONGEST = 1.0, 10_000.0  # days, the frame for every setting
BAR_LEFT, BAR_WIDTH = 4.0, WIDTH - 8
TABLE_GPUS = (1000, 5000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)


def _within(line: list[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(gpus, min(max(days, SHORTEST), LONGEST)) for gpus, days in line]


def chart(c: Cluster, before: Cluster | None = None) -> Picture:
    """Days against GPUs: without failures (dashed), and with them, at the two ends of the share of the peak."""
    drawn = Chart(
        Axis(FEWEST, MOST, _("GPUs, logarithmic"), log=True, format=lambda x: number(round(x))),
        Axis(SHORTEST, LONGEST, _("days of the training, logarithmic"), log=True),
        _("More GPUs, fewer days? Up to a point"), WIDTH, HEIGHT,
    )  # fmt: skip
    stands = c.stands_from
    if stands:
        drawn.region(stands, MOST, f"fill:{RULE};fill-opacity:.45", "stands")
        drawn.label(stands, LONGEST / 1.6, _("stands still"), "right", 6, "small", "stands")
    if before and before != replace(c, gpus=before.gpus):
        drawn.ghost(_within(before.line(before.mfu_high)))
    ideal = _within(c.line(c.mfu_high, 1.0))
    drawn.line(ideal, INK, "2 4", 1.5, "ideal")
    for key, mfu, dash in (("low", c.mfu_low, "8 4"), ("high", c.mfu_high, "")):
        line = _within(c.line(mfu))
        if line:
            drawn.line(line, COMPUTE, dash, 2.5, key)
            drawn.label(*line[4], _("{mfu} of the peak").format(mfu=percent(mfu)),
                        "right" if key == "low" else "left", kind="small", key=key)  # fmt: skip
    drawn.label(*ideal[-12], _("if nothing failed"), "left", kind="small", key="ideal")
    _grip(drawn, c)
    return drawn.picture(cluster_words.summary(c))


def _grip(drawn: Chart, c: Cluster) -> None:
    """The number of GPUs, to be dragged along the faster line."""
    track = _within(c.line(c.mfu_high))
    days = c.days(c.gpus, c.mfu_high)
    at = min(max(days or LONGEST, SHORTEST), LONGEST)
    drawn.grip(
        c.gpus, at, COMPUTE, name="gpus", label=_("GPUs"), now=c.gpus,
        says=_("{gpus} GPUs: {days}").format(gpus=number(c.gpus), days=cluster_words.days(c)),
        values=(FEWEST, MOST), track=track if days and len(track) > 1 else (),
    )  # fmt: skip


def time_bar(c: Cluster) -> Picture:
    """All of the cluster's time as one bar: kept, checkpoints, work done twice, restarts."""
    shares = c.shares
    parts = [text(4, 18, _("Where the cluster's time goes"), "title")]
    x, legend = BAR_LEFT, 84.0
    for key, name, share, colour, hatched in (
        ("useful", _("kept"), shares.useful, COMPUTE, False),
        ("saving", _("checkpoints"), shares.saving, MEMORY, False),
        ("repeated", _("lost work"), shares.repeated, MEMORY, True),
        ("restarting", _("restarts"), shares.restarting, NETWORK, True),
    ):
        width = BAR_WIDTH * share
        said = f"{name}: {percent(share)}"
        parts.append(rectangle(x, 30, width, 26, f"fill:{colour}", hatched, key, said))
        x += width
        place = {"useful": 0, "saving": 1, "repeated": 2, "restarting": 3}[key]
        left = BAR_LEFT + place * BAR_WIDTH / 4
        parts.append(rectangle(left, legend - 12, 14, 14, f"fill:{colour}", hatched, f"key:{key}"))
        parts.append(text(left + 20, legend, said, "small", key=f"name:{key}"))
    return Picture("".join(parts), WIDTH, 98, _("Where the cluster's time goes"), cluster_words.summary(c))  # fmt: skip


def view(c: Cluster, before: Cluster | None = None) -> View:
    """Everything that is shown of one setting."""
    rows = []
    for gpus in TABLE_GPUS:
        one = replace(c, gpus=gpus)
        rows.append(
            [
                number(gpus), cluster_words.days(one), cluster_words.duration(one.mtbf(gpus)),
                percent(one.goodput(gpus)), cluster_words.span(one.site_watts, "W"), number(one.racks),
            ]
        )  # fmt: skip
    return View(
        title=_("A training on many GPUs"),
        words=cluster_words.summary(c),
        pictures=[chart(c, before), time_bar(c)],
        cards=cluster_words.cards(c),
        problems=cluster_words.problems(c),
        formula=cluster_words.formula(c),
        notes=cluster_words.notes(c),
        head=[_("GPUs"), _("days"), _("a failure every"), _("goodput"), _("power of the site"), _("racks")],
        rows=rows,
        caption=_("{params} weights, {tokens} tokens; a checkpoint takes {cost}, a restart {restart}").format(
            params=number(c.params), tokens=number(c.tokens), cost=cluster_words.duration(c.checkpoint_s),
            restart=cluster_words.duration(c.restart_s),
        ),
    )  # fmt: skip


def first_picture() -> Picture:
    """The widget at its first setting, for readers without a kernel."""
    return view(Cluster(gpus=told_gpus()[1])).figure().picture
