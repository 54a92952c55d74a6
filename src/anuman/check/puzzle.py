"""A puzzle: the learner's rule is asked again and again while a whole queue is served, then scored.

Only the rule's answers come from the learner, one decision after the other; requests, clock, legality
and score are kept here. So nothing that a learner's process could forge counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .result import Unreadable
from .task import Case, Task
from .words import N_, Message

PUZZLE_SECONDS = 6.0  # for a case of hundreds of decisions, each perhaps in another process
# Rules of anuman.serving in the words of somebody who is writing admit.
OWN_WORDS = {
    "kv": N_("there is not enough free memory for it; count free_kv down while you choose"),
}


@dataclass(frozen=True)
class Queue:
    """Requests (arrival, prompt and answer in steps and tokens) and the KV memory in tokens."""

    requests: tuple[tuple[float, int, int], ...]
    kv_capacity: int


@dataclass(frozen=True)
class Puzzle(Task):
    """A task whose function is a rule admit(waiting, running, free_kv); a case is a tuple of queues.

    Its value is the mean time in the system, in steps, over all requests of all queues; it is held
    against `enough` times that of serving in order of arrival, and against `target` times that of the
    reference. A queue has a slot for every request: only the memory is scarce.
    """

    enough: float = 1.0
    target: float = 1.0

    @property
    def seconds(self) -> float:
        return PUZZLE_SECONDS

    @property
    def case_names(self) -> tuple[str, ...]:
        return ("queues",)

    def job(self, function: Callable) -> Callable:
        """(requests served, mean steps, mean steps) of the function as a rule."""

        def play(queues: tuple[Queue, ...]) -> tuple[float, float, float]:
            means = [mean_steps(function, queue) for queue in queues]
            mean = sum(means) / len(means)
            return float(sum(len(queue.requests) for queue in queues)), mean, mean

        return play

    def goal(self, case: Case) -> tuple[float, float, float]:
        served, reached, _same = self.run(self.function, case)
        return served, self.enough * in_order(case[0]), self.target * reached

    def remarks(self, case: Case, found: tuple | None) -> list[Message]:
        """The score of one case, with the target and the bound that no rule can beat beside it."""
        return [*([self._scored(case, found)] if found else []), self._frame(case)]

    def shown(self, case: Case, found: tuple | None, problem: Message | None) -> list[Message]:
        """The same for a worked example, with the problem where there is no score."""
        return [problem, self._frame(case)] if problem else self.remarks(case, found)

    def _frame(self, case: Case) -> Message:
        (queues,) = case
        fields = {
            "arrival": f"{in_order(queues):.1f}",
            "target": f"{self.goal(case)[2]:.1f}",
            "bound": f"{bound(queues):.1f}",
        }
        return Message(
            N_("In order of arrival: {arrival}. Target: {target}. No rule can get below {bound}."),
            fields,
        )

    def _scored(self, case: Case, found: tuple) -> Message:
        target = self.goal(case)[2]
        fields = {
            "name": self.name,
            "count": sum(len(queue.requests) for queue in case[0]),
            "found": f"{found[1]:.1f}",
            "target": f"{target:.1f}",
        }
        if found[1] <= target:
            return Message(N_("{name}, {count} requests: {found} steps on average: right."), fields)
        return Message(
            N_(
                "{name}, {count} requests: {found} steps on average; it should give {target} or less."
            ),
            fields,
        )


def mean_steps(rule: Callable, queue: Queue) -> float:
    """Mean steps from arrival to the last token when `rule` decides. Raises Unreadable if it breaks a rule."""
    from anuman import serving  # only puzzles need it

    try:
        run = serving.simulate(
            queue.requests,
            serving.Rule(rule),
            1,
            len(queue.requests),
            queue.kv_capacity,
            trace=False,
        )
    except serving.PolicyBroke as error:
        if error.rule == "raised" and error.__cause__ is not None:
            raise error.__cause__ from None  # with its line in the learner's code
        rule = Message(OWN_WORDS.get(error.rule, serving.RULES[error.rule]))
        fields = {"step": error.step, "request": error.request, "rule": rule}
        known = error.request is not None
        text = (
            N_("Stopped at step {step}, request {request}: {rule}.")
            if known
            else N_("Stopped at step {step}: {rule}.")
        )
        raise Unreadable(Message(text, fields)) from None
    return sum(one.latency_s for one in run) / len(run)


def in_order(queues: tuple[Queue, ...]) -> float:
    """Mean steps when requests are admitted in order of arrival, and all wait while the first does not fit."""
    from anuman import serving

    def mean(queue: Queue) -> float:
        run = serving.simulate(
            queue.requests,
            serving.Continuous(),
            1,
            len(queue.requests),
            queue.kv_capacity,
            trace=False,
        )
        return sum(one.latency_s for one in run) / len(run)

    return sum(map(mean, queues)) / len(queues)


def bound(queues: tuple[Queue, ...]) -> float:
    """Mean steps that no rule can get below."""
    from anuman import serving

    bounds = [
        serving.mean_latency_bound(q.requests, 1, len(q.requests), q.kv_capacity) for q in queues
    ]
    return sum(bounds) / len(bounds)
