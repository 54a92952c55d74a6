"""The bus, the escalator and the empty seats: steps of a queue under both ways of batching."""

from collections.abc import Iterator
from heapq import heapreplace
from math import ceil
from statistics import fmean

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, off_by
from ..words import N_


def _groups(lengths: list[int], slots: int) -> list[list[int]]:
    """The batches of static batching, in order."""
    return [lengths[i : i + slots] for i in range(0, len(lengths), slots)]


def _queues(name: str) -> Iterator[Case]:
    """Answers of very different lengths; the last batch is not full."""
    draw = seeded(f"05-batching/{name}")
    while True:
        slots = draw.randint(3, 8)
        count = slots * draw.randint(3, 6) + draw.randint(1, slots - 1)
        lengths = [1 + int(draw.expovariate(1 / 40)) for _index in range(count)]
        lengths[-1] = draw.randint(60, 120)
        yield lengths, slots


# One slot, more slots than answers, equal lengths, the longest answer last, slots that divide.
EDGES: tuple[Case, ...] = (
    ([7, 3, 5], 1),
    ([4, 9, 2], 8),
    ([6, 6, 6, 6, 6, 6], 3),
    ([1, 1, 1, 1, 1, 30], 2),
    ([2, 12, 3, 4, 11, 5, 1, 10], 4),
)


STATIC_STEPS = Task(
    id="05-batching/static_steps",
    function=lambda lengths, slots: physics.static_steps(lengths, slots),
    result=Result((number("steps"),)),
    examples=(([2, 8, 3, 1, 5], 2), ([4, 4, 4, 4], 2)),
    parts=(Part(N_("all cases"), 0.5, (*EDGES, *first(8, _queues("static_steps")))),),
    drill=Drill(
        draw=lambda: _queues("static_steps"),
        asks=N_(
            "Answers of {lengths} tokens are written in this order, with static batching in {slots} "
            "slots. How many steps does it take?"
        ),
        worked=lambda lengths, slots: " + ".join(str(max(g)) for g in _groups(lengths, slots)),
    ),
    misconceptions=(
        Misconception(
            "longest of the whole queue",
            lambda lengths, slots: ceil(len(lengths) / slots) * max(lengths),
            N_(
                "Every batch is made as long as the longest answer of the whole queue: each batch "
                "waits only for its own longest answer."
            ),
        ),
        Misconception(
            "mean of the batch",
            lambda lengths, slots: sum(fmean(group) for group in _groups(lengths, slots)),
            N_("That is the mean of each batch: the bus waits for its longest answer."),
        ),
        Misconception(
            "last batch lost",
            lambda lengths, slots: sum(
                max(group) for group in _groups(lengths, slots) if len(group) == slots
            ),
            N_("The last batch is lost: it travels too, even if it is not full."),
        ),
        Misconception(
            "one after the other",
            lambda lengths, slots: sum(lengths),
            N_("slots is not used: the answers of a batch are written at the same time."),
        ),
        Misconception(
            "nobody waits",
            lambda lengths, slots: ceil(sum(lengths) / slots),
            N_(
                "That would be so if no slot were ever empty. In a static batch a slot stays empty "
                "from the end of its answer to the end of the batch."
            ),
        ),
        Misconception(
            "sorted",
            lambda lengths, slots: sum(max(group) for group in _groups(sorted(lengths), slots)),
            N_("The answers are sorted first: they come in the order of the list."),
        ),
        Misconception(
            "continuous",
            lambda lengths, slots: physics.continuous_steps(lengths, slots),
            N_("That is continuous batching: here an empty slot stays empty until the batch ends."),
        ),
    ),
)


def _round_robin(lengths: list[int], slots: int) -> int:
    return max(sum(lengths[slot::slots]) for slot in range(slots))


def _first_free(lengths: list[int], slots: int) -> int:
    """When the first slot is free for good."""
    ends = [0] * slots
    for length in lengths:
        heapreplace(ends, ends[0] + length)
    return ends[0]


def _last_start(lengths: list[int], slots: int) -> int:
    """When the last answer begins."""
    ends = [0] * slots
    for length in lengths[:-1]:
        heapreplace(ends, ends[0] + length)
    return ends[0]


