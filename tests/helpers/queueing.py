"""Queueing theory's closed forms: what the simulator must reproduce with batching off.

Symbols: rate λ in requests/s, service S in seconds, c servers, ρ = λ E[S] / c, below 1. Waits are mean
times in the queue, before service begins. Sources: Kleinrock, "Queueing Systems" 1, 1975; Erlang, 1917.
"""

from anuman.physics.arguments import not_negative, positive


def _utilisation(rate: float, service_s: float, servers: int) -> float:
    positive(rate=rate, service_s=service_s, servers=servers)
    rho = rate * service_s / servers
    if rho >= 1:
        raise ValueError(
            f"overload: {rate:g} requests/s of {service_s:g} s each keep {rate * service_s:g} servers "
            f"busy and there are {servers}; the queue grows by {rate - servers / service_s:g} "
            "requests a second"
        )
    return rho


def mg1_wait(rate: float, service_s: float, cv: float) -> float:
    """M/G/1: ρ/(1-ρ) · (1+cv²)/2 · E[S] (Pollaczek-Khinchine); cv: standard deviation of S over its mean."""
    not_negative(cv=cv)
    rho = _utilisation(rate, service_s, 1)
    return rho / (1 - rho) * (1 + cv**2) / 2 * service_s


def mm1_wait(rate: float, service_s: float) -> float:
    """M/M/1: ρ/(1-ρ) · E[S]."""
    return mg1_wait(rate, service_s, 1.0)


def md1_wait(rate: float, service_s: float) -> float:
    """M/D/1: half of M/M/1."""
    return mg1_wait(rate, service_s, 0.0)


def mmc_wait(rate: float, service_s: float, servers: int) -> float:
    """M/M/c: C(c, λE[S]) · E[S] / (c (1-ρ)) with Erlang's C, the probability of having to wait."""
    rho = _utilisation(rate, service_s, servers)
    return erlang_c(servers, rate * service_s) * service_s / (servers * (1 - rho))


def erlang_c(servers: int, offered: float) -> float:
    """Probability that an arrival finds all servers busy; offered load λE[S] below `servers`."""
    # Erlang's B by its recursion, which needs no factorials.
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


def expected_max_geometric(mean: float, count: int) -> float:
    """E[max of `count` lengths], each 1, 2, 3, … with probability 1/mean of ending: Σ 1-(1-q^k)^count."""
    positive(mean=mean, count=count)
    q = 1 - 1 / mean
    if mean < 1:
        raise ValueError(f"mean is {mean!r}: an answer has at least 1 token")
    total, power = 0.0, 1.0
    while power * count > 1e-17:
        total += 1 - (1 - power) ** count
        power *= q
    return total


def static_gain_geometric(mean: float, slots: int) -> float:
    """Steps of static over steps of continuous batching, in a long run of geometric answers."""
    return expected_max_geometric(mean, slots) / mean


def harmonic(count: int) -> float:
    """1 + 1/2 + … + 1/count: the same gain for exponential lengths."""
    return sum(1 / k for k in range(1, count + 1))
