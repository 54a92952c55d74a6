"""Other analytic models of inference on the same published rows, with the same rule of composition.

    uv venv peers && uv pip install --python peers llm-analysis genz-llm mlsysim aiconfigurator
    PYTHONPATH=src peers/bin/python benchmarks/bench_peers.py

Each peer gives two numbers for a row's conditions: seconds to read a prompt, seconds of one decode step, with
its own default efficiencies. What the row reports is composed of them in the same way for all:

    TPOT = step at prompt + output/2        whole batch = prompts + (output - 1)·step
    tokens/s, batch that ends together = B·output/whole batch
    tokens/s, batch kept full = B/(step + one prompt·B/output), B the most that fits (our max_batch)

A peer is compared with us only on the rows that it can predict. Writes docs/peers.md.
"""

import contextlib
import io
import logging
import platform
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import ClassVar

import needed  # noqa: F401

# isort: split

from anuman import catalog, physics
from anuman.physics.conditions import Conditions, read
from anuman.physics.layouts import deployment
from anuman.validation.score import percentile

PAGE = Path(__file__).parents[1] / "docs" / "peers.md"
METRICS = ("tpot_ms", "ttft_ms", "e2e_ms", "out_tok_s")


class CannotPredict(Exception):
    """The peer lacks this chip, model or number format."""


class Peer:
    """prefill_s(conditions, batch) and step_s(conditions, batch, context) of one package."""

    package = ""

    def prefill_s(self, c: Conditions, batch: float) -> float:
        raise NotImplementedError

    def step_s(self, c: Conditions, batch: float, context: float) -> float:
        raise NotImplementedError


class Ours(Peer):
    package = "anuman"

    def prefill_s(self, c, batch):
        return deployment(c).prefill(c.prompt, batch)

    def step_s(self, c, batch, context):
        return deployment(c).decode_step(batch, context)


class LlmAnalysis(Peer):
    package = "llm-analysis"
    GPUS: ClassVar = {
        "A100-80": "a100-sxm-80gb",
        "A100-40": "a100-sxm-40gb",
        "H100-SXM": "h100-sxm-80gb",
    }

    def analysis(self, c: Conditions):
        from llm_analysis.analysis import LLMAnalysis
        from llm_analysis.config import (
            ModelConfig,
            ParallelismConfig,
            get_dtype_config_by_name,
            get_gpu_config_by_name,
        )

        m = catalog.model(c.model)
        bits = {16: "w16", 8: "w8", 4.5: "w4", 4: "w4"}.get(c.weight_bits)
        narrow = {"bf16": "a16", "fp16": "a16", "fp8": "a8", "int8": "a8"}.get(c.activation)
        if c.chip not in self.GPUS or not bits or not narrow or m.attention == "MLA":
            raise CannotPredict
        shape = ModelConfig(
            name=m.name,
            num_layers=m.layers,
            n_head=m.heads,
            hidden_dim=m.width,
            vocab_size=m.vocab,
            num_key_value_heads=m.kv_heads,
            # It counts two matrices in the MLP: widened to hold the weights of three.
            expansion_ratio=m.ffn_width / m.width * m.ffn_matrices / 2,
            moe_num_experts=m.experts or 1,
            moe_top_k=m.experts_per_token or 1,
        )
        return LLMAnalysis(
            shape,
            get_gpu_config_by_name(self.GPUS[c.chip]),
            get_dtype_config_by_name(f"{bits}{narrow}e16"),
            ParallelismConfig(tp_size=c.tp),
        )

    def run(self, c, batch, prompt, output):
        return self.analysis(c).inference(
            batch_size_per_gpu=max(1, round(batch)),
            seq_len=max(1, round(prompt)),
            num_tokens_to_generate=output,
            kv_cache_dtype_bytes=c.kv_bits / 8,
        )

    def prefill_s(self, c, batch):
        return self.run(c, batch, c.prompt, 1)["prefill_latency"]

    def step_s(self, c, batch, context):
        return self.run(c, batch, context, 1)["decode_latency"]


