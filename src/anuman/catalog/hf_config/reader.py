"""The reader: a config.json becomes a Model of the catalogue's kind, and a list of what was assumed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..models import Model
from ..sources import Source
from .counting import parameters
from .families import ARCHITECTURES, FAMILIES, NESTED, Family
from .fields import ConfigError, Fields, UnknownArchitecture

SOURCE = Source("config", "the model's own config.json", "the model's makers", "unknown", "")


@dataclass(frozen=True)
class Config:
    """A model read from its config.json.

    context: most tokens of one request, None where the file does not say. weight_bits: bits a weight in the checkpoint, scales
    included; where only the experts are narrow (Model.narrow_experts), theirs. assumed: what the file leaves open and how it was filled, as the family defines it.
    """

    model: Model
    family: Family
    context: int | None
    weight_bits: float
    assumed: tuple[str, ...]


def read_config_file(path: Path) -> Config:
    """The Config of a file. Raises ConfigError naming the file when it cannot be read as JSON."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(str(path), error.strerror or "cannot be read") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ConfigError(str(path), f"not a JSON file ({error})") from error
    return read_config(raw, path.stem if path.stem != "config" else path.resolve().parent.name)


def read_config(raw: Mapping, name: str = "") -> Config:
    """The Config that `raw`, a parsed config.json, describes.

    Raises UnknownArchitecture naming it, or ConfigError naming the field that is missing, absurd or at odds with another.
    """
    if not isinstance(raw, Mapping):
        raise ConfigError("config", "the file holds no JSON object")
    family, text = _family(raw)
    f = Fields(text)
    layers = f.whole("num_hidden_layers", "n_layer", kind="layers")
    width = f.whole("hidden_size", "n_embd", kind="width")
    heads = _filled(f, "num_attention_heads", "n_head", kind="heads", default=family.heads)
    vocab = _filled(f, "vocab_size", kind="vocab", default=family.vocab)
    shape = dict(layers=layers, width=width, heads=heads, vocab=vocab)
    shape |= _latent(f) if family.latent else _grouped(f, family, width, heads)
    shape |= _feed_forward(f, family, layers, width)
    shape |= _window(f, family, layers)
    tied = f.flag("tie_word_embeddings", bool(raw.get("tie_word_embeddings", family.tied)))
    context = f.whole_or_none("max_position_embeddings", "n_positions", kind="tokens")
    every, active = parameters(f, family, shape | {"tied_embedding": tied}, context)
    model = Model(
        name=str(raw.get("_name_or_path") or name or family.title),
        family=family.title,
        params=every,
        params_active=active,
        tied_embedding=tied,
        source=SOURCE,
        known="read",
        narrow_experts=family.narrow_experts,
        **shape,
    )
    return Config(model, family, context, _weight_bits(raw), tuple(f.assumed))


def _family(raw: Mapping) -> tuple[Family, Mapping]:
    """The family and the fields of the language model, which may stand under text_config."""
    kind = raw.get("model_type")
    named = raw.get("architectures")
    if kind is None and isinstance(named, list) and named:
        kind = ARCHITECTURES.get(str(named[0]), named[0])
    if kind is None:
        raise ConfigError("model_type", "missing, and architectures does not name one either")
    text = raw
    if isinstance(kind, str) and kind in NESTED:
        text = raw.get("text_config")
        if not isinstance(text, Mapping):
            raise ConfigError(
                "text_config", f"missing; a {kind} config describes its text model there"
            )
        kind = text.get("model_type") or NESTED[kind]
    if not isinstance(kind, str) or kind not in FAMILIES:
        known = ", ".join(sorted({*FAMILIES, *NESTED}))
        raise UnknownArchitecture(
            "model_type",
            f"{kind!r} is an architecture that this reader does not know; it knows {known}",
        )
    return FAMILIES[kind], text


def _filled(f: Fields, *names: str, kind: str, default: int | None) -> int:
    number = f.whole_or_none(*names, kind=kind)
    if number is None and default is not None:
        return f.assume(names[0], default, "this family's own default")
    return f.whole(*names, kind=kind) if number is None else number


def _grouped(f: Fields, family: Family, width: int, heads: int) -> dict:
    """Key-value heads and the size of a head: MHA, GQA or MQA."""
    kv_heads = f.whole_or_none("num_key_value_heads", kind="heads")
    if kv_heads is None:
        # A file that says null, and one whose heads the family's default does not fit, means as many as heads.
        silent = "num_key_value_heads" not in f.raw and family.kv_heads
        kv_heads = family.kv_heads if silent and heads % family.kv_heads == 0 else heads
        if f.has("num_attention_heads"):  # GPT-2's files have no such field at all
            f.assume("num_key_value_heads", kv_heads, "as this family defines a missing one")
    if heads % kv_heads:
        raise ConfigError(
            "num_key_value_heads", f"{kv_heads} does not divide num_attention_heads, {heads}"
        )
    head_dim = f.whole_or_none("head_dim", kind="width")
    if head_dim is None and family.head_dim:
        head_dim = f.assume("head_dim", family.head_dim, "this family's own default")
    elif head_dim is None:
        if width % heads:
            raise ConfigError(
                "head_dim", f"missing, and hidden_size {width} is no multiple of {heads} heads"
            )
        head_dim = width // heads
        if f.has("num_attention_heads"):
            f.assume("head_dim", head_dim, "hidden_size / num_attention_heads")
    attention = "MHA" if kv_heads == heads else "MQA" if kv_heads == 1 else "GQA"
    return {"kv_heads": kv_heads, "head_dim": head_dim, "attention": attention}


