"""`anuman simulate`: the metrics by name, the exit status, and what it says to bad input."""

import json

import pytest

from anuman import cli, physics, serving

BASE = ["simulate", "--chip", "H100-SXM", "--chips", "1", "--model", "Llama-3.1-8B", "--rate", "5",
        "--requests", "200", "--input", "300", "--output", "geometric:100",
        "--policy", "continuous", "--seed", "7"]  # fmt: skip


def changed(*options: str) -> list[str]:
    """BASE with some options given anew; argparse takes the last."""
    return [*BASE, *options]


def result(tmp_path, *options: str) -> dict:
    file = tmp_path / "out.json"
    assert cli.main([*BASE, *options, "--json", str(file)]) == 0
    return json.loads(file.read_text(encoding="utf-8"))


def test_the_metrics_are_those_of_the_library(tmp_path):
    found = result(tmp_path)
    deployment = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    requests = serving.poisson(5, 200, 300, serving.geometric(100), 7)
    run = serving.simulate(
        requests, "continuous", deployment, deployment.engine.max_batch, int(deployment.kv_capacity)
    )
    expected = serving.metrics(run, serving.Slo(2.0, 0.2))
    for key in ("ttft_p50_s", "tpot_mean_s", "throughput_tok_per_s", "goodput_req_per_s"):
        assert found[key] == expected[key]
    assert (found["policy"], found["seed"], found["replicas"]) == ("continuous", 7, 1)
    assert found["limited_by"] == "none"


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(tmp_path):
    assert result(tmp_path) == result(tmp_path)
    assert result(tmp_path)["ttft_mean_s"] != result(tmp_path, "--seed", "8")["ttft_mean_s"]


@pytest.mark.parametrize("policy", serving.POLICIES)
def test_every_policy_by_name(policy, tmp_path):
    found = result(tmp_path, "--policy", policy, "--rate", "0.5", "--slots", "64")
    assert found["output_tokens"] > 0
    assert found["policy"] == policy


@pytest.mark.parametrize(
    "options",
    [
        ("--policy", "chunked", "--chunk", "64"),
        ("--policy", "static-timeout", "--timeout", "0.1"),
        ("--policy", "paged", "--page", "32", "--swap", "1e-6"),
        ("--policy", "disaggregated", "--prefill-machines", "2"),
        ("--chips", "4", "--tp", "2", "--cv", "3", "--usd-per-hour", "2"),
        ("--weight-bits", "8", "--activation", "fp8", "--kv-bits", "8", "--slots", "16"),
        ("--input", "chat", "--output", "chat"),
    ],
)
def test_every_option_changes_the_result(options, tmp_path):
    policy = options[:2] if options[0] == "--policy" else ()
    assert result(tmp_path, *options) != result(tmp_path, *policy)


def test_several_rates_and_policies_make_a_sweep(tmp_path):
    found = result(
        tmp_path, "--rate", "2,4", "--policy", "continuous,static-timeout", "--workers", "2"
    )
    assert [(r["policy"], r["rate_req_per_s"]) for r in found["runs"]] == [
        (p, r) for p in ("continuous", "static-timeout") for r in (2.0, 4.0)
    ]
    assert found["runs"][0] == result(tmp_path, "--rate", "2")


def test_overload_is_said_and_needs_attention(capsys):
    assert cli.main(changed("--policy", "one-at-a-time", "--rate", "50")) == 1
    assert "Overload: the queue grows by" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--chip", "H1000"), "H100-SXM"),
        (("--model", "Llama-3.1-70B"), "does not fit"),
        (("--policy", "contiguous"), "give one of one-at-a-time"),
        (("--rate", "0"), "rate is 0.0"),
        (("--rate", "fast"), "fast"),
        (("--requests", "0"), "count is 0"),
        (("--input", "lots"), "lots"),
        (("--output", "geometric:0.5"), "at least 1 token"),
        (("--input", "1000000"), "no policy can serve it"),
        (("--chips", "3", "--tp", "2"), "no multiple of --tp 2"),
        (("--chips", "0"), "at least 1"),
        (("--slots", "0"), "slots is 0"),
        (("--ttft-slo", "0"), "ttft_s is 0.0"),
        (("--json", "/nowhere/out.json"), "/nowhere/out.json"),
        (("--rate", "1,2", "--scheduler", "nonsense://x"), "no Dask scheduler answers"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(options, said, capsys):
    assert cli.main(changed(*options)) == 2
    captured = capsys.readouterr()
    assert said in captured.err + captured.out


def test_help_names_every_policy(capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(["simulate", "--help"])
    assert done.value.code == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert all(policy in said.replace("  ", "") or policy in said for policy in serving.POLICIES)