class GenZ(Peer):
    package = "genz-llm"
    SYSTEMS: ClassVar = {
        "A100-80": "A100_80GB_GPU", "A100-40": "A100_40GB_GPU", "H100-SXM": "H100_GPU",
        "MI300X": "MI300X", "MI325X": "MI325X", "TPUv4": "TPUv4",
    }  # fmt: skip
    MODELS: ClassVar = {
        "Llama-2-7B": "llama2_7b", "Llama-2-13B": "llama2_13b", "Llama-2-70B": "llama2_70b",
        "Llama-3.1-8B": "llama3_8b", "Llama-3.1-70B": "Llama-3.1-70B", "GPT-3-175B": "gpt-3",
        "Llama-3.1-405B": "Llama-3.1-405B", "Mixtral-8x7B": "mixtral_8x7b",
    }  # fmt: skip
    BITS: ClassVar = {
        (16, "bf16"): "bf16",
        (16, "fp16"): "bf16",
        (8, "fp8"): "fp8",
        (8, "int8"): "int8",
    }

    def names(self, c):
        try:
            return {
                "model": self.MODELS[c.model],
                "system_name": self.SYSTEMS[c.chip],
                "bits": self.BITS[c.weight_bits, c.activation],
                "tensor_parallel": c.tp,
                "model_offload": True,
            }
        except KeyError:
            raise CannotPredict from None

    def prefill_s(self, c, batch):
        from GenZ.LLM_inference import prefill_moddeling

        return prefill_moddeling(
            batch_size=max(1, round(batch)), input_tokens=max(1, round(c.prompt)), **self.names(c)
        )["Latency"] / 1e3  # fmt: skip

    def step_s(self, c, batch, context):
        from GenZ.LLM_inference import decode_moddeling

        return decode_moddeling(
            batch_size=max(1, round(batch)), Bb=1, input_tokens=max(1, round(context)),
            **self.names(c),
        )["Latency"] / 1e3  # fmt: skip


class MlSysim(Peer):
    package = "mlsysim"
    CHIPS: ClassVar = {
        "A100-80": "A100", "A100-40": "A100_40GB", "H100-SXM": "H100", "H200": "H200",
        "B200": "B200", "MI300X": "MI300X", "MI325X": "MI325X", "TPUv4": "TPUv4", "V100": "V100",
    }  # fmt: skip
    MODELS: ClassVar = {
        "Llama-2-7B": "Llama2_7B", "Llama-2-13B": "Llama2_13B", "Llama-2-70B": "Llama2_70B",
        "Llama-3.1-8B": "Llama3_8B", "Llama-3.1-70B": "Llama3_70B", "GPT-3-175B": "GPT3",
        "Llama-3.1-405B": "Llama3_405B", "Mixtral-8x7B": "Mixtral_8x7B",
        "DeepSeek-V3": "DeepSeek_V3", "PaLM-540B": "PaLM_540B",
    }  # fmt: skip
    PRECISION: ClassVar = {16: "fp16", 8: "int8", 4.5: "int4", 4: "int4"}

    def solve(self, c, batch, tokens):
        import mlsysim
        from mlsysim.engine.solvers import ServingModel

        try:
            model = getattr(mlsysim.Models.Language, self.MODELS[c.model])
            chip = getattr(mlsysim.Hardware.Cloud, self.CHIPS[c.chip])
            precision = self.PRECISION[c.weight_bits]
        except KeyError:
            raise CannotPredict from None
        if c.tp > 1:  # its serving model knows one chip only
            raise CannotPredict
        return ServingModel().solve(
            model, chip, seq_len=max(1, round(tokens)), batch_size=max(1, round(batch)),
            precision=precision,
        )  # fmt: skip

    def prefill_s(self, c, batch):
        return self.solve(c, batch, c.prompt).ttft.to("s").magnitude

    def step_s(self, c, batch, context):
        return self.solve(c, batch, context).itl.to("s").magnitude


class AiConfigurator(Peer):
    package = "aiconfigurator"
    SYSTEMS: ClassVar = {
        "A100-80": "a100_sxm", "H100-SXM": "h100_sxm", "H200": "h200_sxm", "B200": "b200_sxm",
        "L40S": "l40s",
    }  # fmt: skip
    MODELS: ClassVar = {
        "Llama-3.1-8B": "meta-llama/Meta-Llama-3.1-8B",
        "Llama-3.1-70B": "meta-llama/Meta-Llama-3.1-70B",
        "Llama-2-70B": "meta-llama/Meta-Llama-3.1-70B",  # the same but for the vocabulary
        "Llama-3.1-405B": "meta-llama/Meta-Llama-3.1-405B",
        "Mixtral-8x7B": "mistralai/Mixtral-8x7B-v0.1",
        "Qwen3-235B-A22B": "Qwen/Qwen3-235B-A22B",
        "DeepSeek-V3": "deepseek-ai/DeepSeek-V3",
    }  # fmt: skip
    GEMM: ClassVar = {
        (16, "bf16"): "bfloat16", (16, "fp16"): "bfloat16", (8, "fp8"): "fp8",
        (4.5, "fp4"): "nvfp4", (8, "bf16"): "int8_wo", (4.5, "bf16"): "int4_wo",
    }  # fmt: skip

    def latency_s(self, c, mode, batch, tokens):
        from aiconfigurator.cli.api import cli_estimate

        try:
            gemm = self.GEMM[c.weight_bits, c.activation]
            names = {"model_path": self.MODELS[c.model], "system_name": self.SYSTEMS[c.chip]}
        except KeyError:
            raise CannotPredict from None
        moe = {"moe_tp_size": c.tp, "moe_ep_size": 1, "moe_quant_mode": gemm}
        found = cli_estimate(
            mode=mode,
            backend_name="vllm" if c.software.startswith("vLLM") else "trtllm",
            isl=max(1, round(tokens)),
            osl=2,
            batch_size=max(1, round(batch)),
            tp_size=c.tp,
            gemm_quant_mode=gemm,
            kvcache_quant_mode="fp8" if c.kv_bits == 8 else "bfloat16",
            **names,
            **(moe if catalog.model(c.model).experts else {}),
        )
        return (found.ttft if mode == "static_ctx" else found.tpot) / 1e3

    def prefill_s(self, c, batch):
        return self.latency_s(c, "static_ctx", batch, c.prompt)

    def step_s(self, c, batch, context):
        return self.latency_s(c, "static_gen", batch, context)


