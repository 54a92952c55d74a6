"""Two kinds of machine for one answer, and what faster writing does for a whole task."""

from collections.abc import Iterator
from math import ceil, floor

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_

NEVER = -1


def hand_over(kv_bytes: float, link: float, step_here_s: float, step_there_s: float) -> int:
    """Tokens from which on an answer is done as early there, its cache moved once first; NEVER if there is none."""
    saving = step_here_s - step_there_s
    return ceil(kv_bytes / link / saving) if saving > 0 else NEVER


def _links(pays: bool) -> Iterator[Case]:
    """Few tokens, so that one more or less shows; no answer for which both ways take equally long."""
    draw = seeded(f"08-chips/hand_over {pays}")
    while True:
        kv, link = draw.randint(20, 900) * 10**6, draw.choice((10, 25, 50, 100)) * 10**9
        there = round(draw.uniform(0.001, 0.01), 4)
        here = round(there * (draw.uniform(1.3, 6) if pays else draw.uniform(0.4, 0.95)), 4)
        if not pays or (2 < (tokens := kv / link / (here - there)) < 60 and 0.1 < tokens % 1 < 0.9):
            yield kv, link, here, there


PAYS = ((1e9, 2e9, 0.75, 0.5), *first(7, _links(True)))  # the first: equally long at 2 tokens
NEVER_PAYS = ((100e6, 10e9, 0.004, 0.004), *first(3, _links(False)))

HAND_OVER = Task(
    id="08-chips/hand_over",
    function=hand_over,
    result=Result((number("tokens"),)),
    examples=((500e6, 10e9, 0.03, 0.01), (450e6, 10e9, 0.03, 0.01), (500e6, 10e9, 0.01, 0.03)),
    parts=(
        Part(N_("it pays from some number of tokens on"), 1, PAYS),
        Part(N_("it never pays"), 0.5, NEVER_PAYS),
    ),
    misconceptions=(
        Misconception(
            "rounded down",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                floor(kv_bytes / link / (step_here_s - step_there_s))
                if step_here_s > step_there_s
                else NEVER
            ),
            N_(
                "Rounded down: at that many tokens it still takes longer. Take the next whole number."
            ),
        ),
        Misconception(
            "strictly earlier",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                floor(kv_bytes / link / (step_here_s - step_there_s)) + 1
                if step_here_s > step_there_s
                else NEVER
            ),
            N_("One token too many where both ways take equally long: as early is enough."),
        ),
        Misconception(
            "no transfer",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                1 if step_here_s > step_there_s else NEVER
            ),
            N_("The transfer is left out: before its first token the cache must travel."),
        ),
        Misconception(
            "transfer for every token",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                1 if step_there_s + kv_bytes / link < step_here_s else NEVER
            ),
            N_("The cache travels for every token in your answer: it travels once."),
        ),
        Misconception(
            "all of the time there",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                ceil(kv_bytes / link / step_here_s) if step_here_s > step_there_s else NEVER
            ),
            N_("A token saves the difference of the two step times, for there it takes time, too."),
        ),
        Misconception(
            "link in bits",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                ceil(8 * kv_bytes / link / (step_here_s - step_there_s))
                if step_here_s > step_there_s
                else NEVER
            ),
            N_("The link is in bytes a second already: no factor 8."),
        ),
        Misconception(
            "negative where it never pays",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                ceil(kv_bytes / link / (step_here_s - step_there_s))
                if step_here_s != step_there_s
                else NEVER
            ),
            N_("Where a step there takes as long or longer, no number of tokens pays: return -1."),
        ),
        Misconception(
            "zero where it never pays",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                hand_over(kv_bytes, link, step_here_s, step_there_s)
                if step_here_s > step_there_s
                else 0
            ),
            N_("0 would mean that it pays at once: where it never pays, return -1."),
        ),
        Misconception(
            "not whole",
            lambda kv_bytes, link, step_here_s, step_there_s: (
                kv_bytes / link / (step_here_s - step_there_s)
                if step_here_s > step_there_s
                else NEVER
            ),
            N_("That is no whole number of tokens: take the next one above."),
        ),
    ),
)


