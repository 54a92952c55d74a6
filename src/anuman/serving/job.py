"""A request on its way through the server."""

from .requests import Request


class Job:
    """What the server remembers about one request.

    todo: prompt tokens still to be read; cached: tokens before them whose keys and values are there.
    last_step: the decode step (the server's count) after which it is done. joined_step: that count
    when it began to decode, with `joined_context` tokens cached.
    """

    __slots__ = (
        "admitted_s", "cached", "finish_s", "first_token_s", "generated", "joined_context",
        "joined_step", "last_step", "last_token_s", "preemptions", "request", "slot", "swapped",
        "todo",
    )  # fmt: skip

    def __init__(self, request: Request):
        self.request = request
        self.todo = request.input_tokens
        self.cached = 0
        self.generated = 0
        self.slot = -1
        self.admitted_s = -1.0
        self.first_token_s = -1.0
        self.last_token_s = -1.0
        self.finish_s = -1.0
        self.last_step = -1
        self.joined_step = 0
        self.joined_context = 0
        self.preemptions = 0
        self.swapped = False

    @property
    def id(self) -> int:
        """The request's id."""
        return self.request.id

    def context(self, step: int) -> int:
        """Tokens cached once `step` decode steps of the server are done."""
        return self.joined_context + step - self.joined_step
