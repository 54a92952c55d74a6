"""Handed out and never used: what stays empty in the last pages."""

from collections.abc import Iterator
from math import ceil
from statistics import fmean

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_


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
