"""Where requests come from: a list that is known beforehand, or users who wait for their answers."""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from math import inf

from .job import Job
from .requests import Request, check, read


class ClosedLoop:
    """`users` people: each sends a request, waits for its end, thinks, and sends the next.

    draw(number) gives the lengths of request `number` as (input_tokens, output_tokens); think_s(number)
    the seconds before it is sent (the first ones think too). `total` requests are sent.
    """

    def __init__(
        self,
        users: int,
        total: int,
        draw: Callable[[int], tuple[int, int]],
        think_s: Callable[[int], float],
    ):
        if users < 1 or total < users:
            raise ValueError(
                f"users is {users!r} and total {total!r}: at least 1 user, and a request for each"
            )
        self.users, self.total, self._draw, self._think_s = users, total, draw, think_s

    def request(self, number: int, after_s: float) -> Request:
        """Request `number`, sent after thinking from `after_s` on."""
        made = Request(number, after_s + self._think_s(number), *self._draw(number))
        check(made)
        return made


class Arrivals:
    """Jobs in order of arrival; a closed loop adds one whenever one is done."""

    def __init__(self, requests: Iterable | ClosedLoop):
        self._loop = requests if isinstance(requests, ClosedLoop) else None
        if self._loop:
            first = [self._loop.request(i, 0.0) for i in range(self._loop.users)]
            self._sent = self._loop.users
        else:
            first = read(requests)
        self._coming = [(r.arrival_s, place, Job(r)) for place, r in enumerate(first)]
        heapify(self._coming)

    @property
    def closed(self) -> bool:
        """Whether later arrivals depend on earlier answers."""
        return self._loop is not None

    def next_s(self) -> float:
        """When the next one comes; infinity when none is on the way."""
        return self._coming[0][0] if self._coming else inf

    def more(self) -> bool:
        """Whether one is on the way."""
        return bool(self._coming)

    def pop(self) -> Job:
        """The next one."""
        return heappop(self._coming)[2]

    def done(self, now: float) -> None:
        """Somebody has the whole answer at `now`."""
        if self._loop and self._sent < self._loop.total:
            request = self._loop.request(self._sent, now)
            heappush(self._coming, (request.arrival_s, self._sent, Job(request)))
            self._sent += 1
