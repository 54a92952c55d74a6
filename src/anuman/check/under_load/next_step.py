"""The puzzle: what each step of a server does, so that most requests have both promises kept."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ..draws import seeded
from ..result import Field, Result, Unreadable, number
from ..score import Scored, points_for
from ..task import Case, Misconception, Part
from ..words import N_, Message

PUZZLE_SECONDS = 20.0  # some 3,000 decisions, each perhaps in another process
TTFT_S, TPOT_S = 1.0, 0.030
WEIGHTS_S, TOKEN_S, CACHED_TOKEN_S = 0.020, 1e-4, 2e-7
KV_CAPACITY = 60_000  # tokens

# Points for the share served in time. Measured on the graded queues: answers first .03, whole prompts
# .09, pieces of 512 .17, of 128 .26, of 256 .53, pieces that fit the promise .59, without the hopeless .94.
CURVE = ((0.10, 0.0), (0.25, 0.5), (0.45, 1.0), (0.65, 1.5), (0.90, 2.5))

# Rules of anuman.serving in the words of somebody who is writing next_step.
OWN_WORDS = {
    "twice": N_("it is inside already"),
    "kv": N_("there is not enough free memory for it; count free_kv down while you choose"),
}

Queue = tuple[
    tuple[float, int, int], ...
]  # (arrival_s, prompt and answer in tokens) of each request


def queue(name: str, count: int = 60, rate: float = 7.0) -> Queue:
    """Requests at random; one in five has a prompt of thousands of tokens."""
    draw, now, requests = seeded(f"06-under-load/next_step {name}"), 0.0, []
    for _index in range(count):
        now += draw.expovariate(rate)
        prompt = draw.randint(3000, 6000) if draw.random() < 0.2 else draw.randint(50, 400)
        requests.append((round(now, 3), prompt, draw.randint(30, 150)))
    return tuple(requests)


def _machine():
    from anuman.serving.stepwise import RooflineStep  # only this puzzle needs it

    return RooflineStep(weights_s=WEIGHTS_S, token_s=TOKEN_S, cached_token_s=CACHED_TOKEN_S)


@functools.cache
def bound(queues: tuple[Queue, ...]) -> float:
    """A share of requests that no rule can exceed, over all queues."""
    from anuman.serving.promise_bound import kept_share_bound

    return sum(kept_share_bound(one, _machine(), TTFT_S) for one in queues) / len(queues)


def share_in_time(rule: Callable, requests: Queue) -> float:
    """Share of the requests whose both promises are kept. Raises Unreadable if the rule breaks a rule."""
    from anuman import serving  # only puzzles need it
    from anuman.serving.stepwise import StepServer

    try:
        jobs = StepServer(requests, rule, _machine(), KV_CAPACITY).run()
    except serving.PolicyBroke as error:
        fields = {"time": f"{error.time_s:.3f}", "request": error.request}
        fields["rule"] = Message(OWN_WORDS.get(error.rule, serving.RULES[error.rule]))
        text = (
            N_("Stopped at {time} s, request {request}: {rule}.")
            if error.request is not None
            else N_("Stopped at {time} s: {rule}.")
        )
        raise Unreadable(Message(text, fields)) from None
    return sum(job.kept(TTFT_S, TPOT_S) for job in jobs) / len(jobs)


@dataclass(frozen=True)
class NextStep(Scored):
    """A task whose function is a scheduler; a case is a tuple of queues, its value the share in time."""

    @property
    def seconds(self) -> float:
        return PUZZLE_SECONDS

    @property
    def case_names(self) -> tuple[str, ...]:
        return ("queues",)

    def job(self, function: Callable) -> Callable:
        """Share of all requests that the function serves in time."""

        def play(queues: tuple[Queue, ...]) -> float:
            return sum(share_in_time(function, one) for one in queues) / len(queues)

        return play

    def goal(self, case: Case) -> float:
        """The share from which on all points are earned."""
        return self.curve[-1][0]

    def worth(self, part: Part, found: list[tuple | None], all_right: bool) -> float:
        """Points for the share; a rule that broke a rule has none."""
        if not all(found):
            return 0.0
        return round(points_for(sum(one[0] for one in found) / len(found), self.curve), 2)

    def remarks(self, case: Case, found: tuple | None) -> list[Message]:
        """The share beside the bound, and what counts."""
        if not found:
            return []
        fields = {
            "name": self.name,
            "found": f"{found[0]:.3f}",
            "bound": f"{bound(case[0]):.3f}",
            "least": f"{self.curve[0][0]:g}",
            "most": f"{self.curve[-1][0]:g}",
            "points": f"{self.points:g}",
        }
        text = N_(
            "{name}: a share of {found} is served in time. No rule can get above {bound}. Points begin "
            "at {least} and grow to {points} at {most}."
        )
        return [Message(text, fields)]


def _unread(job: dict) -> int:
    return job["input_tokens"] - job["read"]


def _fitting(running: list[dict]) -> int:
    """Tokens in a step that takes just as long as is promised for a token."""
    context = sum(job["read"] + job["generated"] for job in running if not _unread(job))
    return int((TPOT_S - CACHED_TOKEN_S * context) / TOKEN_S)


def _chunks(budget: int | None = None, drops: bool = False) -> Callable:
    """In order of arrival, prompts in pieces: `budget` tokens a step, those of the answers among them.

    None: as many as the promise about the time per token allows. drops: leave out who cannot be in time.
    """

    def rule(now: float, waiting: list[dict], running: list[dict], free_kv: int) -> dict:
        left = (_fitting(running) if budget is None else budget) - sum(
            _unread(job) == 0 for job in running
        )
        admit, prefill = [], {}
        for job in [*(job for job in running if _unread(job)), *waiting]:
            if drops and now + TOKEN_S * _unread(job) > job["arrival_s"] + TTFT_S:
                continue
            if left < 1 or (job in waiting and job["kv_tokens"] > free_kv):
                break
            if job in waiting:
                admit.append(job["id"])
                free_kv -= job["kv_tokens"]
            prefill[job["id"]] = min(left, _unread(job))
            left -= prefill[job["id"]]
        return {"admit": admit, "prefill": prefill}

    return rule


WHOLE = 10**9  # tokens: a prompt is never cut


def _decode_first(now: float, waiting: list[dict], running: list[dict], free_kv: int) -> dict:
    """Nobody comes in while somebody writes."""
    if any(_unread(job) == 0 for job in running):
        return {"admit": [], "prefill": {}}
    return _chunks(WHOLE)(now, waiting, running, free_kv)


def next_step(now: float, waiting: list[dict], running: list[dict], free_kv: int) -> dict:
    """Steps as long as the promise allows, and nobody who cannot be in time any more."""
    return _chunks(drops=True)(now, waiting, running, free_kv)


CASES = ((tuple(queue(str(at)) for at in range(6)),),)


def _at_least(name: str) -> Field:
    """A field that holds a number; every larger one is right, too."""
    plain = number(name)
    return Field(name, plain.read, plain.same, lambda one, other: one >= other * (1 - 1e-9))


NEXT_STEP = NextStep(
    id="06-under-load/next_step",
    function=next_step,
    result=Result((_at_least("share"),)),
    examples=(((queue("example 0"), queue("example 1")),),),
    curve=CURVE,
    parts=(Part(N_("share served in time"), CURVE[-1][1], CASES),),
    misconceptions=(
        Misconception(
            "prompts first, whole",
            _chunks(WHOLE),
            N_(
                "Whole prompts are read at once: one of thousands of tokens makes a step of half a "
                "second, in which everybody who writes waits. Read it in pieces."
            ),
        ),
        Misconception(
            "answers first",
            _decode_first,
            N_("Nobody comes in while somebody writes: those who wait miss their first promise."),
        ),
        Misconception(
            "pieces too small",
            _chunks(128),
            N_(
                "Pieces of 128 tokens: the step is over long before the promised time a token, so "
                "prompts are read too slowly. How long may a step be?"
            ),
        ),
        Misconception(
            "pieces too large",
            _chunks(512),
            N_("Pieces of 512 tokens: such a step takes longer than the promised time a token."),
        ),
        Misconception(
            "pieces of 256",
            _chunks(256),
            N_(
                "Pieces that fit the promise: good. But requests that cannot be in time any more still "
                "take time from the others. Whom can you leave outside?"
            ),
        ),
        Misconception(
            "pieces that fill the promise",
            _chunks(),
            N_(
                "Pieces that fit the promise: good. But requests that cannot be in time any more still "
                "take time from the others. Whom can you leave outside?"
            ),
        ),
    ),
)
