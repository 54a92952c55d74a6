"""One step of speculative sampling, graded on the distribution of the tokens that it gives."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import array
from ..draws import seeded
from ..result import Result, Unreadable, is_a
from ..task import Case, Misconception, Part, Task
from ..words import N_, Message

GRID = 120  # values of u2, evenly spread over (0, 1)
CASE_SECONDS = 6.0  # for a case of as many calls, each perhaps in another process


@dataclass(frozen=True)
class Sampled(Task):
    """A task whose function draws with a given uniform number: what counts is how often each token comes.

    A case is (p, q, token, u); its value is the share of each token over a grid of u2.
    """

    @property
    def seconds(self) -> float:
        return CASE_SECONDS

    @property
    def case_names(self) -> tuple[str, ...]:
        return self.parameters[:-1]

    def job(self, function: Callable) -> Callable:
        """Shares of the tokens that the function gives over the grid."""

        def shares(p: list[float], q: list[float], token: int, u: float) -> np.ndarray:
            counts = np.zeros(len(p))
            for at in range(GRID):
                counts[_token(function(list(p), list(q), token, u, (at + 0.5) / GRID), len(p))] += 1
            return counts / GRID

        return shares


def _token(value: object, tokens: int) -> int:
    """A token's number from whatever whole number the function gives. Raises Unreadable."""
    if type(value) is np.ndarray and value.size == 1:
        value = value.reshape(()).item()
    if is_a(value, int, np.integer) and not is_a(value, bool) and 0 <= int(value) < tokens:
        return int(value)
    fields = {
        "value": repr(value)[:40] if type(value) in (int, float, str) else type(value).__name__
    }
    raise Unreadable(
        Message(
            N_("accept gave {value}: it must give the number of a token, 0 to len(p) − 1."), fields
        )
    )


def inverse(weights: np.ndarray, u: float) -> int:
    """The token in whose part of the unit interval u lies, tokens in order."""
    edges = np.cumsum(weights) / np.sum(weights)
    return int(min(np.searchsorted(edges, u, side="right"), len(edges) - 1))


def accept(p: list[float], q: list[float], token: int, u: float, u2: float) -> int:
    """The drafted token if u < p/q, else one drawn from max(p - q, 0), made to sum to one.

    Source: Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative Decoding",
    ICML 2023, algorithm 1.
    """
    if u < p[token] / q[token]:
        return token
    return inverse(np.maximum(np.subtract(p, q), 0), u2)


def _by_p_alone(p, q, token, u, u2):
    return token if u < p[token] else inverse(np.maximum(np.subtract(p, q), 0), u2)


def _again_from_p(p, q, token, u, u2):
    return token if u < p[token] / q[token] else inverse(np.asarray(p), u2)


def _again_from_q(p, q, token, u, u2):
    return token if u < p[token] / q[token] else inverse(np.asarray(q), u2)


def _without_the_draft(p, q, token, u, u2):
    rest = np.array(p)
    rest[token] = 0
    return token if u < p[token] / q[token] else inverse(rest, u2)


def _most_likely(p, q, token, u, u2):
    return token if u < p[token] / q[token] else int(np.argmax(np.subtract(p, q)))


def _ratio_upside_down(p, q, token, u, u2):
    return token if u < q[token] / p[token] else inverse(np.maximum(np.subtract(p, q), 0), u2)


def _difference_upside_down(p, q, token, u, u2):
    return token if u < p[token] / q[token] else inverse(np.maximum(np.subtract(q, p), 0), u2)


def _cases() -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Cases in which the draft is kept, and in which it is refused; u well off the border."""
    draw = seeded("07-fewer-bytes/accept")
    kept, refused = [], []
    while len(kept) < 5 or len(refused) < 6:
        count = draw.randint(3, 6)
        p, q = (np.array([draw.uniform(0.05, 1) for _index in range(count)]) for _each in "pq")
        p, q = (np.round(each / each.sum(), 3) for each in (p, q))
        p[0] += 1 - p.sum()
        q[0] += 1 - q.sum()
        token, u = draw.randrange(count), round(draw.uniform(0.02, 0.98), 3)
        ratio = p[token] / q[token]
        if abs(u - ratio) < 0.05 or min(p.min(), q.min()) < 0.02:
            continue
        case = p.tolist(), q.tolist(), token, u
        if u >= ratio and len(refused) < 6:
            refused.append(case)
        # In every other case the ratio upside down would refuse the draft.
        if u < ratio and len(kept) < 5 and (u > 1 / ratio + 0.05) == bool(len(kept) % 2):
            kept.append(case)
    return tuple(kept), tuple(refused)


KEPT, REFUSED = _cases()


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two distributions over the grid agree to within a step at each of a token's two edges."""
    return one.shape == other.shape and bool(np.all(np.abs(one - other) <= 2.5 / GRID))


SHARES = array(N_("How often each token comes (its share over many u2)"), "tokens")

ACCEPT = Sampled(
    id="07-fewer-bytes/accept",
    function=accept,
    result=Result((type(SHARES)(SHARES.name, SHARES.read, _near),)),
    examples=(
        ([0.5, 0.3, 0.2], [0.2, 0.5, 0.3], 0, 0.9),
        ([0.5, 0.3, 0.2], [0.2, 0.5, 0.3], 1, 0.9),
    ),
    parts=(
        Part(N_("the draft is kept"), 1, KEPT),
        Part(N_("the draft is refused"), 1.5, REFUSED),
    ),
    misconceptions=(
        Misconception(
            "accepts by p alone",
            _by_p_alone,
            N_(
                "The draft is kept with probability p: what counts is p divided by q, for q had proposed it."
            ),
        ),
        Misconception(
            "draws again from p",
            _again_from_p,
            N_(
                "A refused draft is replaced by a draw from p: then tokens that the draft model likes "
                "come too often. Draw from what p has more than q."
            ),
        ),
        Misconception(
            "draws again from the draft model",
            _again_from_q,
            N_(
                "A refused draft is replaced by another one from q: the large model must have its say."
            ),
        ),
        Misconception(
            "draws from p without the draft",
            _without_the_draft,
            N_(
                "The refused token alone is left out: every token of which q has more than p must be."
            ),
        ),
        Misconception(
            "most likely",
            _most_likely,
            N_("A refused draft is always replaced by the same token: draw with u2."),
        ),
        Misconception(
            "most likely of the large model",
            lambda p, q, token, u, u2: token if u < p[token] / q[token] else int(np.argmax(p)),
            N_(
                "A refused draft is replaced by the most likely token of p: then the text is no longer "
                "drawn from p. Draw with u2 from what p has more than q."
            ),
        ),
        Misconception(
            "keeps every draft",
            lambda p, q, token, u, u2: token,
            N_("Every draft is kept: then the text is the draft model's."),
        ),
        Misconception(
            "never keeps a draft",
            lambda p, q, token, u, u2: inverse(np.asarray(p), u2),
            N_("The draft is never used: the distribution is right, but nothing is gained."),
        ),
        Misconception(
            "ratio upside down",
            _ratio_upside_down,
            N_("The ratio is upside down: the draft is kept with probability p/q."),
        ),
        Misconception(
            "difference upside down",
            _difference_upside_down,
            N_("The difference is upside down: draw from what p has more than q."),
        ),
    ),
)
