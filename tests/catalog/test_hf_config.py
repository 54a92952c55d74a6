"""Models read from their own config.json: counted like the library that runs them, or refused by name."""

import json
from pathlib import Path

import pytest

from anuman import physics
from anuman.catalog.hf_config import ConfigError, UnknownArchitecture, read_config, read_config_file
from anuman.physics.model_config import kv_bytes

DATA = Path(__file__).parents[1] / "data"
CONFIGS = {path.stem: path for path in sorted((DATA / "configs").glob("*.json"))}
ALLOCATED = json.loads((DATA / "configs_allocated.json").read_text())["models"]
LLAMA = json.loads(CONFIGS["Llama-3.1-8B"].read_text())


def raw(name: str) -> dict:
    return json.loads(CONFIGS[name].read_text())


def test_there_are_at_least_twenty_real_configs():
    assert len(CONFIGS) >= 20
    assert set(ALLOCATED) == set(CONFIGS)


@pytest.mark.parametrize("name", [name for name in CONFIGS if "params" in ALLOCATED[name]])
def test_parameters_are_those_that_transformers_allocates(name):
    assert read_config_file(CONFIGS[name]).model.params == ALLOCATED[name]["params"]


@pytest.mark.parametrize("name", [name for name in CONFIGS if "kv_bytes" in ALLOCATED[name]])
def test_cache_bytes_are_those_that_transformers_allocates(name):
    for context, wanted in ALLOCATED[name]["kv_bytes"].items():
        assert kv_bytes(raw(name), int(context)) == wanted


def test_latent_attention_keeps_its_latents_only():
    cited = ALLOCATED["DeepSeek-R1"]["kv_cited"]["bytes_per_token"]
    assert kv_bytes(raw("DeepSeek-R1"), 1000) == 1000 * cited
    assert kv_bytes(raw("DeepSeek-V2-Lite"), 1) == 27 * (512 + 64) * 2


def test_an_index_adds_its_keys_of_eight_bits():
    plain, sparse = raw("DeepSeek-R1"), raw("DeepSeek-V3.2")
    assert kv_bytes(sparse, 100) - kv_bytes(plain, 100) == 100 * 61 * (128 + 4)
    sparse.pop("index_topk"), sparse.pop("index_n_heads"), sparse.pop("index_head_dim")
    assert kv_bytes(sparse, 100) == kv_bytes(plain, 100)


def test_a_missing_number_of_kv_heads_is_filled_as_the_family_defines_it():
    without = {k: v for k, v in LLAMA.items() if k != "num_key_value_heads"}
    found = read_config(without)
    assert found.model.kv_heads == 32
    assert any("num_key_value_heads = 32" in line for line in found.assumed)
    mistral = {k: v for k, v in raw("Mistral-7B-v0.1").items() if k != "num_key_value_heads"}
    assert read_config(mistral).model.kv_heads == 8
    assert read_config({**mistral, "num_key_value_heads": None}).model.kv_heads == 32


def test_a_missing_head_size_is_filled_as_the_family_defines_it():
    assert read_config({k: v for k, v in LLAMA.items() if k != "head_dim"}).model.head_dim == 128
    gemma = {k: v for k, v in raw("gemma-2-9b").items() if k != "head_dim"}
    assert read_config(gemma).model.head_dim == 256  # not 3584/16


def test_files_with_several_parts_keep_the_language_model_under_text_config():
    bare = {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text"}}
    with pytest.raises(ConfigError, match="num_hidden_layers: missing"):
        read_config(bare)
    # What Google's own file of the 4B model gives; the rest are the family's defaults.
    bare["text_config"] |= {
        "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024,
    }  # fmt: skip
    model = read_config(bare).model
    assert (model.heads, model.kv_heads, model.head_dim) == (8, 4, 256)
    assert (model.window, model.window_layers) == (1024, 29)


def test_a_window_counts_only_if_it_is_used():
    qwen = raw("Qwen2.5-7B") | {"sliding_window": 4096, "max_window_layers": 20}
    assert read_config(qwen | {"use_sliding_window": False}).model.window is None
    used = read_config(qwen | {"use_sliding_window": True}).model
    assert (used.window, used.window_layers) == (4096, 8)


def test_an_architecture_may_be_named_by_its_class_alone():
    named = {k: v for k, v in LLAMA.items() if k != "model_type"}
    assert read_config(named).model == read_config(LLAMA).model


@pytest.mark.parametrize("kind", ["mamba", "rwkv6", "t5", "bert"])
def test_unknown_architectures_are_refused_by_name(kind):
    with pytest.raises(UnknownArchitecture, match=f"'{kind}' is an architecture"):
        read_config({**LLAMA, "model_type": kind})
    with pytest.raises(UnknownArchitecture, match="'FooForCausalLM'"):
        read_config({"architectures": ["FooForCausalLM"]})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"hidden_size": None}, "hidden_size: missing"),
        ({"hidden_size": "4096"}, "hidden_size: '4096' is not a whole number"),
        ({"hidden_size": True}, "hidden_size: True is not"),
        ({"hidden_size": -1}, "hidden_size: -1 is not between"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers: 1000000000 is not between"),
        ({"num_hidden_layers": float("nan")}, "num_hidden_layers: nan"),
        ({"num_key_value_heads": 5}, "num_key_value_heads: 5 does not divide"),
        ({"num_key_value_heads": 64}, "num_key_value_heads: 64 does not divide"),
        ({"num_attention_heads": 48, "num_key_value_heads": 8}, "head_dim: missing"),
        ({"model_type": None, "architectures": []}, "model_type: missing"),
        ({"model_type": ["llama"]}, "model_type: "),
        ({"tie_word_embeddings": "no"}, "tie_word_embeddings: 'no' is neither"),
    ],
)
def test_a_bad_field_is_named(changed, field):
    with pytest.raises(ConfigError) as error:
        read_config({**LLAMA, **changed})
    assert field in str(error.value)


def test_fields_that_contradict_each_other_are_named():
    with pytest.raises(
        ConfigError, match="layer_types: lists 36 layers, num_hidden_layers says 30"
    ):
        read_config(raw("gpt-oss-120b") | {"num_hidden_layers": 30})
    with pytest.raises(ConfigError, match="num_experts_per_tok: 9 of only 8 experts"):
        read_config(raw("Mixtral-8x7B-v0.1") | {"num_experts_per_tok": 9})


@pytest.mark.parametrize("text", ["", "[1, 2]", "<html>", '"config"', "[" * 100_000])
def test_a_file_that_is_no_config_is_refused(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ConfigError):
        read_config_file(tmp_path / "config.json")
    with pytest.raises(ConfigError, match=r"missing\.json"):
        read_config_file(tmp_path / "missing.json")


def test_a_checkpoint_says_how_many_bits_a_weight_has():
    assert read_config(raw("DeepSeek-R1")).weight_bits == 8
    assert read_config(LLAMA).weight_bits == 16
    # MXFP4 experts and 16-bit attention: OpenAI's file of the 120b model is 65.2 GB.
    gpt = read_config(raw("gpt-oss-120b"))
    d = physics.Deployment("H100-SXM", gpt.model, weight_bits=gpt.weight_bits)
    assert d.weight_bytes == pytest.approx(65.2e9, rel=0.01)
