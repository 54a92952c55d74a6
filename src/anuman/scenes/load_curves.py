"""What users notice at fifteen arrival rates, on one deployment and under one policy."""

from dataclasses import dataclass
from functools import lru_cache

from anuman import catalog, physics, serving
from anuman.physics import load as formula

SHARES = tuple(
    range(10, 151, 10)
)  # arrival rates, in per cent of what the formula says is possible
WARM_UP = 0.25
POLICIES = (
    "continuous", "chunked", "prefix-cache", "disaggregated", "prefill-first", "static-timeout",
    "one-at-a-time",
)  # fmt: skip


@dataclass(frozen=True)
class LoadSetting:
    """What the learner chose; lengths are means in tokens, promises are seconds.

    shared: tokens at the beginning of each prompt that are the same in all of them, part of `input`.
    """

    chip: str = "H100-SXM"
    chips: int = 1
    model: str = "Llama-3.1-8B"
    policy: str = "continuous"
    input: int = 1000
    output: int = 200
    ttft_slo_s: float = 2.0
    tpot_slo_s: float = 0.1
    shared: int = 0

    @property
    def prefix(self) -> int:
        """The shared tokens; at least one token of a prompt is its own."""
        return min(self.shared, self.input - 1)


@dataclass(frozen=True)
class Point:
    """One arrival rate: seconds, share of requests with both promises kept, state and limits.

    inside: requests in the system, on average; work: share of the chips' 16-bit peak that all tokens
    would use, every prompt token computed; kv: share of the KV memory held, on average.
    """

    rate: float
    ttft_p50_s: float
    ttft_p99_s: float
    tpot_p50_s: float
    tpot_p99_s: float
    held: float
    state: str
    growth: float
    limit: str
    bound: str
    inside: float = 0.0
    latency_s: float = 0.0
    work: float = 0.0
    kv: float = 0.0

    @property
    def goodput(self) -> float:
        """Requests a second that keep both promises."""
        return self.rate * self.held

    @property
    def cause(self) -> str:
        """What makes it slow: "kv", "batch", "bandwidth" or "compute"."""
        return self.limit if self.limit in ("kv", "batch") else self.bound


@dataclass(frozen=True)
class Curve:
    """All points of a setting, `count` requests each; capacity: the formula's, in requests/s.

    problem: why there are none.
    """

    setting: LoadSetting
    count: int
    capacity: float
    points: tuple[Point, ...]
    problem: str = ""

    @property
    def cliff(self) -> Point | None:
        """The first rate at which one request in a hundred misses a promise, or the queue has no end."""
        s = self.setting
        return next(
            (
                p
                for p in self.points
                if p.state == "overload"
                or p.ttft_p99_s > s.ttft_slo_s
                or p.tpot_p99_s > s.tpot_slo_s
            ),
            None,
        )

    @property
    def best(self) -> Point:
        """The point of the largest goodput."""
        return max(self.points, key=lambda p: p.goodput)


@lru_cache(maxsize=64)
def deployment(setting: LoadSetting) -> physics.Deployment:
    """The chips and the model, bf16. Raises UnknownName, MissingValue, or DoesNotFit."""
    server = physics.Deployment(setting.chip, setting.model, tp=setting.chips)
    formula.max_batch(server, setting.input, setting.output)
    return server


def capacity(setting: LoadSetting) -> float:
    """Requests a second that continuous batching can serve by the formula: batch / (output · step)."""
    server = deployment(setting)
    most = formula.max_batch(server, setting.input, setting.output)
    step = formula.steady_step(server, most, setting.input, setting.output)
    return most / (setting.output * step)


def cases(setting: LoadSetting, count: int) -> list[serving.Case]:
    """One case a rate. Raises what deployment raises."""
    server, most = deployment(setting), capacity(setting)
    return [
        serving.Case(
            rate=share / 100 * most,
            count=count,
            input=f"geometric:{setting.input - setting.prefix}",
            output=f"geometric:{setting.output}",
            policy=serving.as_policy(setting.policy),
            step_time=server,
            slots=server.engine.max_batch,
            kv_capacity=int(server.kv_capacity),
            seed=1,
            slo=serving.Slo(setting.ttft_slo_s, setting.tpot_slo_s),
            warm_up=WARM_UP,
            trace=False,
            prefix=setting.prefix,
        )
        for share in SHARES
    ]


def curve_of(setting: LoadSetting, count: int, results: list[dict]) -> Curve:
    """The curve from the metrics of every case."""
    failed = next((one["error"] for one in results if "error" in one), "")
    if failed:
        return Curve(setting, count, capacity(setting), (), failed)
    most, chip = capacity(setting), catalog.chip(setting.chip)
    try:
        peak = setting.chips * chip.peak(chip.peak16)
    except catalog.MissingValue as error:  # what share of the peak is used cannot be said
        return Curve(setting, count, most, (), str(error))
    flops = physics.forward_flops(catalog.model(setting.model).params_active, 1)
    a_token = flops / peak  # s at the chips' peak
    points = tuple(
        Point(
            share / 100 * most,
            *(one[f"{name}_s"] or 0.0 for name in ("ttft_p50", "ttft_p99", "tpot_p50", "tpot_p99")),
            one["slo_held_share"],
            one["load_state"],
            one["queue_growth_req_per_s"],
            one["limited_by"],
            one["time_goes_to"],
            one["in_system_mean_requests"],
            one["latency_mean_s"],
            one["throughput_total_tok_per_s"] * a_token,
            one["kv_mean_share"],
        )
        for share, one in zip(SHARES, results, strict=True)
    )
    return Curve(setting, count, most, points)


@lru_cache(maxsize=64)
def curve(setting: LoadSetting, count: int) -> Curve:
    """The curve, computed here and now; with its problem in words where there is none."""
    try:
        wanted = cases(setting, count)
    except (LookupError, ValueError) as error:  # UnknownName and MissingValue are LookupErrors
        return Curve(setting, count, 0.0, (), str(error))
    return curve_of(setting, count, [serving.run_case(case) for case in wanted])
