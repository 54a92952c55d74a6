"""How the simulator's cost grows: with requests and changes of the batch, not with tokens.

python benchmarks/bench_serving.py [--quick]
Beside it the token-by-token simulator in SimPy that the tests compare it with. Processor seconds,
the least of three. Targets: 200 requests 15 ms, 10,000 requests of continuous batching 1 s, a million
customers one at a time 10 s; a request in a fleet at most 3 times the cost of one at a single server that is
as busy, under every routing.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import needed  # noqa: F401

# isort: split

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import serving_oracle

from anuman import serving

STEP = serving.AffineStep(0.02, 1e-5, 1e-6, 1e-9)
SLOTS, KV = 64, 10**7
BUSY = 0.8  # share of the slots in use
MACHINES = 10  # of the fleet, each as busy as the single server
FLEET_TARGET = 3.0  # times the cost of a request


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Processor time of the fastest of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def requests(count: int, answer: int, machines: int = 1) -> list[serving.Request]:
    """Poisson arrivals that keep BUSY of all machines' slots in use, whatever the answers' length."""
    rate = machines * BUSY * SLOTS / (answer * STEP.step_s)
    return serving.poisson(rate, count, serving.geometric(100), serving.geometric(answer), 1)


def skipping(
    made: list[serving.Request], policy: object = "continuous", trace: bool = True
) -> Callable:
    return lambda: serving.simulate(made, policy, STEP, SLOTS, KV, trace=trace)


def stepping(made: list[serving.Request]) -> Callable:
    return lambda: serving_oracle.served(made, serving.Continuous(), STEP, SLOTS, KV)


def fleet_ratios(count: int = 5_000) -> list[tuple[str, float, float]]:
    """Routing, its seconds a request, and their ratio to the single server's, all in this run."""
    alone = seconds(skipping(requests(count, 200), trace=False)) / count
    made, found = requests(count, 200, MACHINES), [("single server", alone, 1.0)]
    for routing in serving.ROUTINGS:

        def routed(routing=routing):
            serving.simulate_replicas(
                made, "continuous", STEP, SLOTS, KV, MACHINES, routing=routing, trace=False
            )

        took = seconds(routed) / count
        found.append((routing, took, took / alone))
    return found


def main() -> int:
    """Print the tables; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="leave out the million customers")
    quick = parser.parse_args().quick

    print("mean answer, 200 requests      event-skipping   token by token   ratio")
    for answer in (20, 200, 2000):
        made = requests(200, answer)
        fast, slow = seconds(skipping(made)), seconds(stepping(made), 1)
        print(f"{answer:8} tokens {fast * 1e3:25.2f} ms {slow * 1e3:13.0f} ms {slow / fast:7.0f}")

    print("requests, mean answer 200      event-skipping      a request")
    for count in (100, 1000, 10_000):
        took = seconds(skipping(requests(count, 200)))
        print(f"{count:8} {took * 1e3:32.1f} ms {took / count * 1e6:10.1f} us")

    print("policy, 1000 requests          event-skipping")
    for name in serving.POLICIES:
        print(f"{name:22} {seconds(skipping(requests(1000, 200), name)) * 1e3:18.1f} ms")

    print(
        f"routing, {MACHINES} machines, 5000 requests             a request   of the single server's"
    )
    ratios = fleet_ratios()
    for name, took, ratio in ratios:
        print(f"{name:22} {took * 1e6:34.1f} us {ratio:10.2f}")

    targets = [
        ("200 requests", seconds(skipping(requests(200, 200))), 0.015),
        ("10,000 requests", seconds(skipping(requests(10_000, 200))), 1.0),
    ]
    if not quick:
        many = serving.poisson(0.7, 1_000_000, 1, serving.geometric(1000), 1)

        def alone():
            return serving.simulate(many, "one-at-a-time", 1e-3, 1, 10**9, trace=False)

        targets.append(("1,000,000 customers", seconds(alone, 1), 10.0))
    for name, took, target in targets:
        print(f"{name:22} {took:8.3f} s   {took / target:5.2f} of the target of {target:g} s")
    slow = [name for name, _took, ratio in ratios if ratio > FLEET_TARGET]
    if slow:
        print(f"more than {FLEET_TARGET:g} times the single server's cost: {', '.join(slow)}")
    return int(bool(slow) or any(took > target for _name, took, target in targets))


if __name__ == "__main__":
    sys.exit(main())
