"""Those who answer now: when each is done, how much context a step reads, when each had its last token."""

from heapq import heapify, heappop, heappush

from .job import Job
from .run import Gaps


class Decoding:
    """The sequences that get a token in every decode step.

    steps: decode steps so far; the end of an answer is a count of them, so a heap of such counts tells
    who ends next whatever the steps take. count: sequences. context: tokens that the next step reads.
    """

    def __init__(self, trace: bool):
        self.steps = self.count = self.context = 0
        self.gaps: list[Gaps] = []
        self._trace = trace
        self._ends: list[tuple[int, int, Job]] = []
        self._order = 0
        self._waits: list[list] = []  # [time of the last token, sequences that had it then]
        self._last_s = 0.0

    def until_the_next_end(self) -> int:
        """Decode steps until somebody's answer is complete."""
        return self._ends[0][0] - self.steps

    def generated(self, job: Job) -> int:
        """Answer tokens that the job has."""
        if job.last_step < 0:
            return job.generated
        return job.request.output_tokens - (job.last_step - self.steps)

    def start(self, job: Job) -> None:
        """The job's prompt is read, or its keys and values are back: it goes on with the next step."""
        job.joined_step, job.joined_context = self.steps, job.cached
        job.last_step = self.steps + job.request.output_tokens - job.generated
        self._order += 1
        heappush(self._ends, (job.last_step, self._order, job))
        self.count += 1
        self.context += job.cached + 1  # the step reads what is cached and the token itself
        if self._waits and self._waits[-1][0] == job.last_token_s:
            self._waits[-1][1] += 1
        else:
            self._waits.append([job.last_token_s, 1])

    def advance(self, k: int, start_s: float, end_s: float, first_s: float, more_s: float) -> None:
        """All get k tokens between start_s and end_s: after first_s, then first_s + more_s, … seconds."""
        if self._trace:
            for last_s, count in self._waits:
                if count:
                    self.gaps.append(Gaps(start_s - last_s + first_s, 0.0, 1, count))
            if k > 1:
                self.gaps.append(Gaps(first_s + more_s, more_s, k - 1, self.count))
        self.steps += k
        self.context += self.count * k
        self._waits = [[end_s, self.count]]
        self._last_s = end_s

    def late_token(self, gap_s: float) -> None:
        """A sequence that had been sent back got its next token after so long."""
        if self._trace:
            self.gaps.append(Gaps(gap_s, 0.0, 1, 1))

    def next_ended(self) -> Job | None:
        """A job whose last token has just come, taken out; None when there is none."""
        if not self._ends or self._ends[0][0] > self.steps:
            return None
        job = heappop(self._ends)[2]
        self._leave(job)
        self._waits[0][1] -= 1
        return job

    def send_back(self, job: Job) -> None:
        """Take out a job before its end; it remembers its tokens and when it had the last one."""
        self._ends = [entry for entry in self._ends if entry[2] is not job]
        heapify(self._ends)
        self._leave(job)
        had = self._last_s if self.steps > job.joined_step else job.last_token_s
        for wait in self._waits:
            if wait[0] == had:
                wait[1] -= 1
        job.generated = self.generated(job)
        job.cached = job.context(self.steps)
        job.last_token_s = had

    def _leave(self, job: Job) -> None:
        self.count -= 1
        self.context -= job.context(self.steps) + 1
