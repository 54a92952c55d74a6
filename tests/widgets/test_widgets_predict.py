"""Predictions: typed by people, kept on disk, never lost, judged honestly."""

import json
import math
import re

import pytest
from drawing import drawings, examine, saved_svg, words
from hypothesis import given
from hypothesis import strategies as st

from anuman import course
from anuman.cli import main
from anuman.grading import self_check
from anuman.widgets import Question, predictions
from anuman.widgets.kit.number_parser import parse
from anuman.widgets.predictions import (
    calibration,
    course_progress,
    prediction_file,
    progress_report,
)
from anuman.widgets.predictions.calibration import wilson
from anuman.widgets.predictions.reveal_strip import strip

LESSON = "02-roofline"
TRUTHS = {"share": 0.34, "users": 295.2}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    return tmp_path


def questions(**truths):
    truths = TRUTHS | truths
    return [
        Question("share", "What share?", "%", truths["share"]),
        Question("users", "How many users?", "users", truths["users"]),
    ]


def fill(widget, **values):
    for name, typed in values.items():
        for field, value in zip(widget.inputs[name], typed, strict=True):
            field.value = value


def lock(widget, share=("1", "0.1", "2"), users=("100", "50", "200")):
    fill(widget, share=share, users=users)
    widget.lock_in()


def lines(home):
    return (home / "predictions.jsonl").read_text(encoding="utf-8").splitlines()


def score_text(widget):
    return widget.score().saved()["text/plain"]


def test_lock_in_keeps_and_unlocks(home):
    widget = predictions(LESSON, questions())
    called = []
    widget.on_unlock(lambda: called.append(1))
    assert widget.locked
    lock(widget)
    assert not widget.locked
    assert called == [1]
    assert [json.loads(line)["guess"] for line in lines(home)] == [1.0, 100.0]
    widget.on_unlock(lambda: called.append(2))
    assert called == [1, 2]


