"""A cluster that fails, saves its work, and draws power: goodput, racks, megawatts."""

from math import ceil, exp, expm1, sqrt

from .arguments import not_negative, positive

LONGEST = 700.0  # times the MTBF: exp of more has no floating-point value, and the share is 0


def mtbf(chips: int, reference_mtbf_s: float, reference_chips: int) -> float:
    """Seconds between failures of a cluster, from a reference one: independent failures add up, so ~1/chips."""
    positive(chips=chips, reference_mtbf_s=reference_mtbf_s, reference_chips=reference_chips)
    return reference_mtbf_s * reference_chips / chips


def checkpoint_interval(cost_s: float, mtbf_s: float) -> float:
    """Seconds of work between checkpoints that lose least: sqrt(2·cost·MTBF).

    Source: Young, "A First Order Approximation to the Optimum Checkpoint Interval", CACM 1974; Daly, 2006.
    """
    positive(cost_s=cost_s, mtbf_s=mtbf_s)
    return sqrt(2 * cost_s * mtbf_s)


def goodput(cost_s: float, mtbf_s: float, restart_s: float = 0.0) -> float:
    """Share of the time that advances the run, checkpoints at Young's interval: 1 - cost/t - (t/2 + restart)/MTBF.

    Zero when the expected loss exceeds the time, a named state: such a run does not advance.
    """
    not_negative(restart_s=restart_s)
    interval = checkpoint_interval(cost_s, mtbf_s)
    return max(0.0, 1 - cost_s / interval - (interval / 2 + restart_s) / mtbf_s)


def goodput_at(interval_s: float, cost_s: float, mtbf_s: float, restart_s: float = 0.0) -> float:
    """Share of the time that advances the run with a checkpoint after every interval_s of work, exactly.

    t·exp(-R/M) / (M·(exp((t + C)/M) - 1)) for failures that come at random, in restarts too.
    Source: Daly, "A higher order estimate of the optimum checkpoint interval", FGCS 2006.
    """
    positive(interval_s=interval_s, mtbf_s=mtbf_s)
    not_negative(cost_s=cost_s, restart_s=restart_s)
    rounds = (interval_s + cost_s) / mtbf_s
    if rounds > LONGEST:
        return 0.0
    return interval_s * exp(-restart_s / mtbf_s) / (mtbf_s * expm1(rounds))


def effective_speedup(
    chips1: int, chips2: int, mtbf_per_chip_s: float, cost_s: float, restart_s: float = 0.0
) -> float:
    """How much faster chips2 advance than chips1 once failures and checkpoints are counted."""
    positive(chips1=chips1, chips2=chips2)
    first = goodput(cost_s, mtbf(chips1, mtbf_per_chip_s, 1), restart_s)
    second = goodput(cost_s, mtbf(chips2, mtbf_per_chip_s, 1), restart_s)
    if first == 0:
        raise ValueError("the smaller cluster does not advance at all: no ratio exists")
    return chips2 * second / (chips1 * first)


def site_watts(chips: int, chip_watts: float, server_factor: float, pue: float) -> float:
    """Watts of the whole site: chips · W · server factor (processors, network) · PUE (cooling, losses)."""
    positive(chips=chips, chip_watts=chip_watts)
    for name, value in (("server_factor", server_factor), ("pue", pue)):
        if not value >= 1:
            raise ValueError(f"{name} is {value!r}: it is at least 1")
    return chips * chip_watts * server_factor * pue


def racks(chips: int, chips_per_rack: int) -> int:
    """Racks for that many chips."""
    positive(chips=chips, chips_per_rack=chips_per_rack)
    return ceil(chips / chips_per_rack)


# Heat capacity in J/(kg K) and density in kg/m3, at 20 degrees (CRC Handbook of Chemistry and Physics).
COOLANTS = {"water": (4184, 998), "air": (1005, 1.20)}


def coolant_flow(watts: float, temperature_rise_k: float, medium: str = "water") -> float:
    """Cubic metres a second of water or air that carry the heat off: P / (c·rho·dT).

    c and rho are those of COOLANTS.
    """
    positive(watts=watts, temperature_rise_k=temperature_rise_k)
    if medium not in COOLANTS:
        raise ValueError(f"medium is {medium!r}: it is water or air")
    heat_capacity, density = COOLANTS[medium]
    return watts / (heat_capacity * density * temperature_rise_k)
