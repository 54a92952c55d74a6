"""What is known of engines enters the step as it should."""

import pytest

from anuman import catalog, physics


def step(software: str, model: str = "Llama-3.1-8B", tp: int = 8, **more) -> float:
    return physics.Deployment("A100-80", model, tp=tp, software=software, **more).tpot(1, 5, 200)


def test_a_head_that_is_not_shared_out_is_read_whole_by_every_chip():
    m = catalog.model("Llama-3.1-8B")
    share = catalog.efficiency("A100-80", "gemm", 16)
    whole = m.vocab * m.width * 2 / (catalog.chip("A100-80").bandwidth * share.memory)
    more = step("gpt-fast") - step("generic")
    assert more == pytest.approx(whole * 7 / 8, rel=0.02)


def test_plain_experts_start_a_kernel_each_and_read_what_the_token_uses():
    assert step("gpt-fast", "Mixtral-8x7B", weight_bits=8) < step(
        "generic", "Mixtral-8x7B", weight_bits=8
    )
    one, four = (
        physics.Deployment("A100-80", "Mixtral-8x7B", software="gpt-fast").linear_s(n, 1)
        for n in (1, 4)
    )
    assert four > 3 * one  # no expert's weights serve two tokens


def test_kernels_that_nothing_records_start_later():
    assert step("FasterTransformer", tp=1) > step("generic", tp=1)


def test_a_batch_on_stages_is_cut_into_groups():
    """GPipe: m groups pass p stages in m + p - 1 turns; a step takes a group through all stages."""
    whole = physics.Deployment("A100-80", "GPT-3-175B")
    staged = physics.Deployment("A100-80", "GPT-3-175B", pp=8)
    hops = 7 * catalog.efficiency("A100-80", "pipeline").hop_s
    assert staged.ttft(512, 16) == pytest.approx(15 / 8 * (whole.ttft(512, 2) + hops))
    assert staged.tpot(16, 512, 32) == pytest.approx(whole.tpot(2, 512, 32) + hops)
    assert staged.ttft(512, 1) == pytest.approx(whole.ttft(512, 1) + hops)


def test_parallel_layers_add_up_once():
    model = catalog.model("GPT-J-6B")
    assert model.parallel_layers
    alone, shared = (
        physics.Deployment("A100-80", model.name, tp=n, software="FasterTransformer")
        for n in (1, 2)
    )
    start = catalog.efficiency("A100-80", "all_reduce").eager[0]
    assert shared.linear_s(1, 1) - alone.linear_s(1, 1) / 2 > 0.5 * model.layers * start
    assert shared.linear_s(1, 1) < alone.linear_s(1, 1) + 1.2 * model.layers * start


def test_energy_under_a_load_counts_the_tokens_that_were_asked_for():
    row = {
        "metric": "j_per_out_token", "chip": "H200", "n_chips": 8, "tp": 1, "model": "Llama-2-70B",
        "w_bits": 8, "act_precision": "fp8", "kv_bits": 8, "load_kind": "poisson_qps", "batch_or_qps": 50,
        "input_tokens": 290, "output_tokens": 290, "software": "TensorRT-LLM",
    }  # fmt: skip
    watts = physics.server_watts(8, catalog.chip("H200").power)
    assert physics.predict(row) == pytest.approx(watts / (50 * 290))
    beyond = physics.predict({**row, "batch_or_qps": 1e6})
    assert beyond == pytest.approx(physics.predict({**row, "load_kind": "offline_max"}))


def test_chips_with_sequences_of_their_own_wait_for_the_fullest():
    """Data-parallel attention: the experts of the fullest chip, and of the prompts the most that come to one."""
    group = physics.Deployment("B200", "Qwen3-235B-A22B", ep=8, weight_bits=8, activation="fp8")
    alone = physics.Deployment("B200", "Qwen3-235B-A22B", weight_bits=8, activation="fp8")
    assert alone.uneven_prompts_s(1.0, 1000) == 0
    some, many = (group.uneven_prompts_s(n, 1000) for n in (0.5, 50.0))
    assert 0 < some < many < 50 * group.prefill(1000)


def test_gpus_copy_the_heads_that_they_cannot_share_out():
    two = physics.Deployment("H100-SXM", "Qwen3-235B-A22B", tp=8, weight_bits=4.5)  # 4 KV heads
    latent = physics.Deployment("H200", "DeepSeek-V3", tp=8, weight_bits=4.5, activation="fp8")
    assert (two.kv_copies, latent.kv_copies) == (2, 8)
    assert physics.Deployment("TPUv5e", "Qwen3-235B-A22B", tp=8).kv_copies == 1


def test_four_bit_experts_are_converted_where_the_chip_has_no_such_arithmetic():
    row = {
        "metric": "tpot_ms", "chip": "H100-SXM", "model": "gpt-oss-120b", "tp": 1, "w_bits": 4.25,
        "act_precision": "fp4", "load_kind": "static_batch", "batch_or_qps": 1, "input_tokens": 1000,
        "output_tokens": 1000, "software": "vLLM",
    }  # fmt: skip
    hopper = physics.predict(row)
    assert hopper == pytest.approx(physics.predict({**row, "act_precision": "bf16"}))
    assert physics.predict({**row, "chip": "B200"}) < hopper


def test_drafted_tokens_shorten_the_time_per_token():
    """vLLM on eight B300, one MTP token at 90 %: 125 to 234 tokens/s, 1.87 times."""
    row = {
        "metric": "tpot_ms", "chip": "B300", "model": "DeepSeek-V3", "tp": 8, "w_bits": 4.5,
        "act_precision": "fp4", "kv_bits": 8, "batch_or_qps": 1, "input_tokens": 1000,
        "output_tokens": 1000, "software": "vLLM",
    }  # fmt: skip
    plain = physics.predict(row)
    drafted = physics.predict({**row, "software": "vLLM, 1 MTP token, 90 % acceptance"})
    assert plain / drafted == pytest.approx(234 / 125, rel=0.1)
    assert physics.predict({**row, "software": "vLLM, no MTP"}) == plain
    assert (
        physics.predict({**row, "software": "vLLM, EAGLE"}) == plain
    )  # nobody says what is accepted


def test_an_index_makes_long_texts_cheap_and_short_ones_no_cheaper():
    sparse, dense = (
        physics.Deployment("H200", name, ep=8, weight_bits=8, activation="fp8")
        for name in ("DeepSeek-V3.2", "DeepSeek-V3")
    )
    assert sparse.decode_step(8, 1_000) > dense.decode_step(8, 1_000)
    assert sparse.decode_step(8, 100_000) < 0.8 * dense.decode_step(8, 100_000)
    assert sparse.prefill(100_000) < 0.5 * dense.prefill(100_000)
