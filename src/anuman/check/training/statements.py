"""Three statements about one thing: do they agree, and what would each have to be?"""

from collections.abc import Iterator
from itertools import pairwise

from ..draws import first, seeded
from ..labels import yes_no
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, changed
from ..words import N_


def agree(a: float, b: float, product: float, tolerance: float) -> tuple[bool, float, float, float]:
    """(whether a·b is within `tolerance` of product, and each value that the other two need)."""
    needed = a * b
    fits = abs(product - needed) <= tolerance * needed
    return fits, product / b, product / a, needed


def _statements() -> Iterator[Case]:
    """Some agree, some miss by little more than the tolerance, above or below, some by far."""
    draw = seeded("10-training/agree")
    at = 0
    while True:
        a, b = draw.randint(10, 600) * 1000, draw.choice((draw.randint(300, 3000), 700, 1400))
        tolerance = draw.choice((0.05, 0.1, 0.2)) if at % 6 < 4 else 0.2
        miss = (
            draw.uniform(-0.7, 0.7) * tolerance,
            tolerance * draw.uniform(1.3, 2),
            -tolerance * draw.uniform(1.3, 2),
            draw.uniform(0.5, 3),
            # Between the tolerance of a * b and that of the product.
            tolerance * draw.uniform(1.1, 1.15),
            -tolerance * draw.uniform(0.87, 0.94),
        )[at % 6]
        yield a, b, float(f"{a * b * (1 + miss):.4g}"), tolerance
        at += 1


CASES = first(12, _statements())

AGREE = Task(
    id="10-training/agree",
    function=agree,
    result=Result(
        (yes_no("fits"), number("needed_a"), number("needed_b"), number("needed_product"))
    ),
    examples=(
        (100_000, 2000, 2.0e8, 0.1),
        (550_000, 1000, 1.0e9, 0.1),
    ),
    parts=(
        Part(
            N_("the values that are needed"),
            1,
            CASES,
            fields=("needed_a", "needed_b", "needed_product"),
        ),
        Part("fits", 1, CASES, fields=("fits",)),
    ),
    misconceptions=(
        Misconception(
            "exactly",
            lambda a, b, product, tolerance: (product == a * b, *agree(a, b, product, 0)[1:]),
            N_("Only exact agreement counts: statements are rounded, so allow the tolerance."),
        ),
        Misconception(
            "tolerance of the product",
            lambda a, b, product, tolerance: (
                abs(product - a * b) <= tolerance * product,
                *agree(a, b, product, 0)[1:],
            ),
            N_("The tolerance is a share of a * b, not of product."),
        ),
        Misconception(
            "one side",
            lambda a, b, product, tolerance: (
                product <= a * b * (1 + tolerance),
                *agree(a, b, product, 0)[1:],
            ),
            N_("Only too large a product fails: one that is too small does not fit either."),
        ),
        Misconception(
            "multiplied",
            lambda a, b, product, tolerance: (
                agree(a, b, product, tolerance)[0],
                product * b,
                product * a,
                a * b,
            ),
            N_("To find one factor, divide the product by the other."),
        ),
        Misconception(
            "factors exchanged",
            lambda a, b, product, tolerance: (
                agree(a, b, product, tolerance)[0],
                product / a,
                product / b,
                a * b,
            ),
            N_(
                "needed_a and needed_b are exchanged: needed_a is what a would have to be, so divide by b."
            ),
        ),
        Misconception(
            "what was stated",
            lambda a, b, product, tolerance: (agree(a, b, product, tolerance)[0], a, b, product),
            N_(
                "These are the stated values: asked is what each would have to be if the other two hold."
            ),
        ),
        changed(
            lambda right: (not right[0], *right[1:]),
            "reversed",
            N_("fits is the wrong way round."),
        ),
    ),
)


def measured_goodput(log: list[dict]) -> float:
    """Share of a run's time whose steps are in the final model.

    log: events in order, each {"at_s", "event"}; "start" and "resume" begin to compute, "checkpoint"
    begins to save and "saved" ends it, "failure" loses all steps since the last "saved", "end" ends the
    run with everything kept.
    """
    kept = since = began = 0.0
    for event in log:
        at, what = event["at_s"], event["event"]
        if what in ("checkpoint", "failure", "end") and began is not None:
            since += at - began
        began = at if what in ("start", "saved", "resume") else None
        if what in ("saved", "end"):
            kept, since = kept + since, 0.0
        elif what == "failure":
            since = 0.0
    return kept / (log[-1]["at_s"] - log[0]["at_s"])


def _event(at: float, what: str) -> dict:
    return {"at_s": round(at, 1), "event": what}


