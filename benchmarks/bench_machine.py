"""How well the measurement of a computer repeats, and how its points lie against the roofline.

    python benchmarks/bench_machine.py [--times 5] [--seconds 6]

Prints ratios, which can be compared between computers, for every measurement and over all of them.
"""

import argparse
import statistics

import needed  # noqa: F401

# isort: split

from anuman import machine


def ratios(m: machine.Machine) -> dict[str, float]:
    """The figures of one measurement that say what the lessons rest on."""
    plain = {point.batch: point.seconds for point in m.sweep}
    blocked = {point.batch: point.seconds for point in m.blocked_sweep}
    fastest = max(step.bandwidth for step in m.staircase)
    return {
        "DRAM bandwidth, GB/s": m.bandwidth / 1e9,
        "GEMM peak, GFLOP/s": m.peak / 1e9,
        "ridge, FLOP/byte": m.ridge,
        "fastest cache over DRAM": fastest / m.bandwidth,
        "cost a column, 1 over 64, plain": 64 * plain[1] / plain[64],
        "cost a column, 1 over 64, blocks": 64 * blocked[1] / blocked[64],
        "time of 2 over 1, plain": plain[2] / plain[1],
        "time of 4 over 1, blocks": blocked[4] / blocked[1],
        "time of 8 over 1, blocks": blocked[8] / blocked[1],
    }


def of_roof(m: machine.Machine) -> dict[int, float]:
    """The better form's FLOP/s at every batch, as a share of min(intensity x bandwidth, peak)."""
    return {
        plain.batch: max(plain.flops_per_s, blocked.flops_per_s)
        / min(plain.intensity * m.bandwidth, m.peak)
        for plain, blocked in zip(m.sweep, m.blocked_sweep, strict=True)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="measurements (default 5)")
    parser.add_argument("--seconds", type=float, default=6.0, help="s a measurement (default 6)")
    given = parser.parse_args()
    runs = []
    for number in range(given.times):
        m = machine.measure(given.seconds)
        runs.append(m)
        print(
            f"{number + 1}: {m.seconds_taken:.1f} s, {m.rounds} rounds, spread {m.spread:.1%}, "
            f"processor {m.cpu_share:.0%}, warnings: {', '.join(m.warnings) or 'none'}",
            flush=True,
        )
    first = runs[0]
    print(f"\n{first.name}; NumPy {first.numpy}, {first.blas}, threads {first.threads}")
    rows = {name: [ratios(m)[name] for m in runs] for name in ratios(first)}
    rows |= {
        f"share of the roof at batch {batch}": [of_roof(m)[batch] for m in runs]
        for batch in of_roof(first)
    }
    print(f"{'':34s}  median     min     max  max/min")
    for name, values in rows.items():
        low, high = min(values), max(values)
        print(
            f"{name:34s} {statistics.median(values):7.2f} {low:7.2f} {high:7.2f} {high / low:8.2f}"
        )


if __name__ == "__main__":
    main()