def test_show_me_unlocks_without_predictions(home):
    widget = predictions(LESSON, questions())
    score = widget.score()
    assert "Show me" in score.markup
    widget.reveal()
    assert not widget.locked
    assert "0.34 %" in score.markup
    assert "nothing to count" in score.markup
    assert not predictions(LESSON, questions()).locked


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (("", "", ""), "Still empty: 1. best guess; 1. 80 % interval from; 1. 80 % interval to"),
        (("abc", "1", "2"), "1. best guess: “abc” is not a number"),
        (("nan", "1", "2"), "“nan” is not a number"),
        (("inf", "1", "2"), "“inf” is not a number"),
        (("1e999", "1", "2"), "“1e999” is not a number"),
        (("0,5", "0", "1"), "“0,5” is not a number"),
        (("5", "1", "2"), "1. The interval from 1 to 2 does not hold your best guess 5"),
        (("1", "2", "0"), "does not hold"),
    ],
)
def test_bad_input_is_named_and_stays_in_the_form(home, typed, complaint):
    widget = predictions(LESSON, questions())
    lock(widget, share=typed)
    assert complaint in widget.markup
    assert widget.locked
    assert not (home / "predictions.jsonl").exists()
    assert widget.inputs["share"][0].value == typed[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 12 ", 12), ("1,234.5", 1234.5), ("12,00,000", 1_200_000), ("1e6", 1e6), ("३.५", 3.5),
        ("-2", -2), ("−2", -2), ("5 %", 5), ("5%", 5), (".5", 0.5), ("1,00,000 %", 100_000),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(text, value):
    assert parse(text, "%") == value


@pytest.mark.parametrize("text", ["", ".", "e5", "1,2", "12,3456", "0x10", "1_000", "--1", "१,२"])
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match="type"):
        parse(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_can_be_typed(value):
    assert parse(repr(value)) == value


def test_reopened_lesson_restores_answers_and_changes_nothing(home):
    lock(predictions(LESSON, questions()))
    before = lines(home)
    widget = predictions(LESSON, questions())
    assert not widget.locked
    assert "0.1 – 2 %" in widget.markup
    assert lines(home) == before


def test_a_new_question_locks_again_with_the_old_answers_filled_in(home):
    lock(predictions(LESSON, questions()))
    more = [*questions(), Question("new", "Another?", "s", 1)]
    widget = predictions(LESSON, more)
    assert widget.locked
    assert [f.value for f in widget.inputs["share"]] == ["1", "0.1", "2"]
    fill(widget, new=("1", "1", "1"))
    widget.lock_in()
    assert [json.loads(line)["question"] for line in lines(home)] == ["share", "users", "new"]


def test_predict_again_appends_and_is_not_counted(home):
    widget = predictions(LESSON, questions())
    lock(widget)
    assert "no" in score_text(widget)
    widget._show_form()
    lock(widget, users=("295", "290", "300"))
    entries = [json.loads(line) for line in lines(home)]
    assert [e["guess"] for e in entries if e["kind"] == "prediction"] == [1, 100, 295]
    # The first guess, made before the answer was seen, is the one that is judged.
    assert "100 users | 50 – 200 users | 295 users | no" in score_text(widget)
    assert "1 of 2 truths" in score_text(widget)


def test_predictions_after_show_me_are_shown_but_not_counted():
    widget = predictions(LESSON, questions())
    widget.reveal()
    lock(widget, users=("295", "290", "300"))
    text = score_text(widget)
    assert "not counted" in text
    assert "nothing to count" in text


def test_outcomes_are_kept_once(home):
    widget = predictions(LESSON, questions())
    lock(widget)
    for _ in range(3):
        score_text(widget)
    score_text(predictions(LESSON, questions()))
    outcomes = [e for e in map(json.loads, lines(home)) if e["kind"] == "outcome"]
    assert [(e["question"], e["inside"]) for e in outcomes] == [("share", True), ("users", False)]


@pytest.mark.parametrize("truth", [math.nan, math.inf, lambda: 1 / 0])
def test_a_truth_that_fails_does_not_hide_the_others(truth):
    widget = predictions(LESSON, questions(share=truth))
    lock(widget)
    text = score_text(widget)
    assert "could not be computed" in text
    assert "295 users | no" in text


def test_truth_is_asked_only_when_revealed():
    asked = []
    widget = predictions(LESSON, questions(share=lambda: asked.append(1) or 0.34))
    widget.score()
    assert not asked
    lock(widget)
    assert asked


def test_damaged_lines_are_kept_and_reported(home):
    lock(predictions(LESSON, questions()))
    path = home / "predictions.jsonl"
    damage = b'{"kind": "prediction", "lesson": "x"}\n\xff\xfe\nnull\n{"kind": "predic'
    path.write_bytes(path.read_bytes() + damage)
    widget = predictions(LESSON, questions())
    assert not widget.locked
    assert "4 damaged lines" in widget.notice
    widget._show_form()
    lock(widget, share=("3", "2", "4"))
    assert damage in path.read_bytes()
    records = prediction_file.read()
    assert len(records.damaged) == 4
    assert records.latest(LESSON)["share"]["guess"] == 3


@given(st.binary(max_size=200))
def test_no_file_content_is_lost_or_stops_anything(tmp_path_factory, content):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANUMAN_HOME", str(home))
        path = home / "predictions.jsonl"
        path.write_bytes(content)
        widget = predictions(LESSON, questions())
        lock(widget)
        assert path.read_bytes().startswith(content)
        assert prediction_file.read().latest(LESSON)["users"]["guess"] == 100


def test_a_file_that_cannot_be_written_does_not_stop_the_lesson(monkeypatch):
    def full(_entries):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prediction_file, "append", full)
    widget = predictions(LESSON, questions())
    lock(widget)
    assert not widget.locked
    assert "No space left" in widget.markup
    assert "1 of 2 truths" in score_text(widget)


def test_a_file_that_cannot_be_read_is_told(home):
    (home / "predictions.jsonl").mkdir()
    widget = predictions(LESSON, questions())
    assert "cannot be read" in widget.markup
    lock(widget)
    assert not widget.locked


def test_questions_need_different_ids():
    with pytest.raises(ValueError, match="different ids"):
        predictions(LESSON, [*questions(), *questions()])
    with pytest.raises(ValueError, match="different ids"):
        predictions(LESSON, [])


def test_every_field_has_its_own_name():
    widget = predictions(LESSON, questions())
    fields = [control for control in widget.panel if control["kind"] == "text"]
    names = {(control["group"], control["label"]) for control in fields}
    assert len(names) == 6 and all(group and label for group, label in names)
    assert {control["unit"] for control in fields} == {"%", "users"}