def task_speedup(fraction_writing: float, factor: float) -> float:
    """Amdahl's law: the part that is written gets faster, the rest does not."""
    return 1 / (1 - fraction_writing + fraction_writing / factor)


def _shares() -> Iterator[Case]:
    draw = seeded("08-chips/task_speedup")
    while True:
        yield round(draw.uniform(0.2, 0.95), 2), round(draw.uniform(1.5, 20), 1)


TASK_SPEEDUP = Task(
    id="08-chips/task_speedup",
    function=task_speedup,
    result=Result((number("speedup"),)),
    examples=((0.5, 2), (0.8, 4)),
    parts=(Part(N_("all cases"), 0.5, ((0.0, 10), (1.0, 10), *first(6, _shares()))),),
    drill=Drill(
        draw=_shares,
        asks=N_(
            "Of a task's time the share {fraction_writing} is writing, and writing becomes {factor} "
            "times as fast. How many times as fast is the whole task?"
        ),
        worked=lambda fraction_writing, factor: (
            f"1 / (1 - {fraction_writing:g} + {fraction_writing:g} / {factor:g})"
        ),
    ),
    misconceptions=(
        Misconception(
            "factor for the whole task",
            lambda fraction_writing, factor: factor,
            N_("fraction_writing is not used: only the writing gets faster."),
        ),
        Misconception(
            "mean of the factors",
            lambda fraction_writing, factor: fraction_writing * factor + 1 - fraction_writing,
            N_("That is the mean of two speeds: add up the two times, then divide."),
        ),
        Misconception(
            "time instead of speed",
            lambda fraction_writing, factor: 1 / task_speedup(fraction_writing, factor),
            N_("That is the new time as a share of the old: turn it round."),
        ),
        Misconception(
            "rest forgotten",
            lambda fraction_writing, factor: (
                factor / fraction_writing if fraction_writing else factor
            ),
            N_("The rest of the task is left out: it takes as long as before."),
        ),
        Misconception(
            "the rest gets faster",
            lambda fraction_writing, factor: task_speedup(1 - fraction_writing, factor),
            N_("The two parts are exchanged: the writing gets faster, the rest does not."),
        ),
    ),
)


def writing_share(speedup: float, factor: float) -> float:
    """The share of the old time that was writing, if writing `factor` times as fast sped the task up so."""
    return (1 - 1 / speedup) / (1 - 1 / factor)


def _measured() -> Iterator[Case]:
    draw = seeded("08-chips/writing_share")
    while True:
        share, factor = draw.uniform(0.2, 0.95), round(draw.uniform(2, 20), 1)
        speedup = round(task_speedup(share, factor), 2)
        if speedup > 1.15 and factor / speedup > 1.2:
            yield speedup, factor


WRITING_SHARE = Task(
    id="08-chips/writing_share",
    function=writing_share,
    result=Result((number("share"),)),
    examples=((2, 4), (1.5, 3)),
    parts=(Part(N_("all cases"), 1, ((1.0, 8), (8, 8), *first(6, _measured()))),),
    misconceptions=(
        Misconception(
            "speed-up by factor",
            lambda speedup, factor: speedup / factor,
            N_(
                "speedup / factor is no share of the time: solve the law of the task before for the share."
            ),
        ),
        Misconception(
            "saved time",
            lambda speedup, factor: 1 - 1 / speedup,
            N_(
                "That is the share of the time that was saved: a part of the writing is still there."
            ),
        ),
        Misconception(
            "share of the new time",
            lambda speedup, factor: writing_share(speedup, factor) * speedup / factor,
            N_("That is the share of the new time: asked is that of the old."),
        ),
        Misconception(
            "the rest",
            lambda speedup, factor: 1 - writing_share(speedup, factor),
            N_("That is the share that was not writing."),
        ),
    ),
)
