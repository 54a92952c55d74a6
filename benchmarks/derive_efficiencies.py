"""Print the measured part of catalog/data/efficiencies.toml, derived again from published kernel timings.

Two public tables of single-kernel timings: AIConfigurator's (the wheel aiconfigurator-core 0.12.0 on PyPI,
Apache-2.0) and Vidur's (github.com/microsoft/vidur, data/profiling, MIT). Nothing here sees an end-to-end result.

    pip download --no-deps aiconfigurator-core==0.12.0 && unzip -q aiconfigurator_core-*.whl -d wheel
    uv run --with pandas --with pyarrow --with scipy python benchmarks/derive_efficiencies.py wheel [vidur checkout]

Each kernel's time is fitted by kernel_s + sqrt((bytes/(W·memory))² + (FLOPs/(F·compute))²), least mean absolute
log error, every doubling of the tokens weighing the same.
"""

import sys
from pathlib import Path

import needed  # noqa: F401

# isort: split

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from anuman import catalog

SYSTEMS = {
    "A100-80": "a100_sxm",
    "H100-SXM": "h100_sxm",
    "H200": "h200_sxm",
    "B200": "b200_sxm",
    "GB200": "gb200",
    "B300": "b300_sxm",
    "GB300": "gb300",
    "L40S": "l40s",
    "RTX-PRO-6000": "rtx_pro_6000_server",
}
ENGINES = {"trtllm": "TensorRT-LLM", "vllm": "vLLM", "sglang": "SGLang"}
# number format -> (bits of the arithmetic, bytes a weight with its scales, catalogue's name of the peak)
FORMATS = {
    "bfloat16": (16, 2.0, "bf16"),
    "float16": (16, 2.0, "bf16"),
    "fp8": (8, 1.0, "fp8"),
    "fp8_block": (8, 1.0, "fp8"),
    "nvfp4": (4, 0.5625, "fp4"),
}
# Experts whose 4-bit weights (with one byte of scale for 32) meet wider activations: the timed call converts them.
MIXED = {"w4a16_mxfp4": (16, 17 / 32, "bf16"), "w4a8_mxfp4_mxfp8": (8, 17 / 32, "fp8")}
ROUNDING = (
    0.5  # share of the peak bandwidth of element-by-element kernels (Vidur's norms and activations)
)
KV_BYTES = {"bfloat16": 2, "float16": 2, "fp8": 1}


def fit(model, start, tokens, seconds) -> np.ndarray:
    """Parameters that make model(parameters) closest to the timings, in absolute log error."""
    octave = np.floor(np.log2(np.maximum(tokens, 1))).astype(int)
    weight = 1 / np.bincount(octave)[octave]
    weight /= weight.sum()

    def error(x):
        return float(np.sum(weight * np.abs(np.log(model(np.abs(x)) / seconds))))

    found = minimize(error, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-10})
    return np.append(np.abs(found.x), found.fun)


def timings(wheel: Path, system: str, kind: str, file: str):
    """(engine, table) of each engine's version with the most timings."""
    for folder, engine in ENGINES.items():
        root = wheel / "aiconfigurator_core/systems/data" / system / kind / folder
        found = [pd.read_parquet(path) for path in root.glob(f"*/{file}")]
        if found:
            yield engine, max(found, key=len)


def _version(text: str) -> list:
    return [int(part) if part.isdigit() else -1 for part in text.replace("rc", ".").split(".")]


def gemm(chip, table) -> dict:
    found = {}
    for name, rows in table.groupby("gemm_dtype"):
        if name not in FORMATS or f"peak.{FORMATS[name][2]}" not in chip.quantities:
            continue
        bits, width, peak = FORMATS[name]
        size = rows.n * rows.k
        rows = rows[(rows.n >= 2048) & (rows.k >= 2048) & (size >= 1.6e7) & (size <= 5e8)]
        rows = rows[rows.m <= 8192]
        if len(rows) < 100 or (bits in found and name.endswith("block")):
            continue
        m, n, k = (rows[c].to_numpy(float) for c in ("m", "n", "k"))
        nbytes = n * k * width + m * k * min(width, 2) + m * n * 2
        # Below 16 bits the timed call first rounds the activations: read at 16 bits, written narrow.
        rounding = m * k * (2 + width) / (chip.bandwidth * ROUNDING) if bits < 16 else 0.0
        found[bits] = _roofline(chip, peak, nbytes, 2 * m * n * k, m, rows.latency, rounding)
    return found


def mixed_experts(chip, table) -> dict:
    return experts(chip, table, MIXED)


