"""Cost of the formulas behind a slider, against the 1 ms that one call can spare.

One prediction of a published row, and a curve of 200 points, which a widget redraws in one go.

python benchmarks/bench_physics.py
"""

import statistics
import timeit

import needed  # noqa: F401

# isort: split

from anuman import catalog, physics

BUDGET_S = 1e-3
CALLS = 300


def main() -> None:
    chip, model = catalog.chip("H100-SXM"), catalog.model("Llama-3.1-70B")
    peak = chip.peak("bf16")
    row = catalog.measurement("P054")
    # The dearest rows: an equation is solved, and the model has two kinds of layers.
    at_tpot, at_load = catalog.measurement("P259"), catalog.measurement("P261")
    deployment = physics.Deployment("H100-SXM", "Llama-3.1-8B", weight_bits=8, activation="fp8")

    def curve() -> None:
        for batch in range(1, 201):
            physics.steady_step(deployment, batch, 1000, 500)

    work = {
        "pass (an empty call)": lambda: None,
        "catalog.chip + peak": lambda: catalog.chip("H100-SXM").peak("bf16"),
        "decode_step": lambda: physics.decode_step(
            n=model.params, batch=8, flops=peak, bandwidth=chip.bandwidth, bytes_per_weight=2
        ),
        "critical_batch": lambda: physics.critical_batch(peak, chip.bandwidth, 2),
        "Deployment(...).tpot": lambda: physics.Deployment("H200", "Llama-3.1-70B").tpot(
            8, 100, 100
        ),
        "predict (a row)": lambda: physics.predict(row),
        "predict (load of a TPOT)": lambda: physics.predict(at_tpot),
        "predict (TPOT of a load)": lambda: physics.predict(at_load),
        "curve of 200 steps": curve,
        "attainable_flops": lambda: physics.attainable_flops(8, peak, chip.bandwidth),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(7):
        for name, call in work.items():
            times[name].append(timeit.timeit(call, number=CALLS) / CALLS)
    for name, measured in times.items():
        middle = statistics.median(measured)
        print(f"{name:26} {middle * 1e6:7.2f} us   {middle / BUDGET_S:7.4f} of the budget of 1 ms")


if __name__ == "__main__":
    main()
