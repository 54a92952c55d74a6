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
