"""The language model against what this computer could do at most, and against other engines.

    python benchmarks/bench_lm.py [--rounds 8] [--torch PYTHON] [--llama PYTHON]

One BLAS thread throughout. Everything is timed in turn, round after round, in one run: reading a large
buffer (the bandwidth limit), a square product (the GEMM peak), prefill and decode of a 125M shape with
random weights and of SmolLM2, if `anuman lm fetch` was run. --torch and --llama name the interpreter of
an environment that has torch or llama-cpp-python; they time the same shapes within the same rounds.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import needed  # noqa: F401

# isort: split

import numpy as np

from anuman import lm
from anuman.lm import smollm2
from anuman.machine import gemm, host, threads

SHAPE_125M = lm.Config(32768, 768, 12, 12, 12, 2560, 1024)
CONTEXT, PROMPT, STEPS = 64, 256, 3  # tokens in the cache, tokens of a prefill, steps a visit
BUFFER = 512 * 2**20  # bytes
ENGINES = Path(__file__).with_name("lm_other_engines.py")
QUIET = 1.1  # a round is quiet when its read and its product took at most this times the best

Visit = Callable[[], float]


def timed(work: Callable[[], object], calls: int = 3) -> float:
    """Least time in s of a few calls."""
    taken = []
    for _ in range(calls):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def decode(model: lm.Model, batch: int) -> Visit:
    """Least time of a step of `batch` sequences; their caches are cut back after each."""
    caches = [lm.Cache(model.config, CONTEXT + 1) for _ in range(batch)]
    lm.forward(model, [list(range(CONTEXT))] * batch, caches)
    tokens = [[7 + i] for i in range(batch)]

    def step() -> None:
        lm.forward(model, tokens, caches)
        for cache in caches:
            cache.truncate(CONTEXT)

    return lambda: timed(step)


def prefill(model: lm.Model) -> Visit:
    prompt = [list(range(PROMPT))]
    return lambda: timed(lambda: lm.forward(model, prompt, [lm.Cache(model.config, PROMPT)]), 1)


class Other:
    """Another interpreter that times one thing whenever it is asked."""

    def __init__(self, python: str, *words: str):
        command = [python, str(ENGINES), *words]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ready = False

    def visit(self) -> float:
        """Least time in s; the first visit waits until the engine is ready."""
        if not self.ready:
            self.ready = self.process.stdout.readline().strip() == "ready"
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def load_cost(path: Path) -> dict[str, float]:
    """Seconds of lm.load, and how much the process's peak memory (Linux: VmHWM) grows, over the weights."""
    code = (
        "import json, pathlib, sys, time; from anuman import lm\n"
        "def most():\n"
        "    lines = pathlib.Path('/proc/self/status').read_text().splitlines()\n"
        "    return 1024 * next(int(l.split()[1]) for l in lines if l.startswith('VmHWM'))\n"
        "before = most(); start = time.perf_counter(); model = lm.load(sys.argv[1])\n"
        "seconds = time.perf_counter() - start; lm.generate(model, 'The', 8)\n"
        "print(json.dumps({'s': seconds, 'growth': (most() - before) / model.nbytes}))"
    )
    return json.loads(subprocess.check_output([sys.executable, "-c", code, str(path)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--torch", metavar="PYTHON")
    parser.add_argument("--llama", metavar="PYTHON")
    given = parser.parse_args()

    halves = np.split(gemm.touched(BUFFER // 4), 2)
    peak = gemm.peak_point(1024)
    models = {"125M": lm.random(SHAPE_125M)}
    points: dict[str, Visit] = {
        "read": lambda: timed(lambda: halves[0].dot(halves[1])),
        "gemm": lambda: timed(peak.work),
    }
    if smollm2.installed():
        models["SmolLM2"] = lm.load(smollm2.NAME)
    others = {}
    if given.torch:
        shape = json.dumps(SHAPE_125M.as_dict() | {"tokens": CONTEXT, "prompt": PROMPT})
        others |= {f"125M {what} torch": Other(given.torch, "torch", what, shape) for what in ("b1", "prefill")}  # fmt: skip
    if given.llama and smollm2.installed():
        file = str(smollm2.path())
        for kind in ("F32", "Q4_1"):
            others[f"SmolLM2 b1 llama.cpp {kind}"] = Other(given.llama, "llama", kind, file, str(CONTEXT))  # fmt: skip
    for name, model in models.items():
        points |= {f"{name} b{batch}": decode(model, batch) for batch in (1, 2, 4, 8)}
        points[f"{name} prefill"] = prefill(model)
    points |= {name: other.visit for name, other in others.items()}

    seconds: dict[str, list[float]] = {name: [] for name in points}
    with threads.one_thread() as count:
        for number in range(given.rounds):
            for name, visit in points.items():
                seconds[name].append(visit())
            print(f"round {number + 1} of {given.rounds}", file=sys.stderr, flush=True)
    for other in others.values():
        other.stop()
    best_read, best_gemm = min(seconds["read"]), min(seconds["gemm"])
    quiet = [
        i for i in range(given.rounds)
        if seconds["read"][i] < QUIET * best_read and seconds["gemm"][i] < QUIET * best_gemm
    ]  # fmt: skip
    print(f"{host.processor()}; NumPy {np.__version__}, {threads.blas_name()}, threads {count}")
    print(
        f"read {BUFFER / best_read / 1e9:.1f} GB/s, GEMM {2 * 1024**3 / best_gemm / 1e9:.0f} GFLOP/s"
    )
    print(f"{len(quiet)} quiet rounds of {given.rounds}")
    print(f"{'':28s}   best ms  quiet ms   tokens/s   of limit: best  quiet rounds' median")
    for name, taken in seconds.items():
        model = models.get(name.split()[0])
        if model is None:
            continue
        least, median = min(taken), statistics.median([taken[i] for i in quiet] or taken)
        tokens = PROMPT if "prefill" in name else int(name.split()[1][1:])
        line = f"{name:28s} {1e3 * least:9.1f} {1e3 * median:9.1f} {tokens / least:10.1f}"
        if "llama" not in name:
            limit, limits = of_limit(model, name, best_read, best_gemm), [
                of_limit(model, name, seconds["read"][i], seconds["gemm"][i]) for i in quiet
            ]  # fmt: skip
            shares = [x / taken[i] for x, i in zip(limits, quiet, strict=True)]
            line += f"   {limit / least:14.0%}"
            line += f"   {statistics.median(shares):14.0%}" if shares else ""
        print(line)
    for name in models:
        one = seconds[f"{name} b1"]
        for batch in (2, 4, 8):
            ratios = [many / one[i] for i, many in enumerate(seconds[f"{name} b{batch}"])]
            print(f"{name}: batch {batch} over batch 1, best {min(seconds[f'{name} b{batch}']) / min(one):.2f}, median of rounds {statistics.median(ratios):.2f}")  # fmt: skip
    if "SmolLM2" in models:
        costs = [load_cost(smollm2.path()) for _ in range(3)]
        print("load: " + ", ".join(f"{cost['s']:.2f} s" for cost in costs))
        print(
            f"memory of the process grows by {max(c['growth'] for c in costs):.2f} times the weights"
        )


def of_limit(model: lm.Model, name: str, read_s: float, gemm_s: float) -> float:
    """Least possible time in s of a point: its weights at the read's bandwidth, or its FLOPs at the peak."""
    config = model.config
    if "prefill" in name:
        with lm.counted() as work:
            lm.forward(model, [list(range(PROMPT))], [lm.Cache(config, PROMPT)])
        return work.flops / (2 * 1024**3 / gemm_s)
    return model.nbytes / (BUFFER / read_s)


if __name__ == "__main__":
    main()