def compose(peer: Peer, c: Conditions) -> float:
    """The row's value from the peer's two numbers."""
    middle = c.prompt + c.output / 2
    if c.metric == "tpot_ms":
        return 1e3 * peer.step_s(c, c.load, middle)
    if c.metric == "ttft_ms":
        return 1e3 * peer.prefill_s(c, c.load)
    if c.load_kind in ("offline_max", "max_concurrency"):
        most = physics.max_batch(deployment(c), c.prompt, c.output)
        batch = min(c.load / c.replicas, most) if c.load else most
        step = peer.step_s(c, batch, middle) + peer.prefill_s(c, 1) * batch / c.output
        return c.replicas * batch / step
    batch = c.load / c.replicas
    whole = peer.prefill_s(c, batch) + (c.output - 1) * peer.step_s(c, batch, middle)
    return 1e3 * whole if c.metric == "e2e_ms" else c.replicas * batch * c.output / whole


def predictions(peer: Peer, rows) -> dict[str, float]:
    """Relative errors by row id; a row that the package refuses is left out, whatever its reason."""
    errors = {}
    for row in rows:
        c = read(row)
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                value = compose(peer, c)
        except Exception as refused:  # packages of others raise what they like
            if not isinstance(refused, CannotPredict):
                logging.warning("%s, %s: %r", peer.package, row.id, refused)
            continue
        errors[row.id] = value / row.value - 1
    return errors


def line(name: str, errors: dict[str, float], ours: dict[str, float]) -> str:
    """One row of the table: the peer and we on the rows that the peer predicts."""
    common = [id for id in errors if id in ours]
    theirs = [abs(errors[id]) for id in common]
    own = [abs(ours[id]) for id in common]
    return (
        f"| {name} | {len(common)} | {median(theirs):.1%} | {percentile(theirs, 0.9):.1%} "
        f"| {median(own):.1%} | {percentile(own, 0.9):.1%} | {median(own) / median(theirs):.2f} |"
    )


def main() -> None:
    warnings.simplefilter("ignore")
    logging.getLogger().setLevel(logging.ERROR)
    rows = [
        m
        for m in catalog.measurements(kind="inference")
        if m.metric in METRICS and "do not score" not in m.note and m.pp == 1
    ]
    ours = predictions(Ours(), rows)
    peers: list[Callable[[], Peer]] = [LlmAnalysis, GenZ, MlSysim, AiConfigurator]
    table = [
        "| package | rows in common | its median error | its p90 | our median | our p90 | ours/its |",
        "|---|---|---|---|---|---|---|",
    ]
    for make in peers:
        peer = make()
        errors = predictions(peer, rows)
        table.append(line(f"{peer.package} {version(peer.package)}", errors, ours))
        print(table[-1], flush=True)
    PAGE.write_text(
        "# Other analytic models on the same published rows\n\n"
        "Made by `benchmarks/bench_peers.py`, which says how: every package gives the time of a prompt and of a "
        "decode step with its own default efficiencies, and both are put together in the same way. Rows: all "
        f"{len(rows)} published TPOT, TTFT, whole-batch and throughput values of one stage; each package is compared "
        "with ours only on the rows that it can predict. All chips of a replica share every layer here, for us too; "
        "`validate` also tries mixtures of experts whose chips have sequences of their own.\n\n"
        + "\n".join(table)
        + "\n\n"
        "aiconfigurator looks operators up in tables of measured kernels, the tables from which our shares of the peak "
        "are derived; the others are formulas. Python " + platform.python_version() + ".\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
