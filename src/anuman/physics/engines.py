"""How serving software runs a step: what it fuses, which collectives it calls, how much it admits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """Traits of a family of serving software.

    kernels: whose single-kernel timings hold, "" for the median over engines. collective: "custom" (one-shot kernels in a recorded graph), "nccl" (NCCL in a recorded graph) or
    "eager" (NCCL, each call started by the processor). step_s: seconds of the processor's own work
    between two steps that the chip waits for. reserves_output: a request is admitted only when its
    whole output fits, so that it never has to stop. max_batch: most sequences in a step.
    shares_kv_reads: query heads of one group read their keys and values once, not once each.
    mixes_prompts: prompts are read in the same steps as decodes, not in steps of their own.
    rounds_apart: activations are rounded to 8 or 4 bits by kernels of their own before each product.
    shards_head: the head's matrix is shared out over the chips of a group, not computed on each.
    plain_experts: experts are plain products, one after the other, and each token reads its own. launch_s: what starting
    a kernel costs beyond one in a recorded graph.
    """

    name: str
    collective: str
    kernels: str = ""
    shares_kv_reads: bool = True
    mixes_prompts: bool = True
    rounds_apart: bool = False
    shards_head: bool = True
    plain_experts: bool = False
    launch_s: float = 0.0
    step_s: float = 0.0
    reserves_output: bool = True
    max_batch: int = 2048
    memory_share: float = 0.90


# Sources. Capacity policy and memory share: TensorRT-LLM documentation (GUARANTEED_NO_EVICT and 0.9 are the
# defaults), vLLM documentation (gpu_memory_utilization 0.9, preemption). shares_kv_reads: TensorRT-LLM's note on
# its XQA kernel (2024-01), before which each query head read the cache for itself; TurboMind of April 2024
# likewise. rounds_apart: vLLM's fusion of norms with quantization is an option, off by default. gpt-fast: its tp.py, which
# shards the layers' matrices only, its mixtral-moe/model.py (ConditionalFeedForward), and its README, whose runs set
# ENABLE_INTRA_NODE_COMM: PyTorch's one-shot all-reduce instead of NCCL's. FasterTransformer calls NCCL and records no
# graphs: a small kernel takes the 4.7 us of Vidur's unfused ones, 2.2 more than those that engines fuse and record.
ENGINES = {
    engine.name: engine
    for engine in (
        Engine("TensorRT-LLM v0", "nccl", shares_kv_reads=False),
        Engine("TensorRT-LLM", "custom", "TensorRT-LLM"),
        Engine("vLLM", "custom", "vLLM", rounds_apart=True, reserves_output=False, max_batch=1024),
        Engine(
            "LMDeploy", "nccl", shares_kv_reads=False, mixes_prompts=False, reserves_output=False
        ),
        Engine("gpt-fast", "custom", shards_head=False, plain_experts=True),
        Engine("FasterTransformer", "eager", launch_s=2.2e-6),
        Engine("generic", "custom"),
    )
}


def engine(software: str) -> Engine:
    """The engine whose name the software's begins with, else the generic one."""
    for name, found in ENGINES.items():
        if software.casefold().startswith(name.casefold()):
            return found
    return ENGINES["generic"]
