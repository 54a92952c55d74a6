"""Where requests come from: a list that is known beforehand, or users who wait for their answers."""

from bisect import insort_left
from collections.abc import Callable, Iterable
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
        request = Request(number, after_s + self._think_s(number), *self._draw(number))
        check(request)
        return request


class Arrivals:
    """Requests in order of arrival; a closed loop adds one whenever one is done."""

    def __init__(self, requests: Iterable | ClosedLoop):
        self._loop = requests if isinstance(requests, ClosedLoop) else None
        if self._loop:
            first = [self._loop.request(i, 0.0) for i in range(self._loop.users)]
            first.sort(key=lambda request: request.arrival_s)
            self._sent = self._loop.users
        else:
            first = read(requests)
        self._coming = first[::-1]  # the next one stands last, where a list is quick

    @property
    def closed(self) -> bool:
        """Whether later arrivals depend on earlier answers."""
        return self._loop is not None

    def next_s(self) -> float:
        """When the next one comes; infinity when none is on the way."""
        return self._coming[-1].arrival_s if self._coming else inf

    def more(self) -> bool:
        """Whether one is on the way."""
        return bool(self._coming)

    def pop_request(self) -> Request:
        """The next request."""
        return self._coming.pop()

    def pop(self) -> Job:
        """The next request as a job for an engine."""
        return Job(self._coming.pop())

    def done(self, now: float) -> None:
        """Somebody has the whole answer at `now`."""
        if self._loop and self._sent < self._loop.total:
            request = self._loop.request(self._sent, now)
            insort_left(self._coming, request, key=lambda r: -r.arrival_s)
            self._sent += 1