def test_what_is_wrong_is_said_at_its_field_too():
    widget = predictions(LESSON, questions())
    lock(widget, share=("abc", "1", "2"), users=("5", "", "9"))
    said = {name: value["problem"] for name, value in widget.values.items() if value["problem"]}
    assert "“abc” is not a number" in said["form0"] and said["form4"] == "still empty"
    assert set(said) == {"form0", "form4"}


def test_the_press_brings_the_values_itself(home):
    widget = predictions(LESSON, questions())
    typed = dict(
        zip((f"form{i}" for i in range(6)), ("1", "0", "२", "300", "1", "500"), strict=True)
    )
    widget._heard(widget, {"n": 1, "press": "foot0", "values": typed}, [])
    assert not widget.locked
    assert [json.loads(line)["high"] for line in lines(home)][:2] == [2, 500]


def test_running_the_gate_again_keeps_what_waits_below_it_alive():
    first = predictions(LESSON, questions())
    opened = []
    first.on_unlock(lambda: opened.append(1))
    score = first.score()
    again = predictions(LESSON, questions())
    lock(again)
    assert opened == [1] and not first.locked
    assert "1 of 2 truths" in score.words


def test_a_strip_shows_interval_guess_and_truth_in_words_and_marks():
    widget = predictions(LESSON, questions())
    score = widget.score()
    lock(widget)
    strips = [words(examine(svg)) for svg in drawings(score.markup)]
    assert "you: 0.1 to 2, guess 1 | ✓ truth: 0.34 %" in strips[0]
    assert "✗ truth: 295 users" in strips[1]


@given(
    st.one_of(st.none(), st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=3).map(sorted)),
    st.floats(-1e300, 1e300),
)
def test_any_prediction_and_truth_give_a_sound_strip(given_, truth):
    entry = given_ and dict(zip(("low", "guess", "high"), given_, strict=True))
    for dropped in (False, True):
        examine(strip(entry, truth, "s", dropped).markup())


def test_wilson_by_hand():
    # n = 10, 8 inside, z = 1.96: (0.8 + 0.19208 ± 1.96·sqrt(0.016 + 0.009604)) / 1.38416
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 3)[0] == 0
    assert wilson(3, 3)[1] == 1
    with pytest.raises(ValueError, match="5 of 3"):
        wilson(5, 3)


def test_the_curve_comes_with_twenty_predictions():
    assert "too few" in calibration.verdict([True] * 19)
    assert calibration.curve([True] * 19) is None
    assert "wider than they need to be" in calibration.verdict([True] * 20)
    assert "too narrow" in calibration.verdict([True, False] * 10)
    assert "agrees" in calibration.verdict([True] * 16 + [False] * 4)
    for hits in ([True] * 20, [False] * 20, [True, False] * 30):
        examine(calibration.curve(hits).markup())


def test_all_lessons_count_together(home):
    entries = []
    for number in range(19):
        name = {"lesson": f"lesson {number}", "question": "q"}
        entries.append({"kind": "prediction", "guess": 1, "low": 1, "high": 1, **name})
        entries.append({"kind": "outcome", "truth": 1, "inside": True, **name})
    prediction_file.append(entries)
    widget = predictions(LESSON, questions())
    lock(widget)
    bundle = widget.score().saved()
    assert "20 of 21 truths" in bundle["text/plain"]
    assert "How well your intervals hold" in saved_svg(bundle["text/html"])