def experts(chip, table, formats=FORMATS) -> dict:
    found = {}
    # An even spread, in which a step touches as many experts as layers.experts_touched counts.
    rows = table[table.moe_ep_size == 1]
    rows = rows[
        rows.distribution
        == ("balanced" if "balanced" in set(rows.distribution) else "power_law_1.01")
    ]
    for name, group in rows.groupby("moe_dtype"):
        if name not in formats or f"peak.{formats[name][2]}" not in chip.quantities:
            continue
        bits, width, peak = formats[name]
        t, e, k, d, f = (
            group[c].to_numpy(float)
            for c in ("num_tokens", "num_experts", "topk", "hidden_size", "inter_size")
        )
        weights = 3 * d * f / group.moe_tp_size.to_numpy(float)
        touched = e * (1 - (1 - k / e) ** t)
        nbytes = touched * weights * width + t * k * 2 * d * bits / 8
        values = _roofline(chip, peak, nbytes, 2 * t * k * weights, t, group.latency)
        found.setdefault(bits, []).append(values)
    return {bits: np.median(values, axis=0) for bits, values in found.items()}


def _roofline(chip, peak, nbytes, flops, tokens, latency_ms, other_s=0.0):
    seconds = latency_ms.to_numpy(float) * 1e-3

    def model(x):
        memory, compute, kernel_s = x
        return (
            kernel_s
            + other_s
            + np.hypot(nbytes / (chip.bandwidth * memory), flops / (chip.peak(peak) * compute))
        )

    return fit(model, [0.8, 0.6, 5e-6], tokens, seconds)


def decode_attention(chip, table) -> dict:
    found = {}
    shared = table.num_heads / table.num_key_value_heads
    rows = table[(table.head_dim == 128) & (table.num_key_value_heads <= 8) & (shared >= 4)]
    if "window_size" in rows:
        rows = rows[rows.window_size == 0]
    for name, group in rows.groupby("kv_cache_dtype"):
        width = KV_BYTES[name]
        context = group["isl"] + group["step"]
        nbytes = 2.0 * group.batch_size * context * group.num_key_value_heads * 128 * width
        large = (nbytes > 2e7) & (context >= 128)
        x, seconds = nbytes[large].to_numpy(), group.latency[large].to_numpy(float) * 1e-3
        # What a call costs is read where the cache is all but empty: large ones start more blocks, so the line
        # through them meets the axis above it.
        empty = group.latency[(group.batch_size == 1) & (context <= 16)].median() * 1e-3
        if len(x) > 50:
            memory, _, error = fit(
                lambda p, x=x: p[1] + x / (chip.bandwidth * p[0]), [0.8, 1e-5], x, seconds
            )
            found[width * 8] = np.array([memory, empty, error])
    return found


def prefill_attention(chip, table) -> np.ndarray:
    rows = table[(table.head_dim == 128) & (table.step == 0) & (table.attn_dtype != "fp8")]
    if "window_size" in rows:
        rows = rows[rows.window_size == 0]
    flops = 4.0 * rows.batch_size * rows.num_heads * 128 * rows["isl"].astype(float) ** 2 / 2
    large = flops > 1e9
    x, seconds = flops[large].to_numpy(), rows.latency[large].to_numpy(float) * 1e-3
    return fit(lambda p: p[1] + x / (chip.peak(chip.peak16) * p[0]), [0.5, 4e-5], x / 1e9, seconds)


def all_reduce(wheel: Path, system: str, link: float) -> str:
    data = wheel / "aiconfigurator_core/systems/data" / system / "comm"
    starts, shares = {}, []
    for name, pattern, backend in (
        ("custom", "vllm/*/custom_allreduce_perf.parquet", "vllm_graph"),
        ("eager", "vllm/*/custom_allreduce_perf.parquet", "vllm_eager"),
        ("nccl", "nccl/*/nccl_perf.parquet", None),
    ):
        newest = sorted(data.glob(pattern), key=lambda p: _version(p.parent.name))[-1]
        rows = pd.read_parquet(newest)
        rows = rows[rows.op_name == "all_reduce"]
        rows = rows[rows.backend == backend] if backend else rows[rows.nccl_dtype == "half"]
        seconds = rows.groupby(["num_gpus", "message_size"]).latency.median() * 1e-3
        counts = sorted({n for n, _ in seconds.index} & {2, 4, 8})
        starts[name] = [float(seconds[n, 8192]) for n in counts]
        if not backend:  # message_size counts 16-bit elements
            for n in counts:
                slope = (seconds[n, 2**26] - seconds[n, 2**22]) / (2 * (2**26 - 2**22))
                shares.append(2 * (n - 1) / n / slope / link)
    listed = ", ".join(
        f"{name} = [{', '.join(f'{s * 1e6:.1f}e-6' for s in values)}]"
        for name, values in starts.items()
    )
    return f"{{ memory = {min(1.0, float(np.median(shares))):.2f}, {listed} }}"


def line(key: str, values, names=("memory", "compute", "kernel_s")) -> str:
    """One TOML entry; the last of `values` is the fit's error, kept as a comment."""
    shown = [
        f"{name} = {value * 1e6:.1f}e-6" if name == "kernel_s" else f"{name} = {value:.2f}"
        for name, value in zip(names, values, strict=False)
    ]
    return f"{key} = {{ {', '.join(shown)} }}  # fits within {values[-1]:.0%}"


