"""Who may keep how many tokens in the KV cache."""

from .job import Job
from .requests import Request


class Reserved:
    """Room for prompt and answer is set aside when a request is admitted: nothing can run out later."""

    page = 1

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.used = 0

    @property
    def free(self) -> int:
        """Tokens that may still be given out."""
        return self.capacity - self.used

    def largest(self, request: Request) -> int:
        """Tokens that the request holds at its largest."""
        return request.input_tokens + request.output_tokens

    def need(self, job: Job) -> int:
        """Free tokens that admitting the job takes now."""
        return self.largest(job.request)

    def take(self, job: Job) -> None:
        """Admit the job."""
        self.used += self.need(job)

    def give_back(self, job: Job, step: int) -> None:
        """The job leaves after `step` decode steps of the server."""
        self.used -= self.largest(job.request)

    def join(self, job: Job) -> None:
        """The job begins to decode: from now on it may grow."""

    def leave(self, job: Job) -> None:
        """The job decodes no longer."""

    def steps_left(self, step: int) -> float:
        """Decode steps that surely fit from here on."""
        return float("inf")

    def grow(self, step: int, k: int) -> None:
        """k decode steps were taken from `step` on."""


class Paged:
    """Pages are given out as sequences grow; when none is left somebody must go.

    Kwon et al., "Efficient Memory Management for LLM Serving with PagedAttention", 2023. How many
    sequences need a new page depends only on the step modulo the page, so k steps are counted at once.
    """

    def __init__(self, capacity: int, page: int):
        self.page = page
        self.pages = capacity // page
        self.capacity = self.pages * page
        self._used = 0
        self._phases = [0] * page  # sequences that need a page at a step of this remainder
        self._growing = 0

    @property
    def used(self) -> int:
        """Tokens' worth of pages given out."""
        return self._used * self.page

    @property
    def free(self) -> int:
        """Tokens' worth of pages left."""
        return self.capacity - self.used

    def _round(self, tokens: int) -> int:
        return -(-tokens // self.page)

    def largest(self, request: Request) -> int:
        """Tokens that the request holds at its largest (the last token is never read again)."""
        return self._round(request.input_tokens + request.output_tokens - 1) * self.page

    def need(self, job: Job) -> int:
        """Pages of what is to be read, and one for every sequence that grows beside it."""
        return (self._round(job.cached + job.todo) + self._growing) * self.page

    def take(self, job: Job) -> None:
        """Admit the job: pages for its prompt."""
        self._used += self._round(job.cached + job.todo)

    def give_back(self, job: Job, step: int) -> None:
        """Take the job's pages back."""
        self._used -= self._round(
            job.context(step) if job.last_step >= 0 else job.cached + job.todo
        )

    def _phase(self, job: Job) -> int:
        return (job.joined_step - job.joined_context) % self.page

    def join(self, job: Job) -> None:
        """The job begins to decode."""
        self._phases[self._phase(job)] += 1
        self._growing += 1

    def leave(self, job: Job) -> None:
        """The job decodes no longer."""
        self._phases[self._phase(job)] -= 1
        self._growing -= 1

    def steps_left(self, step: int) -> float:
        """Decode steps until a page is asked for that is not there."""
        if not self._growing:
            return float("inf")
        free = self.pages - self._used
        rounds, free = divmod(free, self._growing)
        k = rounds * self.page
        while (wanted := self._phases[(step + k) % self.page]) <= free:
            free -= wanted
            k += 1
        return k

    def grow(self, step: int, k: int) -> None:
        """Give out the pages of k steps."""
        rounds, rest = divmod(k, self.page)
        self._used += rounds * self._growing
        self._used += sum(self._phases[(step + i) % self.page] for i in range(rest))


class SharedPrefix(Reserved):
    """Reserved, but a beginning that prompts share is read once and kept while there is room.

    What nobody uses now is forgotten, longest unused first, when the room is needed. The prefix
    counts as present from the admission of the first prompt that brings it: prompts are read in
    order of admission, so its keys and values are there when the next one is read.
    """

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._kept: dict[str, int] = {}  # prefix -> tokens, longest unused first
        self._users: dict[str, int] = {}

    @property
    def free(self) -> int:
        """Tokens not in use; kept prefixes that nobody uses count as free."""
        idle = sum(n for name, n in self._kept.items() if not self._users[name])
        return self.capacity - self.used + idle

    def _own(self, request: Request) -> int:
        return self.largest(request) - self._shared(request)

    def _shared(self, request: Request) -> int:
        return request.prefix_tokens if request.prefix else 0

    def need(self, job: Job) -> int:
        """What the job adds to the tokens in use: the prefix too, unless somebody uses it already."""
        request = job.request
        in_use = bool(self._users.get(request.prefix))
        return self._own(request) + (0 if in_use else self._shared(request))

    def take(self, job: Job) -> None:
        """Admit the job; what is kept of its prefix need not be read again."""
        request = job.request
        own, name = self._own(request), request.prefix
        if name and request.prefix_tokens:
            if name in self._kept:
                # The last prompt token is always read: the first answer token comes from it.
                job.cached = min(request.prefix_tokens, request.input_tokens - 1)
                job.todo = request.input_tokens - job.cached
            else:
                self.used += request.prefix_tokens
            self._kept[name] = self._kept.pop(name, request.prefix_tokens)  # now the latest used
            self._users[name] = self._users.get(name, 0) + 1
        self.used += own
        for other in list(self._kept):
            if self.used <= self.capacity:
                break
            if not self._users[other]:
                self.used -= self._kept.pop(other)

    def give_back(self, job: Job, step: int) -> None:
        """The job leaves; its prefix stays."""
        request = job.request
        self.used -= self._own(request)
        if request.prefix and request.prefix_tokens:
            self._users[request.prefix] -= 1
