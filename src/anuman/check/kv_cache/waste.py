"""Reserved and never used: one piece for the longest text against pages."""

from collections.abc import Iterator
from math import ceil
from statistics import fmean

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_


def _reserved() -> Iterator[Case]:
    """Lengths in tokens, and the longest that is allowed; none of them needs all of it."""
    draw = seeded("04-kv-cache/contiguous_waste")
    while True:
        max_len = draw.choice((1024, 2048, 4096, 8192))
        count = draw.randint(2, 9)
        yield [draw.randint(max_len // 20, 4 * max_len // 5) for _index in range(count)], max_len


CONTIGUOUS_WASTE = Task(
    id="04-kv-cache/contiguous_waste",
    function=lambda lengths, max_len: physics.contiguous_waste(lengths, max_len),
    result=Result((number("waste"),)),
    examples=(([300, 500], 1000), ([1000, 500, 300], 1000)),
    parts=(
        Part(
            N_("all cases"),
            1,
            (([700], 2000), ([512, 512, 512], 512), *first(8, _reserved())),
        ),
    ),
    misconceptions=(
        Misconception(
            "used share",
            lambda lengths, max_len: sum(lengths) / (len(lengths) * max_len),
            N_("That is the share that is used; asked is the share that stays empty: 1 minus it."),
        ),
        Misconception(
            "longest text",
            lambda lengths, max_len: 1 - sum(lengths) / (len(lengths) * max(lengths)),
            N_(
                "Measured against the longest of these texts: reserved is max_len for each, "
                "whether a text needs it or not."
            ),
        ),
        Misconception(
            "one reservation for all",
            lambda lengths, max_len: 1 - sum(lengths) / max_len,
            N_("max_len places are counted once: every text reserves max_len of its own."),
        ),
        Misconception(
            "tokens",
            lambda lengths, max_len: len(lengths) * max_len - sum(lengths),
            N_("These are places; asked is their share of all reserved places, between 0 and 1."),
        ),
        Misconception(
            "percent",
            lambda lengths, max_len: 100 * (1 - sum(lengths) / (len(lengths) * max_len)),
            N_("100 times too large: a share between 0 and 1 is asked, not a percentage."),
        ),
        Misconception(
            "empty over used",
            lambda lengths, max_len: len(lengths) * max_len / sum(lengths) - 1,
            N_("Empty places over used ones: divide them by all reserved places."),
        ),
        Misconception(
            "sum of shares",
            lambda lengths, max_len: sum(1 - n / max_len for n in lengths),
            N_(
                "The shares of the texts are added up: together they can pass 1. Divide all "
                "empty places by all reserved places."
            ),
        ),
    ),
)


def _paged() -> Iterator[Case]:
    """Lengths that end somewhere within a page, among them one that ends with it."""
    draw = seeded("04-kv-cache/paged_waste")
    while True:
        page = draw.choice((16, 32, 64, 128))
        lengths = [draw.randint(page // 4, 6 * page) for _index in range(draw.randint(2, 8))]
        lengths[draw.randrange(len(lengths))] = page * draw.randint(2, 6)
        rest = [length % page for length in lengths]
        if sum(rest) and physics.paged_waste(lengths, page) > 0.02:
            yield lengths, page


PAGED_WASTE = Task(
    id="04-kv-cache/paged_waste",
    function=lambda lengths, page: physics.paged_waste(lengths, page),
    result=Result((number("waste"),)),
    examples=(([300, 500], 100), ([250, 30], 100)),
    parts=(
        Part(
            N_("all cases"),
            1,
            (([1], 16), ([64, 128, 32], 32), ([17, 40], 1), *first(8, _paged())),
        ),
    ),
    misconceptions=(
        Misconception(
            "whole division",
            lambda lengths, page: (
                1 - sum(lengths) / max(page, sum(n // page * page for n in lengths))
            ),
            N_(
                "Too few pages: // rounds down, so the tokens after the last full page have no "
                "place. Round up."
            ),
        ),
        Misconception(
            "one page more",
            lambda lengths, page: 1 - sum(lengths) / sum((n // page + 1) * page for n in lengths),
            N_(
                "One page too many where a text ends exactly with a page: length // page + 1 is "
                "not the same as rounding up."
            ),
        ),
        Misconception(
            "rounds",
            lambda lengths, page: (
                1 - sum(lengths) / max(page, sum(round(n / page) * page for n in lengths))
            ),
            N_("The pages are rounded to the nearest: any rest needs a page of its own. Round up."),
        ),
        Misconception(
            "pages shared",
            lambda lengths, page: 1 - sum(lengths) / (ceil(sum(lengths) / page) * page),
            N_("The lengths are added before rounding: two texts never share a page. Round each."),
        ),
        Misconception(
            "pages shared, one page more",
            lambda lengths, page: 1 - sum(lengths) / ((sum(lengths) // page + 1) * page),
            N_("The lengths are added before rounding: two texts never share a page. Round each."),
        ),
        Misconception(
            "mean of shares",
            lambda lengths, page: fmean(1 - n / (ceil(n / page) * page) for n in lengths),
            N_(
                "The mean of each text's share: a short text must not count as much as a long one. "
                "Divide all empty places by all reserved places."
            ),
        ),
        Misconception(
            "used share",
            lambda lengths, page: sum(lengths) / sum(ceil(n / page) * page for n in lengths),
            N_("That is the share that is used; the share that stays empty is 1 minus it."),
        ),
        Misconception(
            "tokens",
            lambda lengths, page: sum(ceil(n / page) * page - n for n in lengths),
            N_("These are places; asked is a share of the reserved places, between 0 and 1."),
        ),
        Misconception(
            "rest taken for the empty part",
            lambda lengths, page: (
                sum(n % page for n in lengths) / sum(ceil(n / page) * page for n in lengths)
            ),
            N_(
                "length % page tokens lie in the last page: these places are used; empty is what "
                "is left of the page."
            ),
        ),
        Misconception(
            "a full page counted as empty",
            lambda lengths, page: (
                sum(page - n % page for n in lengths) / sum(ceil(n / page) * page for n in lengths)
            ),
            N_(
                "Where a text ends exactly with a page, length % page is 0: nothing is empty "
                "then, not a whole page."
            ),
        ),
        Misconception(
            "empty over used",
            lambda lengths, page: sum(-n % page for n in lengths) / sum(lengths),
            N_("Empty places over used ones: divide them by all reserved places."),
        ),
        Misconception(
            "half a page",
            lambda lengths, page: page / 2 / fmean(lengths),
            N_(
                "Half a page a text is only the average over many lengths; here the lengths are "
                "known, so count the pages."
            ),
        ),
    ),
)
