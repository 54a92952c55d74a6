"""Times other engines for bench_lm.py; runs in an environment of their own, without the course.

    PYTHON lm_other_engines.py torch b1|prefill SHAPE       eager fp32 with a KV cache, one thread
    PYTHON lm_other_engines.py llama F32|Q4_1 FILE CONTEXT  llama.cpp, one thread

Prints "ready", then for every line read the least time in s of three decode steps, or of one prefill.
"""

import json
import sys
import time

import needed  # noqa: F401

# isort: split


def answer(work, calls: int = 3) -> None:
    """Time `work` whenever a line arrives."""
    work()
    print("ready", flush=True)
    for _line in sys.stdin:
        taken = []
        for _ in range(calls):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
        print(min(taken), flush=True)


def run_torch(what: str, shape: dict) -> None:
    import torch
    from torch.nn.functional import rms_norm, scaled_dot_product_attention, silu

    torch.set_num_threads(1)
    dim, heads, hidden, count = (shape[k] for k in ("dim", "heads", "hidden", "layers"))
    width = dim // heads
    assert shape["kv_heads"] == heads

    def weight(*size: int) -> "torch.Tensor":
        return torch.randn(size) * size[-1] ** -0.5

    embed, gain = weight(shape["vocab"], dim), torch.ones(dim)
    layers = [
        (weight(3 * dim, dim), weight(dim, dim), weight(2 * hidden, dim), weight(dim, hidden))
        for _ in range(count)
    ]
    past = shape["tokens"] if what == "b1" else 0
    new = 1 if what == "b1" else shape["prompt"]
    cache = torch.randn(count, 2, heads, past + new, width)
    place = torch.arange(past, past + new)
    angle = shape["rope_theta"] ** (-torch.arange(0, width, 2) / width)
    turn = torch.polar(torch.ones(new, width // 2), torch.outer(place.float(), angle))

    def rotate(x: "torch.Tensor") -> "torch.Tensor":
        pairs = torch.view_as_complex(x.reshape(heads, new, -1, 2).contiguous())
        return torch.view_as_real(pairs * turn).reshape(heads, new, width)

    @torch.inference_mode()
    def step() -> None:
        h = embed[place % shape["vocab"]]
        for n, (wqkv, wo, w_gate_up, w_down) in enumerate(layers):
            qkv = (rms_norm(h, (dim,), gain) @ wqkv.T).view(new, 3, heads, width)
            q, k, v = qkv.permute(1, 2, 0, 3)
            cache[n, 0, :, past:] = rotate(k)
            cache[n, 1, :, past:] = v
            out = scaled_dot_product_attention(rotate(q), *cache[n], is_causal=new > 1)
            h = h + out.transpose(0, 1).reshape(new, dim) @ wo.T
            gate, up = (rms_norm(h, (dim,), gain) @ w_gate_up.T).chunk(2, -1)
            h = h + (silu(gate) * up) @ w_down.T
        rms_norm(h[-1:], (dim,), gain) @ embed.T

    answer(step, 3 if what == "b1" else 1)


def run_llama(kind: str, file: str, context: int) -> None:
    import ctypes
    import os
    import tempfile

    import llama_cpp

    with tempfile.TemporaryDirectory() as folder:
        path = file
        if kind == "F32":
            path = os.path.join(folder, "f32.gguf")
            settings = llama_cpp.llama_model_quantize_default_params()
            settings.ftype, settings.allow_requantize = llama_cpp.LLAMA_FTYPE_ALL_F32, True
            log = os.dup(1)
            os.dup2(2, 1)  # llama.cpp's own words must not mix with the answers
            llama_cpp.llama_model_quantize(file.encode(), path.encode(), ctypes.byref(settings))
            os.dup2(log, 1)
        model = llama_cpp.Llama(path, n_ctx=256, n_threads=1, n_threads_batch=1, use_mmap=False, verbose=False)  # fmt: skip
    model.eval(list(range(20, 20 + context)))

    def step() -> None:
        model.n_tokens = context
        model._ctx.kv_cache_seq_rm(0, context, -1)
        model.eval([7])

    answer(step)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    if sys.argv[1] == "torch":
        run_torch(sys.argv[2], json.loads(sys.argv[3]))
    else:
        run_llama(sys.argv[2], sys.argv[3], int(sys.argv[4]))
