"""A puzzle: the learner's rule is asked again and again while a whole queue is served, then scored.

Only the rule's answers come from the learner, one decision after the other; requests, clock, legality
and score are kept here. So nothing that a learner's process could forge counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .result import RETURNS_NONE, Unreadable
from .score import Scored, points_for
from .task import Case, Part
from .words import N_, Message

PUZZLE_SECONDS = 6.0  # for a case of hundreds of decisions, each perhaps in another process
# Rules of anuman.serving in the words of somebody who is writing admit.
OWN_WORDS = {
    "kv": N_("there is not enough free memory for it; count free_kv down while you choose"),
    "stall": N_("nobody is running, so somebody who waits must be admitted"),
}


@dataclass(frozen=True)
class Queue:
    """Requests (arrival, prompt and answer in steps and tokens) and the KV memory in tokens.

    bound: mean steps that no rule can get below.
    """

    requests: tuple[tuple[float, int, int], ...]
    kv_capacity: int
    bound: float


@dataclass(frozen=True)
class Puzzle(Scored):
    """A task whose function is a rule admit(waiting, running, free_kv); a case is a tuple of queues.

    Its value is the mean time in the system, in steps, over the queues; its score is the bound that
    nobody can beat, divided by that mean, and `curve` says the points for a score: (score, points),
    straight lines between. A queue has a slot for every request: only the memory is scarce.
    """

    @property
    def seconds(self) -> float:
        return PUZZLE_SECONDS

    @property
    def case_names(self) -> tuple[str, ...]:
        return ("queues",)

    def job(self, function: Callable) -> Callable:
        """(requests served, mean steps) of the function as a rule."""

        def play(queues: tuple[Queue, ...]) -> tuple[float, float]:
            means = [mean_steps(function, queue) for queue in queues]
            return float(sum(len(q.requests) for q in queues)), sum(means) / len(means)

        return play

    def goal(self, case: Case) -> tuple[float, float]:
        """All are served, in the mean from which all points are earned."""
        (queues,) = case
        return float(sum(len(q.requests) for q in queues)), bound(queues) / self.curve[-1][0]

    def worth(self, part: Part, found: list[tuple | None], all_right: bool) -> float:
        """Points for the mean score of the part's cases; a rule that broke a rule has none."""
        if not all(found):
            return 0.0
        scores = [bound(q) / one[1] for (q,), one in zip(part.cases, found, strict=True)]
        return round(points_for(sum(scores) / len(scores), self.curve), 2)

    def remarks(self, case: Case, found: tuple | None) -> list[Message]:
        """The score of one case beside the bound, the score of the order of arrival, and what counts."""
        return [*([self._scored(case, found)] if found else []), self._frame(case)]

    def shown(self, case: Case, found: tuple | None, problem: Message | None) -> list[Message]:
        """The same for a worked example, with the problem where there is no score."""
        return [problem, self._frame(case)] if problem else self.remarks(case, found)

    def _scored(self, case: Case, found: tuple) -> Message:
        (queues,) = case
        fields = {
            "name": self.name,
            "count": sum(len(queue.requests) for queue in queues),
            "found": f"{found[1]:.1f}",
            "bound": f"{bound(queues):.1f}",
            "score": f"{bound(queues) / found[1]:.3f}",
        }
        return Message(
            N_(
                "{name}, {count} requests: {found} steps on average. No rule can get below {bound}. "
                "Your score: {bound} / {found} = {score}."
            ),
            fields,
        )

    def _frame(self, case: Case) -> Message:
        (queues,) = case
        fields = {
            "arrival": f"{bound(queues) / in_order(queues):.3f}",
            "least": f"{self.curve[0][0]:g}",
            "most": f"{self.curve[-1][0]:g}",
            "points": f"{self.points:g}",
        }
        return Message(
            N_(
                "Order of arrival, in which all wait while the first does not fit, scores {arrival}. "
                "Points begin at {least} and grow to {points} at {most}."
            ),
            fields,
        )


def mean_steps(rule: Callable, queue: Queue) -> float:
    """Mean steps from arrival to the last token when `rule` decides. Raises Unreadable if it breaks a rule."""
    from anuman import serving  # only puzzles need it

    def asked(waiting: list[dict], running: list[dict], free_kv: int):
        ids = rule(waiting, running, free_kv)
        if ids is None:
            raise Unreadable(RETURNS_NONE)
        return ids

    try:
        return _mean_steps(queue, serving.Rule(asked))
    except serving.PolicyBroke as error:
        if error.rule == "raised" and error.__cause__ is not None:
            raise error.__cause__ from None  # with its line in the learner's code
        rule = Message(OWN_WORDS.get(error.rule, serving.RULES[error.rule]))
        # Each step takes one second, so the clock counts them.
        fields = {"step": f"{error.time_s:g}", "request": error.request, "rule": rule}
        known = error.request is not None
        text = (
            N_("Stopped at step {step}, request {request}: {rule}.")
            if known
            else N_("Stopped at step {step}: {rule}.")
        )
        raise Unreadable(Message(text, fields)) from None


def _mean_steps(queue: Queue, policy) -> float:
    from anuman import serving

    run = serving.simulate(
        queue.requests, policy, 1, len(queue.requests), queue.kv_capacity, trace=False
    )
    return sum(one.latency_s for one in run) / len(run)


def in_order(queues: tuple[Queue, ...]) -> float:
    """Mean steps when requests are admitted in order of arrival, and all wait while the first does not fit."""
    from anuman import serving

    return sum(_mean_steps(queue, serving.Continuous()) for queue in queues) / len(queues)


def bound(queues: tuple[Queue, ...]) -> float:
    """Mean steps, over the queues, that no rule can get below."""
    return sum(queue.bound for queue in queues) / len(queues)
