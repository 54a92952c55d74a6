"""Who comes in: what a policy sees of the server, and what it may do."""

from heapq import heappop
from math import inf

from anuman.language import _

from .batch import Batch
from .job import Job
from .legality import PolicyBroke


class Scheduler(Batch):
    """A batch with a line before it; a policy looks at it, and admits. `wake_s`: the policy's alarm."""

    wake_s = inf

    @property
    def free_slots(self) -> int:
        """Slots that nobody has."""
        return len(self._free)

    @property
    def free_kv(self) -> int:
        """KV memory that nobody has, in tokens."""
        return self.memory.free

    @property
    def more_to_come(self) -> bool:
        """Whether further arrivals are on their way."""
        return self.arrivals.next_s() < inf

    def fits(self, job: Job) -> bool:
        """Whether the KV memory has room for the job now."""
        return self.memory.need(job) <= self.memory.free

    def line_fills_memory(self) -> bool:
        """Whether those who wait need more KV memory than is free."""
        free = self.memory.free
        for job in self.waiting.jobs.values():
            free -= self.memory.need(job)
            if free < 0:
                return True
        return False

    def admit(self, job: Job) -> None:
        """Give a waiting job a slot and memory. Raises PolicyBroke when that is not legal."""
        if not self._free:
            self.broke("slots", job, _("All {slots} slots are taken.").format(slots=self.slots))
        need, free = self.memory.need(job), self.memory.free
        if need > free:
            said = _("It needs {need} tokens, {free} are free.").format(need=need, free=free)
            self.broke("kv", job, said)
        self.waiting.remove(job)
        self.memory.take(job)
        job.slot = heappop(self._free)
        self.running[job.id] = job
        self.totals.kv_peak = max(self.totals.kv_peak, self.memory.used)
        if job.admitted_s < 0:
            job.admitted_s = self.now
        if job.swapped:
            job.swapped = False
            self.move(job.cached)
        if job.todo:
            self.prefilling.append(job)
        else:
            self.start_decoding(job)

    def schedule(self) -> None:
        """Ask the policy, if anybody could come in. Raises PolicyBroke."""
        self.changed, self.wake_s = False, inf
        if not self.waiting or not self._free or (self.running and not self.policy.joins):
            return
        try:
            wake_s = self.policy.choose(self)
        except PolicyBroke:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise PolicyBroke("raised", self.steps, self.now, None, said) from error
        if wake_s is not None:
            self.wake_s = wake_s

    def broke(self, rule: str, job: Job, detail: str) -> None:
        """Raises PolicyBroke: this rule, at this job."""
        raise PolicyBroke(rule, self.steps, self.now, job.id, detail)