CONTINUOUS_STEPS = Task(
    id="05-batching/continuous_steps",
    function=lambda lengths, slots: physics.continuous_steps(lengths, slots),
    result=Result((number("steps"),)),
    examples=(([2, 8, 3, 1, 5], 2), ([4, 4, 4, 4], 2)),
    parts=(Part(N_("all cases"), 0.5, (*EDGES, *first(8, _queues("continuous_steps")))),),
    misconceptions=(
        Misconception(
            "refills only when empty",
            lambda lengths, slots: physics.static_steps(lengths, slots),
            N_(
                "New answers come in only when all slots are empty: that is static batching. A slot "
                "takes the next answer as soon as its own is done."
            ),
        ),
        Misconception(
            "nobody waits",
            lambda lengths, slots: ceil(sum(lengths) / slots),
            N_(
                "That would be so if no slot were ever empty. At the end of the queue slots do fall "
                "empty, and the last answer may be a long one."
            ),
        ),
        Misconception(
            "loses the last",
            lambda lengths, slots: physics.continuous_steps(lengths[:-1] or lengths, slots),
            N_("The last answer is not served: does the loop end too early?"),
        ),
        Misconception(
            "start of the last",
            _last_start,
            N_("That is when the last answer begins; asked is when all are done."),
        ),
        Misconception(
            "first free slot",
            _first_free,
            N_("That is when the first slot is free again; asked is when all of them are."),
        ),
        Misconception(
            "longest first",
            lambda lengths, slots: physics.continuous_steps(sorted(lengths, reverse=True), slots),
            N_("The answers are sorted first: they come in the order of the list."),
        ),
        Misconception(
            "slots in turn",
            _round_robin,
            N_(
                "The answers are dealt out to the slots in turn: the next answer goes to the slot "
                "that is free first."
            ),
        ),
    ),
)


def _used_over(total: float, lengths: list[float]) -> float:
    return 1 - sum(lengths) / total


PADDED = N_(
    "Every batch is padded to the longest answer of the whole queue: each batch is only as long as "
    "its own longest answer."
)

NOT_TAKEN = N_("The slots that nobody takes in the last batch are empty, too: count all slots.")

WASTED_SLOT_FRACTION = Task(
    id="05-batching/wasted_slot_fraction",
    function=lambda lengths, slots: physics.wasted_slot_fraction(lengths, slots),
    result=Result((number("wasted"),)),
    examples=(([2, 8, 6, 4], 2), ([2, 8, 6, 4, 5], 2)),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            (
                ([4, 9, 2], 8),
                ([6, 6, 6, 6, 6, 6], 3),
                ([2, 12, 3, 4, 11, 5, 1, 10], 4),
                *first(8, _queues("wasted_slot_fraction")),
            ),
        ),
    ),
    misconceptions=(
        Misconception(
            "padding over the queue",
            lambda lengths, slots: _used_over(
                slots * ceil(len(lengths) / slots) * max(lengths), lengths
            ),
            PADDED,
        ),
        Misconception(
            "padding over the queue, last batch not full",
            lambda lengths, slots: _used_over(len(lengths) * max(lengths), lengths),
            PADDED,
        ),
        Misconception(
            "empty places of the last batch forgotten",
            lambda lengths, slots: _used_over(
                sum(len(group) * max(group) for group in _groups(lengths, slots)), lengths
            ),
            NOT_TAKEN,
        ),
        Misconception(
            "empty places of the last batch not wasted",
            lambda lengths, slots: (
                sum(len(group) * max(group) - sum(group) for group in _groups(lengths, slots))
                / (slots * physics.static_steps(lengths, slots))
            ),
            NOT_TAKEN,
        ),
        Misconception(
            "used share",
            lambda lengths, slots: sum(lengths) / (slots * physics.static_steps(lengths, slots)),
            N_("That is the share that is used; asked is the share that is wasted: 1 minus it."),
        ),
        Misconception(
            "slot steps",
            lambda lengths, slots: slots * physics.static_steps(lengths, slots) - sum(lengths),
            N_("These are slot steps; asked is their share of all slot steps, between 0 and 1."),
        ),
        Misconception(
            "mean of the batches",
            lambda lengths, slots: fmean(
                _used_over(slots * max(group), group) for group in _groups(lengths, slots)
            ),
            N_(
                "The mean of each batch's share: a short batch must not count as much as a long one. "
                "Divide all wasted slot steps by all slot steps."
            ),
        ),
        Misconception(
            "one slot",
            lambda lengths, slots: _used_over(physics.static_steps(lengths, slots), lengths),
            N_("The steps of one slot are counted: each step has as many slot steps as slots."),
        ),
        Misconception(
            "continuous",
            lambda lengths, slots: _used_over(
                slots * physics.continuous_steps(lengths, slots), lengths
            ),
            N_("That is the waste of continuous batching: count the steps of static batching."),
        ),
        off_by(
            100,
            "percent",
            N_("100 times too large: a share between 0 and 1 is asked, not a percentage."),
        ),
    ),
    uses="static_steps",
    follow=lambda static_steps: (
        lambda lengths, slots: 1 - sum(lengths) / (slots * static_steps(lengths, slots))
    ),
)
