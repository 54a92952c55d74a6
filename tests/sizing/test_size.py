"""`anuman size`: what people ask of a model's config.json, answered or refused by name."""

import json
from pathlib import Path

import pytest

from anuman import catalog, physics
from anuman.catalog.hf_config import read_config_file
from anuman.cli import main
from anuman.sizing import size
from anuman.sizing.answer import SizeError, bits

CONFIGS = Path(__file__).parents[1] / "data/configs"
LLAMA = CONFIGS / "Llama-3.1-8B.json"
KEYS = {"params", "weight_bytes", "kv_bytes_per_token", "requests", "tpot_s", "ttft_s"}


def asked(capsys, config: Path, *options: str, status: int = 0) -> dict:
    assert main(["size", str(config), *options, "--json"]) == status
    return json.loads(capsys.readouterr().out)


def test_one_chip_gets_its_numbers(capsys):
    found = asked(capsys, LLAMA, "--context", "4096", "--batch", "8", "--chip", "H100-SXM")
    assert set(found) >= KEYS
    assert found["params"] == 8030261248
    assert found["weight_bytes"] == 2 * 8030261248
    assert found["kv_bytes_per_token"] == 131072
    room = 0.9 * catalog.chip("H100-SXM").capacity - found["weight_bytes"]
    assert found["requests"] == room // (4096 * 131072)
    d = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    assert found["tpot_s"] == pytest.approx(d.decode_step(8, 4096))
    assert found["ttft_s"] == pytest.approx(d.ttft(4096))


def test_without_a_chip_all_of_the_catalogue_answer(capsys):
    found = asked(capsys, LLAMA)
    assert set(found["requests"]) == set(catalog.chips())
    assert found["tpot_s"]["B200"] < found["tpot_s"]["A100-80"]


@pytest.mark.parametrize("context", [1_000, 10_000, 100_000])
def test_windows_leave_more_room_the_longer_the_text(capsys, context):
    """gpt-oss: half of the layers hold 128 tokens; a model without windows would hold them all."""
    options = ("--context", str(context), "--chip", "H200")
    found = asked(capsys, CONFIGS / "gpt-oss-120b.json", *options)
    token = 2 * 36 * 8 * 64 * 2
    assert found["kv_bytes_per_token"] == token * (context + 128) / 2 / context
    assert found["weight_bytes"] == pytest.approx(65.2e9, rel=0.01)


def test_as_many_chips_as_hold_the_model_and_its_requests(capsys):
    seventy = CONFIGS / "Llama-3.1-70B.json"
    assert asked(capsys, seventy, "--chip", "H100-SXM")["chips"] == 2
    assert asked(capsys, seventy, "--chip", "H100-SXM", "--batch", "64")["chips"] == 8
    assert asked(capsys, seventy, "--chip", "H200", "--weight-bits", "fp8")["chips"] == 1


def test_what_does_not_fit_is_a_named_state(capsys):
    found = asked(capsys, CONFIGS / "DeepSeek-R1.json", "--chip", "RTX-3090Ti", status=1)
    assert found["state"] == "the weights do not fit on 8"
    assert found["requests"] == 0 and found["tpot_s"] is None
    found = asked(capsys, LLAMA, "--chip", "H100-SXM", "--chips", "1", "--batch", "999", status=1)
    assert found["state"] == "999 requests do not fit on 1, 52 do"


def test_a_context_beyond_the_model_s_is_a_named_state(capsys):
    found = asked(capsys, LLAMA, "--context", "200000", "--chip", "H200", status=1)
    assert "beyond the context: the model reads at most 131,072 tokens" in found["state"]
    assert found["kv_bytes_per_token"] == 131072  # the arithmetic holds all the same


def test_the_formula_is_spelled_out(capsys):
    assert main(["size", str(LLAMA), "--chip", "H100-SXM"]) == 0
    text = capsys.readouterr().out
    assert "2 · 32 layers · 8 KV heads · 128 · 2 bytes = 131,072 bytes a token" in text
    assert "head_dim = 128 (hidden_size / num_attention_heads)" in text
    assert main(
        ["size", str(CONFIGS / "DeepSeek-V3.2.json"), "--chip", "B200", "--batch", "2"]
    ) in (0, 1)
    assert "61 layers · (512 latent + 64 rotated) · 2 bytes = 70,272" in capsys.readouterr().out


def test_the_answer_can_go_to_a_file(tmp_path, capsys):
    out = tmp_path / "size.json"
    assert main(["size", str(LLAMA), "--chip", "H100-SXM", "--json", str(out)]) == 0
    assert set(json.loads(out.read_text())) >= KEYS
    assert main(["size", str(LLAMA), "--json", str(tmp_path / "no/where.json")]) == 2
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--weight-bits", "fp9"], "--weight-bits: 'fp9' is neither a number from 1 to 32 nor one of"),
        (["--weight-bits", "nan"], "--weight-bits: 'nan'"),
        (["--chip", "H200", "--chips", "48"], "--chips: 48 chips cannot share out the 32 heads"),
        (["--chip", "H200", "--chips", "0"], "--chips: 0 is not between"),
        (["--context", "0"], "--context"),
        (["--context", "-5"], "--context: -5 is not between"),
        (["--batch", "0"], "--batch: 0 is not between"),
        (["--kv-bits", "64"], "--kv-bits: 64 is not between"),
        (["--chip", "H1000"], "H1000"),
    ],
)  # fmt: skip
def test_a_bad_question_is_refused_by_name(capsys, options, said):
    assert main(["size", str(LLAMA), *options]) == 2
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error


def test_a_bad_config_is_refused_by_name(tmp_path, capsys):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(LLAMA.read_text()), "model_type": "mamba2"}))
    assert main(["size", str(path)]) == 2
    assert "'mamba2' is an architecture that this reader does not know" in capsys.readouterr().err


def test_every_config_has_an_answer_on_some_chip():
    for path in CONFIGS.glob("*.json"):
        read = read_config_file(path)
        found = size(read.model, "B300", 1024, 1, 4.25)
        assert not found.state, path.stem
        assert found.requests >= 1 and found.tpot_s > 0 and found.ttft_s > 0


def test_precisions_have_names():
    assert (bits("fp8"), bits("mxfp4"), bits("4.25")) == (8, 4.25, 4.25)
    with pytest.raises(SizeError):
        bits("0.5")
