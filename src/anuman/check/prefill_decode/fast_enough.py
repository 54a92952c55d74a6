"""The verdict: from how many tokens a second on does a program, and does a reader, no longer wait?"""

from collections.abc import Iterator

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, changed
from ..words import N_
from .answer import PARENTHESES

MINUTE = 60  # seconds
WAITING = ("nobody", "program", "reader", "both")
SPELLINGS = (
    ("nobody", "no one", "none", "neither", "कोई नहीं"),
    ("program", "only the program", "प्रोग्राम"),
    ("reader", "only the reader", "पाठक"),
    ("both", "everybody", "both wait", "program and reader", "reader and program", "दोनों"),
)


def verdict(
    speed: float, answer: int, seconds: float, ttft: float, words_per_minute: float,
    tokens_per_word: float,
) -> tuple[float, float, str]:  # fmt: skip
    """(program_flips_at, reader_flips_at, who_waits): tokens a second, and who waits at `speed`.

    The program needs all `answer` tokens within `seconds` of its question; the first comes at `ttft`.
    """
    return _labelled(
        speed, (answer - 1) / (seconds - ttft), words_per_minute / MINUTE * tokens_per_word
    )


def _labelled(speed: float, program: float, reader: float) -> tuple[float, float, str]:
    return program, reader, WAITING[(speed < program) + 2 * (speed < reader)]


def _situations() -> Iterator[Case]:
    """Speeds on every side of the two flips, well off both; now one of them is larger, now the other."""
    draw = seeded("03-prefill-decode/verdict")
    for turn in range(10**6):
        answer = draw.randint(6, 60)  # few enough that one gap more or less is seen
        seconds = round(answer / draw.uniform(20, 200) if turn % 3 else answer / 2, 2)
        ttft = round(seconds * draw.uniform(0.15, 0.6), 3)
        words, tokens = draw.randint(150, 320), round(draw.uniform(1.2, 7), 2)
        program, reader, _who = verdict(1, answer, seconds, ttft, words, tokens)
        low, high = sorted((program, reader))
        if high < 3 * low:
            continue
        speed = (low / draw.uniform(1.5, 4), (low * high) ** 0.5, high * draw.uniform(1.5, 4))
        yield round(speed[draw.randrange(3)], 2), answer, seconds, ttft, words, tokens


CASES = (
    (100, 21, 3, 0.5, 300, 2.0),
    (15, 21, 1, 0, 240, 1.5),  # nothing to read before the answer
    *first(12, _situations()),
)

PROGRAM, READER = "program_flips_at", "reader_flips_at"

VERDICT = Task(
    id="03-prefill-decode/verdict",
    function=verdict,
    result=Result(
        (number("program_flips_at"), number("reader_flips_at"), label("who_waits", *SPELLINGS))
    ),
    examples=(
        (7, 41, 5, 1, 240, 1.5),
        (4, 41, 5, 1, 240, 1.5),
        (12, 41, 5, 1, 240, 1.5),
    ),
    parts=(
        Part(PROGRAM, 0.5, CASES, fields=("program_flips_at",)),
        Part(READER, 0.5, CASES, fields=("reader_flips_at",)),
        Part("who_waits", 0.5, CASES, fields=("who_waits",), needs=(PROGRAM, READER)),
    ),
    misconceptions=(
        Misconception(
            "n tokens, n gaps",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, answer / (seconds - ttft), words_per_minute / MINUTE * tokens_per_word
            ),
            N_(
                "All tokens are divided by the time after the first one: when the first one is there, "
                "answer − 1 are left to come."
            ),
        ),
        Misconception(
            "only the first one divided",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, answer - 1 / (seconds - ttft), words_per_minute / MINUTE * tokens_per_word
            ),
            PARENTHESES,
        ),
        Misconception(
            "ttft taken off at the end",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, (answer - 1) / seconds - ttft, words_per_minute / MINUTE * tokens_per_word
            ),
            PARENTHESES,
        ),
        Misconception(
            "speeds exchanged",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: (
                words_per_minute / MINUTE * tokens_per_word,
                (answer - 1) / (seconds - ttft),
                verdict(speed, answer, seconds, ttft, words_per_minute, tokens_per_word)[2],
            ),
            N_("The two speeds are exchanged: the program's comes first, then the reader's."),
        ),
        changed(
            lambda right: _first_of(right, "program"),
            "both forgotten",
            N_('Where both wait, only one of them is named: ask for "both" first.'),
        ),
        changed(
            lambda right: _first_of(right, "reader"),
            "both forgotten, reader first",
            N_('Where both wait, only one of them is named: ask for "both" first.'),
        ),
        Misconception(
            "no first token",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, answer / seconds, words_per_minute / MINUTE * tokens_per_word
            ),
            N_(
                "The time to the first token is forgotten: only seconds − ttft are left for the "
                "tokens after it."
            ),
        ),
        Misconception(
            "longer than allowed",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, (answer - 1) / (seconds + ttft), words_per_minute / MINUTE * tokens_per_word
            ),
            N_("ttft is added to the time allowed: it is a part of it, so subtract it."),
        ),
        Misconception(
            "words a minute",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, (answer - 1) / (seconds - ttft), words_per_minute * tokens_per_word
            ),
            N_("reader_flips_at is 60 times too large: a minute has 60 seconds."),
        ),
        Misconception(
            "divided by tokens a word",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, (answer - 1) / (seconds - ttft), words_per_minute / MINUTE / tokens_per_word
            ),
            N_(
                "Divided by tokens_per_word: a reader who reads so many words needs more tokens "
                "than words, so multiply."
            ),
        ),
        Misconception(
            "words for tokens",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed, (answer - 1) / (seconds - ttft), words_per_minute / MINUTE
            ),
            N_("reader_flips_at is in words a second: a word has tokens_per_word tokens."),
        ),
        Misconception(
            "program counts words",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed,
                (answer - 1) * tokens_per_word / (seconds - ttft),
                words_per_minute / MINUTE * tokens_per_word,
            ),
            N_("answer is in tokens already: do not multiply it by tokens_per_word."),
        ),
        Misconception(
            "time for speed",
            lambda speed, answer, seconds, ttft, words_per_minute, tokens_per_word: _labelled(
                speed,
                ttft + (answer - 1) / speed,
                words_per_minute / MINUTE * tokens_per_word,
            ),
            N_(
                "program_flips_at is the time of the answer at the given speed: asked is the speed "
                "at which the time is just enough."
            ),
        ),
        changed(
            lambda right: _reversed(right),
            "label reversed",
            N_("The labels are reversed: whoever needs more than `speed` waits."),
        ),
    ),
)


def _first_of(answer: tuple[float, float, str], one: str) -> tuple[float, float, str]:
    program, reader, who = answer
    return program, reader, one if who == "both" else who


def _reversed(answer: tuple[float, float, str]) -> tuple[float, float, str]:
    program, reader, who = answer
    return program, reader, WAITING[3 - WAITING.index(who)]
