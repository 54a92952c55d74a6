"""Lesson 03: its predictions, tables, measurement and verdict say what physics and catalogue compute."""

import pytest
from drawing import examine

from anuman import catalog, lm, physics
from anuman.language import number, speaking
from anuman.lessons import prefill_decode
from anuman.lm.errors import LmError
from anuman.lm.prefilling import LENGTHS, PrefillPoint, Prefills, measure_prefill
from anuman.widgets.own_machine.prefill_gain import prefill_gain


@pytest.fixture(scope="module")
def found():
    return measure_prefill(lm.load(), rounds=2)


def test_predictions_have_the_truths_of_the_catalogue():
    prompt, saved, reader = prefill_decode.questions()
    chip, model = catalog.chip("H100-SXM"), catalog.model("Llama-3.1-8B")
    compute = 2 * model.params * 2000 / chip.peak("bf16")
    assert prompt.answer() == pytest.approx(compute / (2 * model.params / chip.bandwidth))
    assert prompt.answer() == pytest.approx(6.77, abs=0.01)
    d = physics.Deployment("H100-SXM", "Llama-3.1-70B", 8, weight_bits=8)
    assert saved.answer() == pytest.approx(100 * d.ttft(2048) / d.end_to_end(1, 2048, 3000))
    assert reader.answer() == pytest.approx(238 / 60 * 1.3)


def test_worked_prompts_follow_the_law():
    rows = [line.split(" | ") for line in prefill_decode.worked().words.splitlines()[2:]]
    assert [row[0] for row in rows] == ["1", "100", "2,000", "10,000"]
    assert [row[4] for row in rows[:2]] == ["1", "1"]  # as long as one token
    assert rows[2][3] == rows[2][1] != rows[2][2]  # waits for the arithmetic
    reached = catalog.efficiency("H100-SXM", "gemm", 16)
    assert f"mfu {reached.compute:g}, mbu {reached.memory:g}" in prefill_decode.worked().words


def test_an_agent_waits_for_every_round():
    words = prefill_decode.agent().words
    work = catalog.workload("coding-agent")
    assert number(round(work.input.mean)) in words
    d = physics.Deployment("H100-SXM", "Llama-3.1-70B", 8, weight_bits=8)
    total = d.end_to_end(1, round(work.input.mean), round(work.output.mean))
    assert f"{number(20 * total)} s" in words
    assert "H100-SXM × 1 | – | – | – | does not fit" in words


def test_both_languages_are_counted_with_the_same_tokenizer():
    lines = [line.split(" | ") for line in prefill_decode.languages().words.splitlines()]
    rows = {(row[0], row[1]): row for row in lines if len(row) == 5}
    tokenizer = lm.load().tokenizer
    digest = catalog.article("003").digest("hi")
    each = len(tokenizer.encode(digest)) / len(digest.split())
    assert rows["the news of this lesson", "Hindi"][3] == number(each)
    published = rows["published: Llama 3.1, translated sentences", "Hindi"]
    assert published[3] == number(catalog.statement("tokens-a-word-llama-3-1-hi").value)
    assert "https://" in prefill_decode.languages().html


def test_prefill_is_measured_at_every_length(found):
    assert [p.tokens for p in found.points] == list(LENGTHS)
    flops = [p.flops for p in found.points]
    assert flops == sorted(flops)
    # Every token passes all layers; only one of them passes the head.
    config = lm.load().config
    added = (flops[-1] - flops[0]) / (LENGTHS[-1] - 1)
    assert added > 2 * (config.params - config.vocab * config.dim)
    assert all(p.seconds > 0 for p in found.points)
    assert min(found.step_s, found.flops_per_s) > 0


def test_measurement_refuses_what_it_cannot_do():
    with pytest.raises(LmError, match="0 rounds"):
        measure_prefill(lm.load(), rounds=0)
    with pytest.raises(LmError, match="128"):
        measure_prefill(lm.load(), lengths=(1, 500), rounds=1)


def test_measurement_is_drawn_beside_the_law(found):
    for language in ("en", "hi"):
        with speaking(language):
            examine(prefill_gain(found).picture.standalone())
    points = (PrefillPoint(1, 1e-3, 100), PrefillPoint(4, 2e-3, 400), PrefillPoint(64, 8e-3, 6400))
    figure = prefill_gain(Prefills(points, 1e-3, 1e6))
    assert "64 ms: 8 times as long" in figure.words
    assert "6.4 ms" in figure.html  # the law of the last point


def test_verdict_says_who_waits():
    rows = [
        line.split(" | ")
        for line in prefill_decode.verdict().words.splitlines()
        if line.count(" | ") == 4
    ][1:]
    waits = {row[0]: row[4] for row in rows}
    assert waits["H100-SXM × 8"] == "only the program"
    assert waits["≈ WSE-3 × 4"] == "nobody"
    assert rows[0][1] == "5.16"
    assert rows[1][1:] == ["600", "116 ×", "5 s", "nobody"]
    published = next(row for name, *row in rows if "576 × Groq-LPU1, Llama-2-70B" in name)
    assert published[0] == "300"
