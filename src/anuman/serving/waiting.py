"""The waiting line: whoever the order puts first, or anybody by id."""

from collections.abc import Callable
from heapq import heappop, heappush

from .job import Job
from .requests import Request

ORDERS: dict[str, Callable[[Request], float]] = {
    "arrival": lambda request: request.arrival_s,
    "shortest": lambda request: request.output_tokens,
    "priority": lambda request: request.priority,
}


class Line:
    """Waiting jobs, ordered by one of ORDERS and then by arrival; O(log n) a change."""

    def __init__(self, order: str = "arrival"):
        self._key = ORDERS[order]
        self.jobs: dict[int, Job] = {}
        self._heap: list[tuple[float, float, int]] = []

    def __len__(self) -> int:
        return len(self.jobs)

    def add(self, job: Job) -> None:
        """Let a job wait; one that was sent back keeps the place of its arrival."""
        self.jobs[job.id] = job
        heappush(self._heap, (self._key(job.request), job.request.arrival_s, job.id))

    def first(self) -> Job | None:
        """Whose turn it is; None when nobody waits."""
        while self._heap and self._heap[0][2] not in self.jobs:
            heappop(self._heap)
        return self.jobs[self._heap[0][2]] if self._heap else None

    def remove(self, job: Job) -> None:
        """Take a job out of the line."""
        del self.jobs[job.id]
        if self._heap[0][2] == job.id:
            heappop(self._heap)
