"""Two policies on the same requests and the same chips: where each request's time went."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from anuman import serving

from .load_curves import LoadSetting, deployment

POLICIES = (
    "static", "static-timeout", "continuous", "prefill-first", "chunked", "shortest-first", "paged",
    "one-at-a-time",
)  # fmt: skip


@dataclass(frozen=True)
class DuelSetting:
    """What the learner chose; `load` holds chips, model and lengths (its policy is not used)."""

    load: LoadSetting = field(default_factory=LoadSetting)
    first: str = "static-timeout"
    second: str = "continuous"
    rate: float = 10.0
    slots: int = 64
    requests: int = 200
    seed: int = 1


@dataclass(frozen=True)
class Side:
    """One policy's run and the means of the three parts of a request's time, in seconds."""

    policy: str
    run: serving.Run
    found: dict
    waiting_s: float
    prompt_s: float
    answer_s: float

    @property
    def latency_s(self) -> float:
        """Mean time from arrival to the last token."""
        return self.waiting_s + self.prompt_s + self.answer_s


@dataclass(frozen=True)
class Duel:
    """Both sides; problem: why there are none."""

    setting: DuelSetting
    sides: tuple[Side, ...]
    problem: str = ""

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """Every request's latency under the first and under the second policy."""
        first, second = self.sides
        later = {s.id: s.latency_s for s in second.run}
        return [(s.latency_s, later[s.id]) for s in first.run]


def _side(name: str, setting: DuelSetting, requests: list[serving.Request]) -> Side:
    server = deployment(replace(setting.load, policy="continuous"))
    run = serving.simulate(
        requests, serving.as_policy(name), server, setting.slots, int(server.kv_capacity)
    )
    slo = serving.Slo(setting.load.ttft_slo_s, setting.load.tpot_slo_s)
    count = len(run)
    return Side(
        name,
        run,
        serving.metrics(run, slo),
        sum(s.admitted_s - s.arrival_s for s in run) / count,
        sum(s.first_token_s - s.admitted_s for s in run) / count,
        sum(s.finish_s - s.first_token_s for s in run) / count,
    )


@lru_cache(maxsize=32)
def duel(setting: DuelSetting) -> Duel:
    """Both policies on the setting's requests; with the problem in words where it cannot be."""
    try:
        requests = serving.poisson(
            setting.rate,
            setting.requests,
            serving.geometric(setting.load.input),
            serving.geometric(setting.load.output),
            setting.seed,
        )
        sides = tuple(_side(name, setting, requests) for name in (setting.first, setting.second))
    except (LookupError, ValueError) as error:  # UnknownName and MissingValue are LookupErrors
        return Duel(setting, (), str(error))
    return Duel(setting, sides)
