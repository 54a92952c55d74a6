"""Work with a deadline: in time only if the slowest step would still be in time."""

from collections.abc import Iterator
from itertools import cycle
from statistics import mean, median

from ..draws import first, seeded
from ..labels import yes_no
from ..result import Result
from ..task import Case, Misconception, Part, Task
from ..words import N_

NAMES = ("voice", "image recognition", "driving", "recommendation", "summary", "code")


def deadline_met(workload: dict, step_time: list[float], steps: int) -> bool:
    """Whether `steps` steps, each as slow as the slowest one measured, end within the deadline (s)."""
    return steps * max(step_time) <= workload["deadline"]


# Deadlines that a wrong rule keeps and the worst case does not, and some that both keep.
RULES = (
    max,
    mean,
    max,
    median,
    max,
    min,
    max,
    lambda times: times[0],
    max,
    lambda times: times[-1],
)


def _situations() -> Iterator[Case]:
    """Deadlines a little above what one rule makes of the measured times."""
    draw = seeded("01-what-is-inference/deadline_met")
    for rule in cycle(RULES):
        steps = draw.choice((1, 2, 8, 30, 120, 400))
        usual = 10 ** draw.uniform(-3, -1)
        times = [round(usual * draw.uniform(0.5, 2), 6) for _index in range(draw.randint(3, 8))]
        deadline = round(1.04 * steps * rule(times), 6)
        yield {"name": draw.choice(NAMES), "deadline": deadline}, times, steps


DEADLINE_MET = Task(
    id="01-what-is-inference/deadline_met",
    function=deadline_met,
    result=Result((yes_no("deadline_met"),)),
    examples=(
        ({"name": "voice", "deadline": 0.5}, [0.02, 0.02, 0.03], 15),
        ({"name": "voice", "deadline": 0.5}, [0.02, 0.02, 0.04], 15),
    ),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            (
                ({"name": "driving", "deadline": 0.125}, [0.0625, 0.03125], 2),
                ({"name": "image recognition", "deadline": 0.1}, [0.02, 0.3, 0.02], 1),
                ({"name": "code", "deadline": 10.0}, [0.011, 0.012, 0.019, 0.01], 500),
                ({"name": "recommendation", "deadline": 0.05}, [0.06, 0.055, 0.07], 1),
                *first(30, _situations()),
            ),
        ),
    ),
    misconceptions=(
        Misconception(
            "average",
            lambda workload, step_time, steps: steps * mean(step_time) <= workload["deadline"],
            N_(
                "That is the average step: a deadline must hold on the bad days too, so count with "
                "the slowest step that was measured."
            ),
        ),
        Misconception(
            "median",
            lambda workload, step_time, steps: steps * median(step_time) <= workload["deadline"],
            N_(
                "That is the middle one of the times: count with the slowest step, not a usual one."
            ),
        ),
        Misconception(
            "fastest",
            lambda workload, step_time, steps: steps * min(step_time) <= workload["deadline"],
            N_("That is the fastest step: count with the slowest one that was measured."),
        ),
        Misconception(
            "a single step",
            lambda workload, step_time, steps: max(step_time) <= workload["deadline"],
            N_(
                "steps has no effect: the steps follow one another, so their times add up. (A list "
                "times a number repeats the list; it does not multiply what is in it.)"
            ),
        ),
        Misconception(
            "measured times added up",
            lambda workload, step_time, steps: sum(step_time) <= workload["deadline"],
            N_(
                "The measured times are added up: they are samples of one step. The answer takes "
                "`steps` steps, each of them perhaps as slow as the slowest."
            ),
        ),
        Misconception(
            "first time",
            lambda workload, step_time, steps: steps * step_time[0] <= workload["deadline"],
            N_("Only the first measured time is used: take the slowest of all."),
        ),
        Misconception(
            "last time",
            lambda workload, step_time, steps: steps * step_time[-1] <= workload["deadline"],
            N_("Only the last measured time is used: take the slowest of all."),
        ),
        Misconception(
            "milliseconds",
            lambda workload, step_time, steps: (
                1000 * steps * max(step_time) <= workload["deadline"]
            ),
            N_(
                "The times are made milliseconds, the deadline is not: both are in seconds already."
            ),
        ),
        Misconception(
            "strictly before",
            lambda workload, step_time, steps: steps * max(step_time) < workload["deadline"],
            N_("An answer exactly at the deadline is in time: compare with <=."),
        ),
        Misconception(
            "late",
            lambda workload, step_time, steps: steps * max(step_time) > workload["deadline"],
            N_("True and False are swapped: True means that the answer is in time."),
        ),
    ),
)
