"""What sets the families of models apart in their config.json, as each defines it.

Source of every rule: the configuration and model classes of Hugging Face's transformers 4.57.3
(models/<name>/configuration_<name>.py, modeling_<name>.py) and, for DeepSeek-V3.2 and Kimi K2, the files that
come with the models.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """How a family's config.json is read.

    title: its name for people. kv_heads: what a missing num_key_value_heads means, None: as many as
    heads. head_dim: what a missing head_dim means, None: width over heads. heads, vocab: likewise, where real
    files leave them out. matrices: of one MLP, 3 where it is gated. tied: head and embedding are one matrix
    unless the file says otherwise.

    windows: which layers see a window of `sliding_window` tokens only: "" none, "all", "alternate" (every
    second, from the first on), "pattern" (all but every sliding_window_pattern-th), "late" (from
    max_window_layers on, if use_sliding_window), "chunks" (attention_chunk_size, but every
    no_rope_layer_interval-th layer sees all).

    norms: numbers in one layer's normalizations, in widths; head_norms: those of queries and keys, in
    head_dims. norm_bias: each of them has a bias. qkv_bias, out_bias, mlp_bias: numbers are added after these products.
    attention_bias: the field of that name adds both of the first. positions: learned ones, one vector a place.
    experts: fields' spelling of a mixture of experts: "" none, "mixtral", "qwen", "deepseek", "gpt-oss", "llama4".
    narrow_experts: weights of fewer than 8 bits are the experts' only.
    """

    title: str
    kv_heads: int | None = None
    head_dim: int | None = None
    heads: int | None = None
    vocab: int | None = None
    window: int | None = None
    matrices: int = 3
    tied: bool = False
    windows: str = ""
    norms: int = 2
    head_norms: int = 0
    norm_bias: bool = False
    qkv_bias: bool = False
    out_bias: bool = False
    mlp_bias: bool = False
    head_bias: bool = False
    attention_bias: bool = False
    sinks: bool = False
    positions: bool = False
    latent: bool = False
    experts: str = ""
    narrow_experts: bool = False


_GEMMA3 = Family(
    "Gemma 3", 4, 256, heads=8, vocab=262208, window=4096, tied=True, windows="pattern", norms=4, head_norms=2,
)  # fmt: skip
_DEEPSEEK = Family("DeepSeek", latent=True, experts="deepseek", narrow_experts=True)

FAMILIES = {
    "llama": Family("Llama", attention_bias=True),
    "llama4_text": Family("Llama 4", windows="chunks", attention_bias=True, experts="llama4"),
    "mistral": Family("Mistral", 8, windows="all"),
    "mixtral": Family("Mixtral", 8, windows="all", experts="mixtral"),
    "qwen2": Family("Qwen 2", 32, windows="late", qkv_bias=True),
    "qwen2_moe": Family("Qwen 2 MoE", 16, windows="late", qkv_bias=True, experts="qwen"),
    "qwen3": Family("Qwen 3", 32, 128, windows="late", head_norms=2, attention_bias=True),
    "qwen3_moe": Family(
        "Qwen 3 MoE", 4, windows="late", head_norms=2, attention_bias=True, experts="qwen"
    ),
    "gemma": Family("Gemma", 16, 256, vocab=256000, tied=True),
    "gemma2": Family(
        "Gemma 2", 4, 256, vocab=256000, window=4096, tied=True, windows="alternate", norms=4
    ),
    "gemma3_text": _GEMMA3,
    "gpt_oss": Family(
        "gpt-oss",
        8,
        64,
        window=128,
        windows="alternate",
        qkv_bias=True,
        out_bias=True,
        sinks=True,
        experts="gpt-oss",
        narrow_experts=True,
    ),
    "deepseek_v2": _DEEPSEEK,
    "deepseek_v3": _DEEPSEEK,
    "deepseek_v32": _DEEPSEEK,
    "kimi_k2": _DEEPSEEK,
    "phi": Family(
        "Phi",
        matrices=2,
        norms=1,
        norm_bias=True,
        qkv_bias=True,
        out_bias=True,
        mlp_bias=True,
        head_bias=True,
    ),
    "phi3": Family("Phi 3", windows="all"),
    "gpt2": Family(
        "GPT-2",
        matrices=2,
        tied=True,
        norm_bias=True,
        qkv_bias=True,
        out_bias=True,
        mlp_bias=True,
        positions=True,
    ),
}

# Files that describe several parts keep the language model's fields under "text_config".
NESTED = {
    "gemma3": "gemma3_text",
    "llama4": "llama4_text",
    "mistral3": "mistral",
    "kimi_k25": "kimi_k2",
}

ARCHITECTURES = {
    "LlamaForCausalLM": "llama",
    "Llama4ForConditionalGeneration": "llama4",
    "MistralForCausalLM": "mistral",
    "MixtralForCausalLM": "mixtral",
    "Qwen2ForCausalLM": "qwen2",
    "Qwen2MoeForCausalLM": "qwen2_moe",
    "Qwen3ForCausalLM": "qwen3",
    "Qwen3MoeForCausalLM": "qwen3_moe",
    "GemmaForCausalLM": "gemma",
    "Gemma2ForCausalLM": "gemma2",
    "Gemma3ForCausalLM": "gemma3_text",
    "Gemma3ForConditionalGeneration": "gemma3",
    "GptOssForCausalLM": "gpt_oss",
    "DeepseekV2ForCausalLM": "deepseek_v2",
    "DeepseekV3ForCausalLM": "deepseek_v3",
    "DeepseekV32ForCausalLM": "deepseek_v32",
    "KimiK2ForCausalLM": "kimi_k2",
    "PhiForCausalLM": "phi",
    "Phi3ForCausalLM": "phi3",
    "GPT2LMHeadModel": "gpt2",
    "GPT2Model": "gpt2",
}