def elementwise(chip, tables) -> np.ndarray:
    """Norms (read and write the width) and gated activations (read two, write one), of 16-bit numbers."""
    points = []
    for rows in tables:
        width = rows.n_expanded_embd / rows.num_tensor_parallel_workers
        for kernel, nbytes in (
            ("input_layernorm", 4 * rows.num_tokens * rows.n_embd),
            ("mlp_act", 6 * rows.num_tokens * width),
        ):
            seconds = rows[f"time_stats.{kernel}.median"] * 1e-3
            points.append(pd.DataFrame({"x": nbytes, "s": seconds, "m": rows.num_tokens}).dropna())
    p = pd.concat(points)
    x, m, seconds = (p[c].to_numpy(float) for c in ("x", "m", "s"))
    return fit(lambda q: q[1] + x / (chip.bandwidth * q[0]), [0.5, 2e-6], m, seconds)


def exponents(chip, nbytes, flops, tokens, seconds) -> str:
    """How well kernel_s + (memory^p + compute^p)^(1/p) fits, by p: the plain sum (1) to nearly the maximum (8)."""
    found = []
    for p in (1, 1.5, 2, 3, 4, 8):

        def model(x, p=p):
            memory, compute, kernel_s = x
            parts = (nbytes / (chip.bandwidth * memory)) ** p + (
                flops / (chip.peak("bf16") * compute)
            ) ** p
            return kernel_s + parts ** (1 / p)

        fitted = fit(model, [0.8, 0.6, 5e-6], tokens, seconds)
        off = np.median(np.abs(model(fitted[:3]) / seconds - 1))
        found.append(f"{p}: {off:.1%}")
    return "median error by exponent: " + ", ".join(found)


def vidur(folder: Path) -> None:
    """16-bit matrix products of PyTorch, norms and activations, from Vidur's tables of four models."""
    for name, system in (("A100-80", "a100"), ("H100-SXM", "h100")):
        chip, points, tables = catalog.chip(name), [], []
        for path in sorted((folder / "data/profiling/compute" / system).glob("*/*/mlp.csv")):
            rows = pd.read_csv(path)
            tables.append(rows)
            rows = rows[rows.num_tokens.isin([2**i for i in range(13)])]
            heads, kv, d = rows.n_head, rows.n_kv_head, rows.n_embd
            tp, e = rows.num_tensor_parallel_workers, d / heads
            gated = 1 + rows.use_gated_mlp.astype(int)
            for kernel, n, k in (
                ("attn_pre_proj", (heads + 2 * kv) * e / tp, d),
                ("attn_post_proj", d, heads * e / tp),
                ("mlp_up_proj", gated * rows.n_expanded_embd / tp, d),
                ("mlp_down_proj", d, rows.n_expanded_embd / tp),
            ):
                points.append(
                    pd.DataFrame(
                        {"m": rows.num_tokens, "n": n, "k": k}
                        | {"latency": rows[f"time_stats.{kernel}.median"]}
                    ).dropna()
                )
        p = pd.concat(points)
        m, n, k = (p[c].to_numpy(float) for c in ("m", "n", "k"))
        nbytes = 2 * (n * k + m * (n + k))
        flops, seconds = 2 * m * n * k, p.latency.to_numpy(float) * 1e-3
        values = _roofline(chip, "bf16", nbytes, flops, m, p.latency)
        print(line(f"{name}: {len(p)} timings: gemm.16", values))
        print(line(f"{name}: elementwise", elementwise(chip, tables), ("memory", "kernel_s")))
        print(f"{name}: {exponents(chip, nbytes, flops, m, seconds)}")


def main(wheel: str, vidur_folder: str | None = None) -> None:
    for name, system in SYSTEMS.items():
        if name not in catalog.chips():
            continue
        chip, everything = catalog.chip(name), {}
        print(f"\n[{name}]")
        for kind, file, derive in (
            ("gemm", "gemm_perf.parquet", gemm),
            ("moe", "moe_perf.parquet", experts),
            ("moe", "moe_perf.parquet", mixed_experts),
            ("attention", "generation_attention_perf.parquet", decode_attention),
        ):
            for engine, table in timings(Path(wheel), system, kind, file):
                for bits, values in derive(chip, table).items():
                    everything.setdefault((derive.__name__, bits), {})[engine] = values
        for engine, table in timings(
            Path(wheel), system, "attention", "context_attention_perf.parquet"
        ):
            everything.setdefault(("prefill_attention", None), {})[engine] = prefill_attention(
                chip, table
            )
        for (kind, bits), engines in sorted(everything.items(), key=str):
            names = {
                "decode_attention": ("memory", "kernel_s"),
                "prefill_attention": ("compute", "kernel_s"),
            }.get(kind, ("memory", "compute", "kernel_s"))
            key = kind if bits is None else f"{kind}.{bits}"
            print(line(key, np.median(list(engines.values()), axis=0), names))
            for engine, values in engines.items():
                # Above the peak, timings are not of the traffic counted here: such a fit only enters the median.
                if engine != "SGLang" and ("compute" in names[:1] or values[0] <= 1):
                    print(line(f"by.{engine}.{key}", values, names))
        print("all_reduce =", all_reduce(Path(wheel), system, chip.quantity("link").value))
    if vidur_folder:
        vidur(Path(vidur_folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