def _latent(f: Fields) -> dict:
    """Multi-head latent attention, and DeepSeek-V3.2's index that picks the tokens it sees."""
    heads = f.whole("num_attention_heads", kind="heads")
    return {
        "attention": "MLA",
        "kv_heads": heads,
        "head_dim": f.whole("qk_nope_head_dim", kind="width"),
        "v_head_dim": f.whole("v_head_dim", kind="width"),
        "rope_head_dim": f.whole("qk_rope_head_dim", kind="width"),
        "kv_lora_rank": f.whole("kv_lora_rank", kind="width"),
        "q_lora_rank": f.whole_or_none("q_lora_rank", kind="width"),
        "index_heads": f.whole_or_none("index_n_heads", kind="heads"),
        "index_head_dim": f.whole_or_none("index_head_dim", kind="width"),
        "index_topk": f.whole_or_none("index_topk", kind="tokens"),
    }


def _feed_forward(f: Fields, family: Family, layers: int, width: int) -> dict:
    """The MLP, and which layers have experts instead."""
    inner = f.whole_or_none("intermediate_size", "n_inner", kind="width")
    if inner is None and family.positions:
        inner = 4 * width  # GPT-2's n_inner is null
    elif inner is None:
        inner = f.whole("intermediate_size", kind="width")
    shape = {"ffn_width": inner, "ffn_matrices": family.matrices}
    if not family.experts:
        return shape
    experts = f.whole("num_local_experts", "n_routed_experts", "num_experts", kind="experts")
    each = f.whole("num_experts_per_tok", "experts_per_token", kind="experts")
    if each > experts:
        raise ConfigError("num_experts_per_tok", f"{each} of only {experts} experts")
    expert = inner
    if family.experts in ("qwen", "deepseek"):
        expert = f.whole("moe_intermediate_size", kind="width")
    shape |= {
        "experts": experts,
        "experts_per_token": each,
        "expert_ffn_width": expert,
        "shared_experts": f.whole_or_none("n_shared_experts", kind="experts", least=0) or 0,
    }
    if family.experts == "qwen" and f.has("shared_expert_intermediate_size"):
        shared = f.whole("shared_expert_intermediate_size", kind="width", least=0)
        shape["shared_experts"] = shared / expert
    if family.experts == "llama4":
        shape["shared_experts"] = 1
        shape["ffn_width"] = f.whole("intermediate_size_mlp", kind="width")
    routed = _routed_layers(f, family, layers)
    if not routed:
        raise ConfigError("num_hidden_layers", "no layer is left that has experts")
    return shape | {"dense_layers": layers - len(routed)}


def _routed_layers(f: Fields, family: Family, layers: int) -> list[int]:
    """Numbers of the layers that have experts."""
    if family.experts == "deepseek":
        first = f.whole_or_none("first_k_dense_replace", kind="layers", least=0) or 0
        every = f.whole_or_none("moe_layer_freq", kind="layers") or 1
        return [i for i in range(first, layers) if i % every == 0]
    if family.experts == "llama4":
        every = f.whole_or_none("interleave_moe_layer_step", kind="layers") or 1
        return f.listed("moe_layers") or list(range(every - 1, layers, every))
    if family.experts == "qwen":
        every = f.whole_or_none("decoder_sparse_step", kind="layers") or 1
        dense = f.listed("mlp_only_layers") or []
        return [i for i in range(layers) if i not in dense and (i + 1) % every == 0]
    return list(range(layers))


def _window(f: Fields, family: Family, layers: int) -> dict:
    """The window, and how many layers see no more than it."""
    if not family.windows:
        return {}
    name = "attention_chunk_size" if family.windows == "chunks" else "sliding_window"
    size = f.whole_or_none(name, kind="tokens")
    if size is None and name not in f.raw and family.window:
        size = f.assume(name, family.window, "this family's own default")
    if family.windows == "late" and not f.flag("use_sliding_window", False):
        size = None
    if size is None:
        return {}
    short = sum(_short_layers(f, family, layers))
    return {"window": size, "window_layers": short} if short else {}


def _short_layers(f: Fields, family: Family, layers: int) -> list[bool]:
    """For each layer, whether it sees the window only."""
    listed = f.listed("layer_types", layers)
    if listed:
        return [kind in ("sliding_attention", "chunked_attention") for kind in listed]
    if family.windows == "alternate":
        return [i % 2 == 0 for i in range(layers)]
    if family.windows == "pattern":
        every = f.whole_or_none("sliding_window_pattern", kind="layers") or f.assume(
            "sliding_window_pattern", 6, "this family's own default"
        )
        return [(i + 1) % every != 0 for i in range(layers)]
    if family.windows == "chunks":
        rotated = f.listed("no_rope_layers", layers)  # 1: the layer has rotary positions
        every = f.whole_or_none("no_rope_layer_interval", kind="layers") or 4
        return (
            [bool(x) for x in rotated] if rotated else [(i + 1) % every != 0 for i in range(layers)]
        )
    late = f.whole_or_none("max_window_layers", kind="layers", least=0)
    if family.windows == "late":
        first = 28 if late is None else late
        return [i >= first for i in range(layers)]
    return [True] * layers


# Bits a weight in the checkpoint, by its quantization method; scales: one byte for 32 weights (MXFP4), one for 16
# (NVFP4), 16 bits for each 128 (GPTQ, AWQ). Source: the methods' own files.
METHODS = {"mxfp4": 4.25, "fp8": 8.0, "nvfp4": 4.5, "gptq": 4.125, "awq": 4.125}


def _weight_bits(raw: Mapping) -> float:
    """Bits a weight as stored; 16 where the file names no method or none known here."""
    quantized = raw.get("quantization_config") or {}
    method = (
        str(quantized.get("quant_method", "")).casefold() if isinstance(quantized, Mapping) else ""
    )
    return METHODS.get(method, 16.0)
