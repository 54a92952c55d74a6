"""What one submission, or a course's own settings, may hold: limits, timestamps, excluded students."""

import json
import sys

import nbformat
import pytest
from class_runs import grade, hand_in
from plain_course import ASSIGNMENT, POINTS, RIGHT, answered, cell

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


def test_a_submission_that_cannot_be_read_is_the_only_one_that_fails(course, monkeypatch):
    from anuman.grading.course import intake
    from anuman.grading.grade import grade_course

    expected = hand_in(course, 2)
    (course.folder("s0") / "timestamp.txt").write_text("9" * 37 + "01h")
    read = intake.Intake.timestamp

    def broken(self):
        if "timestamp.txt" not in self.files:
            raise RuntimeError("a fault of ours")
        return read(self)

    monkeypatch.setattr(intake.Intake, "timestamp", broken)
    first, second = grade_course(course.root, ASSIGNMENT, workers=1).students
    assert first.status == "graded" and "holds no time" in first.notes[0]
    assert second.status == "failed" and "a fault of ours" in second.notes[0]
    assert course.points() == {"s0": expected["s0"]}


@pytest.mark.parametrize("stated", ["9" * 37 + "01h", "2025-01-01 00:00:00 \x00", "1e999999", "٣"])
def test_a_timestamp_of_nonsense_is_a_note(tmp_path, stated):
    import warnings

    from anuman.grading.course.intake import Intake

    (tmp_path / "timestamp.txt").write_text(stated)
    read = Intake(str(tmp_path), [])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read.timestamp() is None or not read.notes


def test_many_files_that_are_left_out_make_few_notes(tmp_path):
    from anuman.grading.course.intake import Intake

    for number in range(50):
        (tmp_path / f"link-{number}").symlink_to("nowhere")
    notes = Intake(str(tmp_path), []).notes
    assert len(notes) == 21 and notes[-1] == "30 more files are left out."


def test_the_teachers_files_beside_the_learners(course):
    """Clashing paths are the teacher's; a file that is not overwritten is the learner's own."""
    source = course.root / "source" / ASSIGNMENT
    (source / "data").mkdir()
    (source / "data" / "a.txt").write_text("teacher")
    (source / "list.txt").write_text("teacher")
    (source / "own.txt").write_text("teacher")
    (source / "absent.txt").write_text("teacher")
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(
            f"\nc.Autograde.exclude_overwriting = {{{ASSIGNMENT!r}: ['own.txt', 'absent.txt']}}\n"
        )
    notebooks = answered(
        course.release(), {"mean": f"print(open('own.txt').read())\n{RIGHT['mean']}"}
    )
    course.submit("s0", notebooks)
    folder = course.folder("s0")
    (folder / "data").write_text("learner")
    (folder / "list.txt").mkdir()
    (folder / "list.txt" / "a").write_text("learner")
    (folder / "own.txt").write_text("learner")
    result = grade(course, ok=False)["s0"]
    assert result["status"] == "graded" and course.points() == {"s0": POINTS}
    assert len(result["notes"]) == 2 and "data is left out" in result["notes"][0]
    graded = course.folder("s0", "autograded")
    texts = {name: (graded / name).read_text() for name in ("data/a.txt", "list.txt", "own.txt")}
    assert texts == {"data/a.txt": "teacher", "list.txt": "teacher", "own.txt": "learner"}
    assert not (graded / "absent.txt").exists()
    ran = cell({"n": nbformat.read(graded / "numbers.ipynb", 4)}, "mean-answer")
    assert ran.outputs[0].text == "learner\n"


@pytest.mark.parametrize(
    ("setting", "seconds"),
    [
        ("c.Execute.timeout = -1", 600),
        ("c.Execute.timeout = None", 600),
        ("c.ExecutePreprocessor.timeout = 7", 7),
        ("c.Execute.timeout = 8; c.GradeSettings.cell_seconds = 9", 9),
        ("", 30),
    ],
)
def test_limits_are_those_of_nbgraders_settings(tmp_path, setting, seconds):
    from anuman.grading.course import settings
    from anuman.grading.course.folder import Course as OnDisk

    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{setting}\n")
    assert settings.rules(OnDisk(tmp_path).place, (), isolate=True).cell_s == seconds


def test_a_setting_of_the_wrong_kind_is_named(tmp_path):
    from anuman.grading.course import settings
    from anuman.grading.course.errors import BadCourse
    from anuman.grading.course.folder import Course as OnDisk

    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 'long'\n")
    with pytest.raises(BadCourse, match="timeout"):
        settings.rules(OnDisk(tmp_path).place, (), isolate=True)


def test_students_that_the_course_excludes(tmp_path):
    from anuman.grading.course.folder import Course as OnDisk

    for student in ("ann", "bob", "test-1", "test-2"):
        (tmp_path / "submitted" / student / ASSIGNMENT).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.student_id_exclude = 'bob, test-*'\n"
    )
    assert [one.student for one in OnDisk(tmp_path).submissions(ASSIGNMENT, "*")] == ["ann"]


def test_a_course_needs_no_settings_file(course, monkeypatch):
    from anuman import paths
    from anuman.grading.course import settings
    from anuman.grading.course.folder import Course as OnDisk

    (course.root / "nbgrader_config.py").unlink()
    (course.root / "gradebook.db").unlink()
    monkeypatch.chdir(course.root)
    assert paths.nbgrader_course() == course.root
    assert settings.rules(OnDisk(course.root).place, (), isolate=True).cell_s == 30
    monkeypatch.chdir(course.root.parent)
    assert paths.nbgrader_course() == paths.course_root()


def test_tests_that_the_teachers_own_answers_fail_are_named(course, tmp_path):
    hand_in(course, 2)
    grade(course)
    assert json.loads((tmp_path / "result.json").read_text("utf-8"))["doubts"] == []
    path = course.root / "source" / ASSIGNMENT / "words.ipynb"
    notebook = nbformat.read(path, 4)
    cell({"words": notebook}, "stack").source = "assert len(Stack()) == 0  # cannot run apart"
    nbformat.write(notebook, path)
    course.run("nbgrader", "generate_assignment", ASSIGNMENT, "--force")
    grade(course, "--force", ok=False)  # the notes say what cannot cross
    (doubt,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["doubts"]
    assert doubt.startswith("words/stack: ")
    assert "teacher's own source" in course.done.stdout
    assert "len()" in doubt
