"""How many test questions show that a small loss of quality is no accident?"""

from collections.abc import Iterator

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_

ERRORS = 2  # standard errors that a difference must exceed


def _questions(difference: float, share: float, errors: float = ERRORS, models: int = 2) -> float:
    return errors**2 * models * share * (1 - share) / difference**2


def questions_needed(difference: float, share: float) -> float:
    """Questions for each of two models so that `difference` is two standard errors of their difference.

    A share p of n questions has the standard error sqrt(p(1-p)/n); the difference of two such shares
    sqrt(2) times that.
    """
    return _questions(difference, share)


def _losses() -> Iterator[Case]:
    draw = seeded("07-fewer-bytes/questions_needed")
    while True:
        yield round(draw.uniform(0.01, 0.06), 3), round(draw.uniform(0.55, 0.95), 2)


QUESTIONS_NEEDED = Task(
    id="07-fewer-bytes/questions_needed",
    function=questions_needed,
    result=Result((number("questions"),)),
    examples=((0.1, 0.5), (0.05, 0.5)),
    parts=(Part(N_("all cases"), 1, first(7, _losses())),),
    drill=Drill(
        draw=_losses,
        asks=N_(
            "A model answers a share {share} of questions rightly, in fewer bits {difference} less. How "
            "many questions does each version need to show it by two standard errors?"
        ),
        worked=lambda difference, share: (
            f"2^2 · 2 · {share:g} · (1 - {share:g}) / {difference:g}^2"
        ),
    ),
    misconceptions=(
        Misconception(
            "one standard error",
            lambda difference, share: _questions(difference, share, errors=1),
            N_(
                "That is for one standard error: chance reaches it in one case of three. Ask for two."
            ),
        ),
        Misconception(
            "one score",
            lambda difference, share: _questions(difference, share, models=1),
            N_(
                "Only one of the two scores is uncertain in your answer: both are, so the variances add up."
            ),
        ),
        Misconception(
            "one score, one standard error",
            lambda difference, share: _questions(difference, share, errors=1, models=1),
            N_(
                "That is the n at which a single score has this standard error: two scores are compared, and two standard errors are asked."
            ),
        ),
        Misconception(
            "not squared",
            lambda difference, share: _questions(difference, share) * difference,
            N_(
                "The difference enters squared: half the difference needs four times the questions."
            ),
        ),
        Misconception(
            "percent",
            lambda difference, share: _questions(100 * difference, share),
            N_("difference is a share, 0.03 for three points: do not multiply it by 100."),
        ),
        Misconception(
            "share at one half",
            lambda difference, share: _questions(difference, 0.5),
            N_("share is not used: p(1 − p) is smaller the nearer p is to 1."),
        ),
        Misconception(
            "share not multiplied by its rest",
            lambda difference, share: _questions(difference, share) / (1 - share),
            N_("The variance of a yes or no is p(1 − p), not p."),
        ),
        Misconception(
            "both models' questions",
            lambda difference, share: 2 * _questions(difference, share),
            N_("These are the questions of both models together: asked are those of one."),
        ),
    ),
)
