"""The verdict: from which served volume on has inference taken more of the chips' time than training?"""

from collections.abc import Iterator
from itertools import count

from anuman import physics

from ..draws import first, seeded
from ..flip import Flip
from ..task import Case, Misconception, Part, Task
from ..words import N_

FLIP = Flip(
    "training",
    "inference",
    ("train", "प्रशिक्षण", "ट्रेनिंग"),
    ("serving", "serve", "इन्फ़रेंस", "इन्फरेंस", "सेवा"),
)


def verdict(
    served_tokens: float,
    train_tokens: float,
    input_part: float,
    train_share: float,
    input_share: float,
    output_share: float,
) -> tuple[str, float]:
    """What has taken more chip time ("training" or "inference"), and the served tokens at which that flips."""
    serve_share = physics.mixed_share(input_part, input_share, output_share)
    flips_at = physics.crossover_tokens(train_tokens, train_share, serve_share)
    return FLIP.at(served_tokens, flips_at)


def _other_flips(case: Case) -> tuple[float, ...]:
    """Where wrong rules let the label flip: FLOPs alone, written tokens alone, the parts swapped."""
    _served, train_tokens, input_part, train_share, input_share, output_share = case
    return (
        physics.crossover_tokens(train_tokens),
        physics.crossover_tokens(train_tokens, train_share, output_share),
        verdict(1, train_tokens, 1 - input_part, train_share, input_share, output_share)[1],
    )


def _situations() -> Iterator[Case]:
    """Volumes well off the flip; in most of them a wrong rule would give the wrong label."""
    draw = seeded("01-what-is-inference/verdict")
    for place in count():
        train_tokens = round(10 ** draw.uniform(10, 13.3))
        input_part = round(draw.choice((draw.uniform(0.15, 0.35), draw.uniform(0.65, 0.9))), 2)
        train_share = round(draw.uniform(0.3, 0.6), 2)
        input_share = round(draw.uniform(0.3, 0.7), 2)
        output_share = round(draw.uniform(0.01, 0.15), 3)
        rest = (train_tokens, input_part, train_share, input_share, output_share)
        flips_at = verdict(1, *rest)[1]
        others = (*_other_flips((1, *rest)), flips_at * draw.choice((0.1, 9)))
        yield round((flips_at * others[place % len(others)]) ** 0.5), *rest


def _clear(case: Case) -> bool:
    """Whether the volume is well off the flip."""
    return not 0.8 < case[0] / verdict(*case)[1] < 1.25


CASES = ((10**12, 2 * 10**12, 0.5, 0.4, 0.4, 0.1), *first(15, filter(_clear, _situations())))
FLIP_EXAMPLE = (1e12, 0.75, 0.4, 0.5, 0.1)


def _ratio_of_bills(
    served_tokens, train_tokens, input_part, train_share, input_share, output_share
):
    """Training's chip time over that of serving so far, with the right label."""
    rest = (train_tokens, input_part, train_share, input_share, output_share)
    word, flips_at = verdict(served_tokens, *rest)
    return word, flips_at / served_tokens


VERDICT = Task(
    id="01-what-is-inference/verdict",
    function=verdict,
    result=FLIP.result,
    examples=((1e12, *FLIP_EXAMPLE), (3e12, *FLIP_EXAMPLE)),
    parts=(
        Part("flips_at", 2, CASES, fields=("flips_at",)),
        Part("label", 1, CASES, fields=("label",), needs=("flips_at",)),
    ),
    # In the wrong rules D: train_tokens, part: input_part, train, read, write: the three shares.
    misconceptions=(
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D,
            "shares left out",
            N_(
                "The shares are left out: that is where the FLOPs are equal. A FLOP takes the longer, "
                "the smaller the share of the peak that is reached."
            ),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D * (part * read + (1 - part) * write) / train,
            "mean of the shares",
            N_(
                "The shares are averaged: it is times that add up, not shares. A token takes a time "
                "in proportion to 1/share; average those."
            ),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D * (read + write) / 2 / train,
            "input_part not used",
            N_(
                "The shares are averaged as if half of the tokens were read: input_part says how "
                "many are. Add up the times of both kinds, each in proportion to 1/share."
            ),
        ),
        Misconception(
            "ratio of the bills",
            _ratio_of_bills,
            N_(
                "flips_at is the ratio of the two bills here; asked is the number of served tokens "
                "at which they are equal. It does not depend on served_tokens."
            ),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: verdict(1, D, part, train, write, read)[1],
            "parts swapped",
            N_(
                "input_part goes with output_share here: it is the part of the tokens that are read, "
                "and those run at input_share."
            ),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D * write / train,
            "output alone",
            N_("Only the written tokens are counted: the tokens that are read take time too."),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D * read / train,
            "input alone",
            N_("Only the tokens that are read are counted: writing the others takes longer."),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D / (part / read + (1 - part) / write),
            "training at the peak",
            N_("train_share is not used: training does not reach the peak either."),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D * train * (part / read + (1 - part) / write),
            "upside down",
            N_(
                "The shares of training and of serving have changed places: where serving uses less "
                "of the peak, fewer tokens are enough, so flips_at gets smaller."
            ),
        ),
        FLIP.slip(
            lambda D, part, train, read, write: 3 * D * train / (part * read + (1 - part) * write),
            "time times the share",
            N_(
                "Multiplied by the shares: a FLOP takes the longer, the smaller the share, so every "
                "time is divided by its share."
            ),
        ),
        FLIP.slip(
            lambda *rest: verdict(1, *rest)[1] / 3,
            "no 3",
            N_(
                "flips_at is a third of what it should be: a training token costs 6 FLOPs a "
                "parameter, a served one 2."
            ),
        ),
        FLIP.reversed(
            N_(
                "The labels are reversed: above flips_at inference has taken more of the chips' time, "
                "below it training."
            )
        ),
    ),
)
