"""The checker against the bank of answers, and its own tasks against themselves."""

import inspect
import itertools
import math
import re
import string
from pathlib import Path

import nbformat
import pytest
from answer_bank import answers

from anuman import translate
from anuman.check import UnknownTask, check, examples
from anuman.check.chips.deploy import Deploy
from anuman.check.diagnosis import ratio, times
from anuman.check.grade import reading
from anuman.check.puzzle import Puzzle
from anuman.check.task import tasks
from anuman.check.under_load.next_step import NextStep
from anuman.course import IDS
from anuman.language import both

ROOT = Path(__file__).parents[2]
TASKS = list(tasks().values())
WRONG = [answer for name in IDS for answer in answers(name, "wrong")]
RIGHT = [answer for name in IDS for answer in answers(name, "right")]
# Tasks whose answer is a formula that the lesson prints, typed as Python.
PRINTED = {
    "01-what-is-inference": (
        "train_flops",
        "serve_flops",
        "crossover_day",
        "memory_bytes",
        "deadline_met",
    ),
    "02-roofline": ("ridge", "intensity", "step_time", "critical_batch", "verdict"),
    "03-prefill-decode": ("ttft", "tpot", "end_to_end", "words_per_second"),
    "04-kv-cache": ("kv_bytes_per_token", "max_requests", "paged_waste"),
    "05-batching": (
        "static_steps",
        "continuous_steps",
        "wasted_slot_fraction",
        "throughput_and_tpot",
    ),
    "06-under-load": ("goodput", "little"),
    "07-fewer-bytes": ("dequantize", "expected_tokens", "moe_bytes_read", "questions_needed"),
    "08-chips": ("chips_needed", "decode_time", "energy_per_token", "task_speedup"),
    "09-money": (
        "usd_per_mtok",
        "tco_per_mtok",
        "to_crore",
        "breakeven_tokens",
        "worth_waiting",
    ),
    "10-training": ("training_days", "mtbf", "checkpoint_interval", "site_megawatts"),
    "11-read-the-news": ("judge", "gpus_needed"),
}


every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)


def of(task, answers):
    """Those of the answers that answer this task."""
    return [answer for answer in answers if answer.task_id == task.id]


def defined(answer):
    """The function that an answer defines."""
    names = {}
    exec(compile(answer.source, "<answer>", "exec"), names)
    return names[answer.task]


def cases(task):
    return [(part, case) for part in task.parts for case in part.cases]


@every_task
def test_wrong_answers_get_their_points_and_their_own_hints(task, capsys):
    wrong = of(task, WRONG)
    for answer in wrong:
        points = check(task.id, defined(answer))
        said = capsys.readouterr().out
        assert type(points) is float, answer
        assert points == answer.points < task.points, answer
        assert answer.hint in said, answer
        for other in wrong:
            assert other.hint == answer.hint or other.hint not in said, (answer, other)


@every_task
def test_right_answers_get_full_marks(task, capsys):
    for answer in of(task, RIGHT):
        points = check(task.id, defined(answer))
        assert points == task.points, answer
        assert answer.hint in capsys.readouterr().out, answer


@every_task
def test_bank_is_large_enough_and_knows_every_misconception(task, capsys):
    wrong = of(task, WRONG)
    assert len(wrong) >= 4
    assert len(of(task, RIGHT)) >= 3
    for misconception in task.misconceptions:
        assert any(answer.hint in misconception.hint for answer in wrong), misconception.name


@every_task
def test_misconceptions_have_the_signature_and_differ_from_each_other(task):
    def values(function):
        return [(part, reading(task, function, case)) for part, case in cases(task)]

    for misconception in task.misconceptions:
        assert tuple(inspect.signature(misconception.function).parameters) == task.parameters
    functions = [task.function, *(m.function for m in task.misconceptions)]
    for one, other in itertools.combinations(map(values, functions), 2):
        assert not all(task.result.same(a, b) for (_p, a), (_q, b) in zip(one, other, strict=True))


@every_task
def test_three_significant_digits_stay_within_the_tolerance(task):
    for part, case in cases(task):
        for value in reading(task, task.function, case):
            if isinstance(value, float) and math.isfinite(value):
                assert math.isclose(value, float(f"{value:.3g}"), rel_tol=0.009), part.name


@every_task
def test_examples_are_not_cases_and_show_both_values(task, capsys):
    hidden = [case for _part, case in cases(task)]
    assert not set(map(repr, task.examples)) & set(map(repr, hidden))
    assert examples(task.id, task.function) is None
    said = capsys.readouterr().out
    shown = "No rule can get above" if isinstance(task, NextStep) else ": right."
    shown = "Your score" if isinstance(task, Puzzle) else shown
    shown = "W are possible" if isinstance(task, Deploy) else shown
    assert said.count(shown) >= len(task.examples)
    for misconception in task.misconceptions:
        examples(task.id, misconception.function)
    said = capsys.readouterr().out
    assert isinstance(task, Puzzle | NextStep | Deploy) or "it should give" in said


@pytest.mark.parametrize("name", IDS)
def test_points_of_the_assignment_are_split_as_the_course_promises(name):
    """Ten points, seven of them or more for tasks that the notebook does not call a stretch."""
    path = ROOT / "solutions" / name / f"{name}.ipynb"
    cells = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    own = [task for task in TASKS if task.id.startswith(f"{name}/")]
    core = [task for task in own if ". Stretch: " not in cells[f"{task.name}-task"]]
    assert sum(task.points for task in own) == 10
    ours = sum(task.points for task in core)
    assert 7 <= ours < 10
    for words in (r"up to 10 points: {:g}( |\.)", r"10 अंक .*{:g}।|10 अंक .* {:g} "):
        assert re.search(words.format(*[ours] * words.count("{:g}")), cells["how"]), name
    for task in own:
        title = cells[f"{task.name}-task"]
        for points in (f"({task.points:g} point", f"({task.points:g} अंक"):
            assert points in title, task.id