def test_progress_tells_exports_and_deletes(home, tmp_path, capsys):
    assert progress_report.report() == 0
    said = capsys.readouterr().out
    assert "Nothing is recorded yet" in said
    assert "Begin with “01 · What is inference?”" in said
    widget = predictions(LESSON, questions())
    lock(widget)
    widget.score()
    data, copy = tmp_path / "out.json", tmp_path / "copy.jsonl"
    assert progress_report.report(json=data, export=copy) == 0
    assert "your intervals hold 1 of 2 truths" in capsys.readouterr().out
    rows = json.loads(data.read_text(encoding="utf-8"))["lessons"]
    assert [row["lesson"] for row in rows] == list(course.IDS)
    assert [row["inside"] for row in rows if row["state"] == "done"] == [1]
    path = home / "predictions.jsonl"
    assert copy.read_bytes() == path.read_bytes()
    assert (
        progress_report.report(export=copy, delete=True, yes=True) == 2
    )  # the copy exists: keep all
    assert path.exists()
    assert progress_report.report(delete=True) == 1
    assert path.exists()
    assert str(path) in capsys.readouterr().out
    assert progress_report.report(delete=True, yes=True) == 0
    assert not path.exists()
    assert progress_report.report(export=tmp_path / "none", delete=True) == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("no json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a record of this course"),
        ('{"kind": []}', "not a record of this course"),
        ('{"kind": "check", "lesson": 2}', "lesson is missing"),
        (
            '{"kind": "check", "lesson": "x", "points": 1' + "0" * 400 + "}",
            "points is not a number",
        ),
        ('{"kind": "check", "lesson": "x", "points": 7, "most": 6}', "7 of 6 points cannot be"),
        ('{"kind": "outcome", "lesson": "x", "question": "y", "truth": 1}', "inside is neither"),
    ],
)
def test_progress_reports_damage_and_goes_on(line, why, home, capsys):
    path = home / "predictions.jsonl"
    path.write_text(line + "\n")
    prediction_file.keep_check("02-roofline", 5, 8)
    assert progress_report.report() == 1
    said = capsys.readouterr().out
    assert f"Line 1 cannot be read ({why}" in said
    assert "5 of 8 points" in said
    assert path.read_text().startswith(line)


def test_records_that_cannot_be_read_are_told_in_one_line(home, capsys):
    (home / "predictions.jsonl").mkdir()
    assert progress_report.report() == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("anuman: Your records cannot be read and are left as they are: ")


def test_the_progress_is_that_of_the_newest_records(home):
    first, second, third = course.IDS[:3]
    asked = {"question": "q", "lesson": first}
    prediction_file.append(
        [
            {"kind": "prediction", "guess": 1, "low": 1, "high": 2, **asked},
            {"kind": "outcome", "truth": 3, "inside": False, **asked},
            {"kind": "drill", "row": 10, "question": "step_time", "lesson": second},
            {"kind": "shown", "lesson": "of-my-own"},
        ]
    )
    prediction_file.keep_check(third, 3, 10)
    prediction_file.keep_check(third, 8.5, 10)
    found = course_progress.read()
    assert [row.state for row in found.lessons[:4]] == ["done", "begun", "begun", ""]
    assert (found.last.lesson, found.ahead.lesson) == (third, third)
    assert [row.lesson for row in found.others] == ["of-my-own"]
    assert course_progress.said(found.lessons[1]) == "drill: ten in a row"
    assert course_progress.said(found.lessons[2]) == "8.5 of 10 points"
    assert "Self-checks: 8.5 of 10 points, assignments checked: 1 of 11." in (
        course_progress.summary(found)
    )


def test_the_calibration_curve_in_words_waits_for_twenty_predictions():
    assert course_progress.curve([True] * 19) == ""
    said = course_progress.curve([True, False] * 11)
    assert said.endswith("5: 60 %, 10: 50 %, 15: 53 %, 20: 50 %")


def test_a_page_to_print_needs_nothing_from_elsewhere_and_replaces_no_file(home, tmp_path, capsys):
    prediction_file.keep_check("04-kv-cache", 7, 10)
    page = tmp_path / "page.html"
    assert main(["progress", "--page", str(page), "--lang", "hi"]) == 0
    text = page.read_text(encoding="utf-8")
    assert "10 में से 7 अंक" in text
    assert "इस कंप्यूटर पर मापा गया" in text
    assert text.count("<tr>") == 1 + len(course.IDS)
    assert not re.search(r"(?:src|href)=|https?:|@import|url\(", text)
    assert main(["progress", "--page", str(page)]) == 2
    assert "exists already; name a new file" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == text


def test_a_self_check_is_remembered_and_shows_its_grade_although_that_fails(
    home, monkeypatch, capsys
):
    graded = self_check.Result("04-kv-cache", [self_check.Line("x", 7, 7, "")], {}, [], {})
    monkeypatch.setattr(self_check, "check", lambda path: graded)
    assert main(["check", "x", "--lang", "en"]) == 0
    assert course_progress.read().last.points == 7
    (home / "predictions.jsonl").unlink()
    (home / "predictions.jsonl").mkdir()
    assert main(["check", "x", "--lang", "en"]) == 0
    shown = capsys.readouterr()
    assert shown.out.count("04-kv-cache: 7 of 7 points") == 2
    assert "anuman check: This could not be saved" in shown.err
