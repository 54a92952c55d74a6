"""One stage for two policies: the same requests, static and continuous, and what has happened by a moment.

Time is counted in steps: every step of the engine takes one. So nothing here depends on a chip.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

from anuman import serving

PROMPT = 10  # tokens of every prompt; a choice, so that the KV memory has something to hold
MOST_REQUESTS = 200
MOST_SLOTS = 16
LENGTHS = ("varied", "equal")


@dataclass(frozen=True)
class Setting:
    """What the learner chose. rate: arrivals in a hundred steps, 0 for all at once."""

    requests: int = 24
    slots: int = 4
    lengths: str = "varied"
    mean: int = 10
    rate: float = 0.0
    kv_capacity: int = 240
    seed: int = 1


@dataclass(frozen=True)
class Scene:
    """One policy's whole run on the stage, with the end of every batch for static batching."""

    name: str
    run: serving.Run
    batch_ends: dict[int, float]

    @property
    def steps(self) -> float:
        """Steps until the last answer is done."""
        return self.run.end_s

    def finished(self, now: float) -> int:
        """Requests that are done by `now`."""
        return sum(s.finish_s <= now for s in self.run)

    def tokens(self, now: float) -> int:
        """Answer tokens written by `now`: one a step from the first token on."""
        return sum(
            min(s.output_tokens, floor(now - s.first_token_s + 1e-9) + 1)
            for s in self.run
            if s.first_token_s <= now
        )

    def waiting(self, now: float) -> list[serving.Served]:
        """Those who have come and are not admitted, in order of arrival."""
        return [s for s in self.run if s.arrival_s <= now < s.admitted_s]

    def kv(self, now: float) -> int:
        """KV tokens reserved at `now`."""
        return next((s.kv_start for s in self.run.spans if s.start_s <= now < s.end_s), 0)

    def held_until(self, s: serving.Served) -> float:
        """When the request's slot is free again: for static batching, when its batch ends."""
        return self.batch_ends.get(s.id, s.finish_s)

    def slot_steps(self, now: float) -> tuple[float, float]:
        """(slot steps spent on answers, slot steps taken) until `now`."""
        used = taken = 0.0
        for s in self.run:
            used += max(0.0, min(now, s.finish_s) - s.admitted_s)
            taken += max(0.0, min(now, self.held_until(s)) - s.admitted_s)
        return used, taken


@dataclass(frozen=True)
class Stage:
    """Both scenes; static is the first. problem: why there are none."""

    setting: Setting
    scenes: tuple[Scene, ...]
    problem: str = ""

    @property
    def end(self) -> int:
        """The last step that anything happens in."""
        return max((ceil(scene.steps - 1e-9) for scene in self.scenes), default=0)

    @property
    def gain(self) -> float:
        """Steps of static batching over steps of continuous batching."""
        static, continuous = self.scenes
        return static.steps / continuous.steps


def requests(setting: Setting) -> list[serving.Request]:
    """The requests of a setting."""
    lengths = (
        serving.fixed(setting.mean)
        if setting.lengths == "equal"
        else serving.geometric(setting.mean)
    )
    if setting.rate == 0:
        return serving.at_once(setting.requests, PROMPT, lengths, setting.seed)
    return serving.poisson(setting.rate / 100, setting.requests, PROMPT, lengths, setting.seed)


@lru_cache(maxsize=64)
def stage(setting: Setting) -> Stage:
    """Both policies on the setting's requests; with the problem in words where nobody can serve them."""
    arrivals = requests(setting)
    try:
        static = serving.simulate(arrivals, serving.Static(), 1, setting.slots, setting.kv_capacity)
        continuous = serving.simulate(
            arrivals, serving.Continuous(), 1, setting.slots, setting.kv_capacity
        )
    except ValueError as error:
        return Stage(setting, (), str(error))
    ends: dict[float, float] = {}
    for s in static:
        ends[s.admitted_s] = max(ends.get(s.admitted_s, 0.0), s.finish_s)
    held = {s.id: ends[s.admitted_s] for s in static}
    return Stage(setting, (Scene("static", static, held), Scene("continuous", continuous, {})))