@pytest.mark.parametrize("name", PRINTED)
def test_at_most_a_third_of_the_points_are_for_typing_a_printed_formula(name):
    own = {task.name: task.points for task in TASKS if task.id.startswith(f"{name}/")}
    assert sum(own[task] for task in PRINTED[name]) <= 10 / 3
    assert len(set(own) - set(PRINTED[name])) >= 2


def test_a_slip_of_an_earlier_task_costs_once(capsys):
    def bus(lengths, slots):  # every batch as long as the longest answer of all
        return math.ceil(len(lengths) / slots) * max(lengths)

    def empty(lengths, slots):
        return 1 - sum(lengths) / (slots * bus(lengths, slots))

    def stub(lengths, slots):
        raise NotImplementedError()

    task = "05-batching/wasted_slot_fraction"
    assert check("05-batching/static_steps", bus) == 0
    assert check(task, empty) == 0
    assert check(task, empty, bus) == 0.5
    assert "that costs points only there" in capsys.readouterr().out
    assert check(task, lambda lengths, slots: 1 + empty(lengths, slots), bus) == 0
    assert check(task, empty, stub) == 0


def test_an_error_in_another_function_names_it(capsys):
    def helper(flops):
        return flops / 0

    assert check("02-roofline/ridge", lambda flops, bandwidth: helper(flops)) == 0
    assert "helper, which is called here, stops with ZeroDivisionError" in capsys.readouterr().out


def test_without_a_named_mistake_a_case_that_may_be_shown_stands_with_the_own_value(capsys):
    task = tasks()["03-prefill-decode/from_log"]

    def wrong(sent, round_trip, packets):
        right = task.function(sent, round_trip, packets)
        return right[0], right[1] + round_trip

    check(task.id, wrong)
    said = capsys.readouterr().out
    assert "For example, from_log(sent=5, round_trip=0.1, packets=" in said
    assert "times too large." in said
    drawn = [number for _part, case in cases(task) for number in case[:2] if number * 10 % 1]
    assert drawn
    assert not [number for number in drawn if f"{number:.6g}," in said]


def test_feedback_shows_no_expected_value_and_no_input(capsys):
    """Numbers in what is said about a wrong answer: points and ratios only."""
    task = tasks()["02-roofline/step_time"]

    def tells(n, batch, flops, bandwidth, bytes_per_weight):
        raise ValueError(f"{n} {batch} {flops} {bandwidth!r} {flops:.6e}")

    check(task.id, tells)
    said = capsys.readouterr().out
    assert "ValueError: <n> <batch> <flops> <bandwidth> <flops>" in said
    check(task.id, lambda *arguments: 2 * task.function(*arguments))
    said += capsys.readouterr().out
    for _part, case in cases(task):
        for number in [*case[2:4], reading(task, task.function, case)[0]]:
            assert f"{number:.6g}" not in said


def test_feedback_shows_no_hidden_value_inside_a_dictionary(capsys):
    task = tasks()["01-what-is-inference/deadline_met"]

    def tells(workload, step_time, steps):
        raise ValueError(f"{workload['deadline']} {steps}")

    assert check(task.id, tells) == 0.0
    assert "ValueError: <workload> <steps>" in capsys.readouterr().out


@pytest.mark.parametrize("found", [0.09, -3.0])
def test_a_value_that_should_be_zero_is_told_so(found):
    """There is no ratio to 0, and a positive value has no wrong sign."""
    assert ratio(found, 0.0).text == "The first value that differs should be 0."
    assert ratio(found, -found).text == "The first value that differs has the wrong sign."


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (1.03, "a little too large."),
        (0.94, "a little too small."),
        (1 / 86_400, "86,400 times too small."),
        (33.7, "about 34 times too large."),
    ],
)
def test_a_rough_ratio_keeps_its_direction_and_the_factors_everybody_knows(found, says):
    assert times(found, 1.0, coarse=True).said("en") == says


def test_ids(capsys):
    assert check("ridge", lambda flops, bandwidth: flops / bandwidth) == 0.5
    with pytest.raises(UnknownTask, match="nearest is '02-roofline/ridge'"):
        check("02-roofline/rigde", None)
    with pytest.raises(UnknownTask):
        examples("ridgee", None)


def test_every_run_draws_the_same_cases(capsys):
    task = tasks()["02-roofline/verdict"]
    assert len(task.parts[0].cases) == 12
    again = [check(task.id, task.misconceptions[0].function) for _round in range(3)]
    assert len(set(again)) == 1


def test_label_earns_nothing_by_itself(capsys):
    task = tasks()["02-roofline/verdict"]

    def label_only(*arguments):
        return task.function(*arguments)[0], 1.0

    assert check(task.id, label_only) == 0.0


def test_every_sentence_is_said_in_hindi_too():
    """All that the checker may say is translated, with the same gaps."""
    sentences = {text for text, place in translate.messages(ROOT) if "anuman/check/" in place}
    assert len(sentences) > 60
    for text in sentences:
        hindi = both(text)[1]
        assert hindi, text
        gaps = [
            sorted(name for _t, name, _s, _c in string.Formatter().parse(t) if name)
            for t in (text, hindi)
        ]
        assert gaps[0] == gaps[1], text
