"""The course, one row a lesson. Every list of lessons derives from these rows.

A lesson is a row here and, under its id or module: lessons/ID.ipynb, anuman/lessons/MODULE.py,
solutions/ID/ID.ipynb, the tasks in anuman/check/MODULE/, the bank of answers in tests/answers/ID/.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One lesson and its assignment.

    id: name of its notebook, assignment, bank of answers and picture, "04-kv-cache".
    module: name of its module in anuman.lessons and of its tasks' package in anuman.check.
    claim: id of the claim on its news card, which its verdict judges.
    widget: its central widget, a function of anuman.widgets.
    scene: module of anuman.scenes that computes what that widget shows.
    picture: module of anuman.widgets whose first_picture() stands in the notebook without a kernel.
    """

    id: str
    module: str
    claim: str
    widget: str
    scene: str
    picture: str


LESSONS = (
    Lesson(
        id="01-what-is-inference",
        module="what_is_inference",
        claim="S0.18",
        widget="crossover",
        scene="crossover",
        picture="crossover.crossover_charts",
    ),
    Lesson(
        id="02-roofline",
        module="roofline",
        claim="S3.3",
        widget="two_clocks",
        scene="clocks",
        picture="two_clocks.clocks_charts",
    ),
    Lesson(
        id="03-prefill-decode",
        module="prefill_decode",
        claim="S3.11",
        widget="timeline",
        scene="timeline",
        picture="timeline.timeline_bars",
    ),
    Lesson(
        id="04-kv-cache",
        module="kv_cache",
        claim="S0.11",
        widget="memory_jar",
        scene="jar",
        picture="memory_jar.jar_drawing",
    ),
    Lesson(
        id="05-batching",
        module="batching",
        claim="S0.19",
        widget="batching_theatre",
        scene="theatre",
        picture="batching_theatre.theatre_slots",
    ),
    Lesson(
        id="06-under-load",
        module="under_load",
        claim="S3.13",
        widget="load_curves",
        scene="load_curves",
        picture="load_curves.load_charts",
    ),
    Lesson(
        id="07-fewer-bytes",
        module="fewer_bytes",
        claim="S0.10",
        widget="speedups",
        scene="tricks",
        picture="speedups.speedup_chart",
    ),
    Lesson(
        id="08-chips",
        module="chips",
        claim="S2.2",
        widget="chips",
        scene="copies",
        picture="chips.chips_chart",
    ),
    Lesson(
        id="09-money",
        module="money",
        claim="S0.17",
        widget="offers",
        scene="offers",
        picture="offers.offers_chart",
    ),
    Lesson(
        id="10-training",
        module="training",
        claim="S4.12",
        widget="training_cluster",
        scene="training_cluster",
        picture="training_cluster.cluster_chart",
    ),
    Lesson(
        id="11-read-the-news",
        module="read_the_news",
        claim="S2.5",
        widget="workbench",
        scene="claim_test",
        picture="workbench.workbench_chart",
    ),
)
IDS = tuple(row.id for row in LESSONS)


def lesson(id: str) -> Lesson:
    """The row with this id. Raises LookupError naming the ids there are."""
    for row in LESSONS:
        if row.id == id:
            return row
    raise LookupError(f"no lesson {id!r}; there are {', '.join(IDS)}")


def title(notebook: Path) -> str:
    """A notebook's first heading; its file's name where there is none to be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        first = "".join(cells[0]["source"])
    except (OSError, ValueError, LookupError, TypeError):
        return notebook.stem
    return first.partition("\n")[0].lstrip("# ").strip() or notebook.stem