def run_log(draw, failures: int) -> list[dict]:
    """A made-up run with this many failures, some of them while a checkpoint is written."""
    now, log, saved = draw.uniform(0, 50), [], 0
    log.append(_event(now, "start"))
    while failures or saved < 4:
        work, cost = draw.uniform(40, 160), draw.uniform(5, 25)
        if failures and draw.random() < 0.5:
            failures -= 1
            now += work * draw.uniform(0.2, 1)
            if draw.random() < 0.3:
                log.append(_event(now, "checkpoint"))
                now += cost / 2
            log.append(_event(now, "failure"))
            now += draw.uniform(20, 90)
            log.append(_event(now, "resume"))
        else:
            log.append(_event(now + work, "checkpoint"))
            now += work + cost
            log.append(_event(now, "saved"))
            saved += 1
    return [*log, _event(now + draw.uniform(20, 60), "end")]


def _logs(failures: int) -> Iterator[Case]:
    draw = seeded(f"10-training/measured_goodput {failures}")
    while True:
        yield (run_log(draw, failures),)


def _computing(log: list[dict]) -> float:
    """Share of the time in which the chips computed, lost steps included."""
    busy, began = 0.0, None
    for event in log:
        at, what = event["at_s"], event["event"]
        if what in ("checkpoint", "failure", "end") and began is not None:
            busy += at - began
        began = at if what in ("start", "saved", "resume") else None
    return busy / (log[-1]["at_s"] - log[0]["at_s"])


def _without_restarts(log: list[dict]) -> float:
    """The time between a failure and the next start is not part of the run's time."""
    idle = sum(
        later["at_s"] - earlier["at_s"]
        for earlier, later in pairwise(log)
        if earlier["event"] == "failure"
    )
    seconds = log[-1]["at_s"] - log[0]["at_s"]
    return measured_goodput(log) * seconds / (seconds - idle)


def _saving_counts(log: list[dict]) -> float:
    """Time that checkpoints take counts as useful."""
    saving = sum(
        later["at_s"] - earlier["at_s"]
        for earlier, later in pairwise(log)
        if (earlier["event"], later["event"]) == ("checkpoint", "saved")
    )
    return measured_goodput(log) + saving / (log[-1]["at_s"] - log[0]["at_s"])


def _end_lost(log: list[dict]) -> float:
    """What was computed after the last checkpoint is left out."""
    last = log[-1]["at_s"] - log[-2]["at_s"]
    return measured_goodput(log) - last / (log[-1]["at_s"] - log[0]["at_s"])


EXAMPLE = [
    {"at_s": 0.0, "event": "start"},
    {"at_s": 100.0, "event": "checkpoint"},
    {"at_s": 110.0, "event": "saved"},
    {"at_s": 160.0, "event": "failure"},
    {"at_s": 190.0, "event": "resume"},
    {"at_s": 250.0, "event": "end"},
]

MEASURED_GOODPUT = Task(
    id="10-training/measured_goodput",
    function=measured_goodput,
    result=Result((number("goodput"),)),
    examples=((EXAMPLE,),),
    parts=(
        Part(N_("no failure"), 0.5, first(3, _logs(0))),
        Part(N_("several failures"), 1.5, (*first(4, _logs(3)), *first(3, _logs(6)))),
    ),
    misconceptions=(
        Misconception(
            "lost steps count",
            _computing,
            N_("Steps that a failure threw away count in your answer: they were computed twice."),
        ),
        Misconception(
            "restarts left out",
            _without_restarts,
            N_(
                "The time from a failure to the next start is part of the run, too: it brought nothing."
            ),
        ),
        Misconception(
            "saving counts",
            _saving_counts,
            N_(
                "The time in which checkpoints are written counts as useful: no steps are made in it."
            ),
        ),
        Misconception(
            "end lost",
            _end_lost,
            N_(
                "What was computed after the last checkpoint is left out: the run ended well, so it is kept."
            ),
        ),
        Misconception(
            "seconds",
            lambda log: measured_goodput(log) * (log[-1]["at_s"] - log[0]["at_s"]),
            N_("These are seconds: divide by the time of the run, from its start to its end."),
        ),
        Misconception(
            "from zero",
            lambda log: (
                measured_goodput(log) * (log[-1]["at_s"] - log[0]["at_s"]) / log[-1]["at_s"]
            ),
            N_("The clock of the log need not begin at 0: the run lasts from start to end."),
        ),
        Misconception(
            "lost share",
            lambda log: 1 - measured_goodput(log),
            N_("That is the share that was lost."),
        ),
    ),
)
