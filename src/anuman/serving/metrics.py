"""What a run was like, in numbers whose names carry their units."""

from dataclasses import dataclass

from .overload import load
from .percentiles import gap_percentile, percentile
from .run import Run, Served

PERCENTILES = (50, 90, 99)


@dataclass(frozen=True)
class Slo:
    """What a user was promised: time to first token and mean time per further token, in seconds."""

    ttft_s: float
    tpot_s: float

    def __post_init__(self):
        for name in ("ttft_s", "tpot_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)!r}: it must be above zero")

    def held(self, served: Served) -> bool:
        """Whether both promises were kept; an answer of one token has no TPOT to miss."""
        tpot = served.tpot_s
        return served.ttft_s <= self.ttft_s and (tpot is None or tpot <= self.tpot_s)


def metrics(
    run: Run,
    slo: Slo | None = None,
    watts: float | None = None,
    usd_per_hour: float | None = None,
    warm_up: float = 0.0,
) -> dict[str, float | str | None]:
    """Every metric by name, SI units in the key; None where the run cannot say.

    watts and usd_per_hour: of one server (all its chips), spent from the first arrival to the last
    finish whether it works or not. Shares lie between 0 and 1. warm_up: the share of the requests, in
    order of arrival, whose times and promises do not count because the server was still filling up.
    """
    if not 0 <= warm_up < 1:
        raise ValueError(f"warm_up is {warm_up!r}: a share from 0 to below 1")
    counted = run.served[int(warm_up * len(run)) :]
    seconds = run.end_s - run.start_s
    tokens = sum(s.output_tokens for s in run)
    inputs = sum(s.input_tokens for s in run)
    totals, state = run.totals, load(run)
    measured: dict[str, float | str | None] = {
        "requests": len(run),
        "duration_s": seconds,
        "input_tokens": inputs,
        "output_tokens": tokens,
    }
    measured |= _spread("ttft", [s.ttft_s for s in counted])
    measured |= _spread("tpot", [s.tpot_s for s in counted if s.tpot_s is not None])
    measured |= _itl(run)
    measured |= _spread("latency", [s.latency_s for s in counted])
    measured |= _spread("wait", [s.admitted_s - s.arrival_s for s in counted])
    measured |= {
        "throughput_req_per_s": len(run) / seconds,
        "throughput_tok_per_s": tokens / seconds,
        "throughput_total_tok_per_s": (tokens + inputs) / seconds,
        "in_system_mean_requests": in_system(run),
        "queue_mean_requests": sum(s.admitted_s - s.arrival_s for s in run) / seconds,
        "queue_max_requests": queue_peak(run),
        "utilisation_share": totals.busy_s / (seconds * run.servers),
        "slot_waste_share": 1 - totals.decode_s / totals.row_s if totals.row_s else 0.0,
        "slot_use_share": totals.decode_s / (seconds * run.slots),
        "kv_mean_share": totals.kv_token_s / (seconds * run.kv_capacity * run.memories),
        "kv_peak_share": totals.kv_peak / run.kv_capacity,
        "preemptions": sum(s.preemptions for s in run),
        "load_state": state.state,
        "queue_growth_req_per_s": state.growth_per_s,
    }
    if slo:
        good = [s for s in counted if slo.held(s)]
        share = len(good) / len(counted)
        written = sum(s.output_tokens for s in good) / sum(s.output_tokens for s in counted)
        measured["goodput_req_per_s"] = share * len(run) / seconds
        measured["goodput_tok_per_s"] = written * tokens / seconds
        measured["slo_held_share"] = share
    if watts is not None:
        measured["energy_j_per_tok"] = watts * run.servers * seconds / tokens
    if usd_per_hour is not None:
        measured["usd_per_mtok"] = usd_per_hour * run.servers * seconds / 3600 / tokens * 1e6
    return measured


def _spread(name: str, samples: list[float]) -> dict[str, float | None]:
    """Mean and percentiles of samples in seconds."""
    if not samples:
        return {f"{name}_mean_s": None} | {f"{name}_p{p}_s": None for p in PERCENTILES}
    ordered = sorted(samples)
    return {f"{name}_mean_s": sum(ordered) / len(ordered)} | {
        f"{name}_p{p}_s": percentile(ordered, p) for p in PERCENTILES
    }


def _itl(run: Run) -> dict[str, float | None]:
    """Gaps between tokens, every token counted alike."""
    count = sum(g.k * g.weight for g in run.gaps)
    if not count:
        return {"itl_mean_s": None} | {f"itl_p{p}_s": None for p in PERCENTILES}
    total = sum(g.weight * (g.k * g.first_s + g.more_s * g.k * (g.k - 1) / 2) for g in run.gaps)
    return {"itl_mean_s": total / count} | {
        f"itl_p{p}_s": gap_percentile(run.gaps, p) for p in PERCENTILES
    }


def in_system(run: Run) -> float:
    """Time average of the requests that have come and are not done, from arrivals and finishes alone."""
    changes = sorted([(s.arrival_s, 1) for s in run] + [(s.finish_s, -1) for s in run])
    area, inside, last = 0.0, 0, changes[0][0]
    for time, change in changes:
        area += inside * (time - last)
        inside, last = inside + change, time
    return area / (run.end_s - run.start_s)


def queue_peak(run: Run) -> int:
    """Most requests that waited at once."""
    changes = sorted([(s.admitted_s, -1) for s in run] + [(s.arrival_s, 1) for s in run])
    most = waiting = 0
    for _time, change in changes:
        waiting += change
        most = max(most, waiting)
    return most
