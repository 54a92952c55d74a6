"""What training costs beside inference: one step of the course's small model against a forward pass.

    python benchmarks/bench_training.py [--rounds 5] [--batches 1 8 32]

FLOPs are counted, memory is Python's record of allocations, times are the least of the rounds, taken
in turn with one BLAS thread. Ratios can be compared between computers.
"""

import argparse
import platform

import needed  # noqa: F401

# isort: split

from anuman.lm import training_cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    given = parser.parse_args()
    costs = [training_cost.measure(batch=batch, rounds=given.rounds) for batch in given.batches]
    first = costs[0]
    print(f"{first.params:,} parameters, stories of {first.context} tokens, {platform.machine()}")
    print(f"{'stories at once':34s}" + "".join(f"{c.batch:>12d}" for c in costs))
    rows = {
        "forward, ms": lambda c: 1e3 * c.forward_s,
        "forward + backward + Adam, ms": lambda c: 1e3 * c.step_s,
        "time ratio": lambda c: c.step_s / c.forward_s,
        "Adam's share of the step, %": lambda c: 100 * c.adam_s / c.step_s,
        "FLOP ratio": lambda c: c.step_flops / c.forward_flops,
        "step, tokens/s": lambda c: c.batch * c.context / c.step_s,
        "step, GFLOP/s": lambda c: c.step_flops / c.step_s / 1e9,
        "state: training over serving": lambda c: c.training_state / c.serving_state,
        "peak memory, serving, MB": lambda c: c.serving_peak / 1e6,
        "peak memory, training, MB": lambda c: c.training_peak / 1e6,
        "memory ratio": lambda c: c.training_peak / c.serving_peak,
    }
    for name, value in rows.items():
        print(f"{name:34s}" + "".join(f"{value(c):12,.2f}" for c in costs))


if __name__ == "__main__":
    main()
