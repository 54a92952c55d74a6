"""The answer after its first token: the time of each token, of the whole, and of a word."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import fmean, median

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, off_by
from ..words import N_
from .token_streams import token_times


def tpot(times: list[float]) -> float:
    """Mean seconds between one token and the next; n tokens have n - 1 gaps."""
    return (times[-1] - times[0]) / (len(times) - 1)


def end_to_end(ttft: float, tpot: float, n_out: int) -> float:
    """Seconds from the question to the last of n_out tokens; the first one comes at ttft."""
    return ttft + (n_out - 1) * tpot


def words_per_second(tpot: float, tokens_per_word: float) -> float:
    """Words a second of a stream with tpot seconds for each token."""
    return 1 / (tpot * tokens_per_word)


PARENTHESES = N_(
    "Parentheses are missing: * and / come before + and -. Put in parentheses what is to be reckoned first."
)


def _streams() -> Iterator[Case]:
    draw = seeded("03-prefill-decode/tpot")
    while True:
        yield (token_times(draw, draw.randint(4, 12), draw.uniform(0.01, 0.2)),)


TPOT = Task(
    id="03-prefill-decode/tpot",
    function=tpot,
    result=Result((number("seconds"),)),
    examples=(([0.5, 0.6, 0.8],), ([2.0, 2.1, 2.2, 2.3, 2.4],)),
    parts=(Part(N_("all cases"), 0.5, (([1.5, 1.75],), *first(8, _streams()))),),
    misconceptions=(
        Misconception(
            "divides by n",
            lambda times: (times[-1] - times[0]) / len(times),
            N_("Divided by the number of tokens: n tokens have n − 1 gaps between them."),
        ),
        Misconception(
            "counts the first token",
            lambda times: times[-1] / len(times),
            N_(
                "The time to the first token is counted too: TPOT begins with the first token, "
                "times[0], and not with the question."
            ),
        ),
        Misconception(
            "starts with the question",
            lambda times: times[-1] / (len(times) - 1),
            N_(
                "n − 1 is right, but the time still begins with the question: begin with the first "
                "token, times[0]."
            ),
        ),
        Misconception(
            "mean of the times",
            lambda times: fmean(times),
            N_("That is the mean of the moments themselves: asked is the time between them."),
        ),
        Misconception(
            "median gap",
            lambda times: median(b - a for a, b in pairwise(times)),
            N_("The median of the gaps: TPOT is their mean, slow ones included."),
        ),
        Misconception(
            "last gap",
            lambda times: times[-1] - times[-2],
            N_("Only the last gap is used: take the mean of all of them."),
        ),
        Misconception(
            "first gap",
            lambda times: times[1] - times[0],
            N_("Only the first gap is used: take the mean of all of them."),
        ),
        Misconception(
            "tokens a second",
            lambda times: (len(times) - 1) / (times[-1] - times[0]),
            N_("Upside down: these are tokens a second; TPOT is seconds a token."),
        ),
        Misconception(
            "only the first one divided",
            lambda times: times[-1] - times[0] / (len(times) - 1),
            PARENTHESES,
        ),
        Misconception(
            "1 taken off at the end",
            lambda times: (times[-1] - times[0]) / len(times) - 1,
            PARENTHESES,
        ),
        Misconception(
            "not divided",
            lambda times: times[-1] - times[0],
            N_("That is the time of all tokens after the first: divide it by their number."),
        ),
    ),
)


def _answers() -> Iterator[Case]:
    draw = seeded("03-prefill-decode/end_to_end")
    while True:
        each = round(draw.uniform(0.005, 0.2), 4)
        yield round(each * draw.uniform(2, 40), 3), each, draw.randint(2, 20)


END_TO_END = Task(
    id="03-prefill-decode/end_to_end",
    function=end_to_end,
    result=Result((number("seconds"),)),
    examples=((0.5, 0.1, 6), (2.0, 0.02, 1001)),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            ((0.75, 0.25, 1), (0.2, 0.05, 2), (1.5, 0.03, 3000), *first(8, _answers())),
        ),
    ),
    drill=Drill(
        draw=_answers,
        asks=N_(
            "The first token comes after {ttft} s, each further one after {tpot} s. When is an answer "
            "of {n_out} tokens complete?"
        ),
        worked=lambda ttft, tpot, n_out: f"{ttft:g} + ({n_out:g} - 1) · {tpot:g}",
        unit="s",
    ),
    misconceptions=(
        Misconception(
            "off by one",
            lambda ttft, tpot, n_out: ttft + n_out * tpot,
            N_("One gap too many: the first token is there at ttft, so n_out − 1 tokens follow."),
        ),
        Misconception(
            "off by one the other way",
            lambda ttft, tpot, n_out: ttft + max(0, n_out - 2) * tpot,
            N_("One gap too few: after the first token n_out − 1 tokens follow."),
        ),
        Misconception(
            "no first token",
            lambda ttft, tpot, n_out: n_out * tpot,
            N_("ttft is missing: before the first token the prompt must be read."),
        ),
        Misconception(
            "only the tokens after the first",
            lambda ttft, tpot, n_out: (n_out - 1) * tpot,
            N_("That is the time after the first token only: add ttft."),
        ),
        Misconception(
            "n_out times something missing",
            lambda ttft, tpot, n_out: ttft + n_out - 1 * tpot,
            PARENTHESES,
        ),
        Misconception(
            "two tokens",
            lambda ttft, tpot, n_out: ttft + tpot,
            N_("n_out is not used: that is the moment of the second token."),
        ),
        Misconception(
            "waits before every token",
            lambda ttft, tpot, n_out: n_out * (ttft + tpot),
            N_("ttft is counted for every token: the prompt is read only once."),
        ),
        Misconception(
            "tokens a second",
            lambda ttft, tpot, n_out: ttft + (n_out - 1) / tpot,
            N_("Divided by tpot: it is seconds for each token, not tokens a second. Multiply."),
        ),
    ),
)


def _speeds() -> Iterator[Case]:
    draw = seeded("03-prefill-decode/words_per_second")
    while True:
        yield round(draw.uniform(0.002, 0.4), 4), round(draw.uniform(1.2, 8), 2)


WORDS_PER_SECOND = Task(
    id="03-prefill-decode/words_per_second",
    function=words_per_second,
    result=Result((number("words_per_second"),)),
    examples=((0.05, 2.0), (0.05, 4.0)),
    parts=(Part(N_("all cases"), 0.5, ((0.25, 1.0), *first(8, _speeds()))),),
    misconceptions=(
        Misconception(
            "inverted",
            lambda tpot, tokens_per_word: tpot * tokens_per_word,
            N_("Upside down: these are seconds for a word, not words a second."),
        ),
        Misconception(
            "more tokens, more words",
            lambda tpot, tokens_per_word: tokens_per_word / tpot,
            N_(
                "Multiplied by tokens_per_word: the more tokens a word needs, the fewer words "
                "come in a second."
            ),
        ),
        Misconception(
            "tokens a second",
            lambda tpot, tokens_per_word: 1 / tpot,
            N_("These are tokens a second: a word has tokens_per_word of them."),
        ),
        Misconception(
            "tpot taken for a speed",
            lambda tpot, tokens_per_word: tpot / tokens_per_word,
            N_("tpot is taken for tokens a second: it is seconds for each token."),
        ),
        off_by(
            60,
            "words a minute",
            N_("60 times too large: words a second are asked, not words a minute."),
        ),
    ),
)
