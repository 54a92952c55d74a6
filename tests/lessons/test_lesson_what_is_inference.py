"""Lesson 01: truths of its predictions, its tables, its measurement and its verdict, worked by hand."""

import pytest
from drawing import examine, words

from anuman import catalog
from anuman.language import speaking
from anuman.lessons import what_is_inference as lesson
from anuman.widgets.own_machine import measured_ratios


def test_truths_of_the_predictions():
    truths = {question.id: question.answer() for question in lesson.questions()}
    assert truths["tokens"] == pytest.approx(3)  # 6·N·D / 2·N, over D
    assert truths["size"] == pytest.approx(1)
    assert truths["memory"] == pytest.approx(8)  # 2 + 2 + 4 + 8 over 2


def test_worked_numbers():
    said = lesson.worked().words
    assert "Llama-3.1-8B | 8.03×10⁹ | 8.03×10⁹ | 1.5×10¹³ | 7.23×10²³" in said
    deepseek = next(line for line in said.splitlines() if line.startswith("DeepSeek-V3"))
    model = catalog.model("DeepSeek-V3")
    assert f"{6 * model.params_active * 14.8e12:.2e}"[:4] in deepseek


def test_memory_of_a_parameter():
    rows = dict(line.split(" | ", 1) for line in lesson.memory().words.splitlines()[1:])
    assert rows["weight"] == "2 | 2"
    assert rows["together"] == "16 | 2"
    assert rows["chips H100-SXM of 80 GB that hold them"] == "2 | 1"  # 128 GB in chips of 80 GB


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_deadlines_name_every_kind_of_work_that_has_one(lang):
    with speaking(lang):
        figure = lesson.deadlines()
    for name in ("voice", "image-recognition", "driving", "recommendation", "coding-agent"):
        assert catalog.workload(name).label[lang] in figure.words
    assert catalog.workload("driving").quantity("deadline").source.title in figure.html


def test_verdict_says_after_how_many_days():
    figures = catalog.claim("S0.18").figures
    served = figures["input"].value * (1 - figures["repeated"].value) + figures["output"].value
    said = lesson.verdict().words
    assert f"{3 * 14.8e12 / served:.0f} days" in said
    hours = figures["servers"].value * figures["chips"].value * 24
    assert f"{2.664e6 / hours:.1f} days" in said
    assert "It depends" in said


@pytest.mark.slow
def test_own_costs_finds_three_times_the_flops(monkeypatch):
    monkeypatch.setattr(lesson, "BATCH", 2)
    figure = lesson.own_costs()
    rows = [line.split(" | ") for line in figure.words.splitlines() if " | " in line]
    ratio = {row[0]: row[3] for row in rows}
    assert float(ratio["FLOPs, counted"].removesuffix(" ×")) == pytest.approx(3, rel=0.05)
    assert ratio["FLOPs by the law, 6·N·D and 2·N·D"] == "3 ×"
    assert ratio["bytes kept for all parameters"] == "4 ×"
    assert float(ratio["memory at the fullest moment"].removesuffix(" ×")) > 3
    examine(figure.picture.markup())


@pytest.mark.parametrize("measured", [0.2, 1.0, 3.0, 400.0])
def test_ratios_of_any_size_have_a_place(measured):
    picture = measured_ratios.picture("Some", [("time", measured), ("FLOPs", 3.0)], 3.0)
    said = words(examine(picture.markup()))
    assert "time" in said
    assert "the law: 3 ×" in said
