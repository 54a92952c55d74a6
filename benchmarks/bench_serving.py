"""How the simulator's cost grows: with requests and changes of the batch, not with tokens.

python benchmarks/bench_serving.py [--quick]
Beside it the token-by-token simulator in SimPy that the tests compare it with. Processor seconds,
the least of three. Targets: 200 requests 15 ms, 10,000 requests of continuous batching 1 s, a million
customers one at a time 10 s.
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


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Processor time of the fastest of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def requests(count: int, answer: int) -> list[serving.Request]:
    """Poisson arrivals that keep BUSY of the slots in use, whatever the answers' length."""
    rate = BUSY * SLOTS / (answer * STEP.step_s)
    return serving.poisson(rate, count, serving.geometric(100), serving.geometric(answer), 1)


def skipping(made: list[serving.Request], policy: object = "continuous") -> Callable:
    return lambda: serving.simulate(made, policy, STEP, SLOTS, KV)


def stepping(made: list[serving.Request]) -> Callable:
    return lambda: serving_oracle.served(made, serving.Continuous(), STEP, SLOTS, KV)


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
    return int(any(took > target for _name, took, target in targets))


if __name__ == "__main__":
    sys.exit(main())
