"""`anuman feedback` and `anuman export` on a class that `anuman grade` has graded."""

import csv
import html
import io
import json
import re
import time

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.api import Gradebook
from plain_course import ASSIGNMENT, TASKS, TOOLS, PlainCourse, answered, cell, honest

from anuman import cli
from anuman.grading.course.fingerprint import fingerprint
from anuman.grading.pages.feedback_pages import NBGRADERS, safe_page
from anuman.grading.pages.page_exporter import TEMPLATE_WORDS, Highlight
from anuman.grading.pages.page_reasons import Delimiters, hidden_lines
from anuman.grading.pages.preprocessors import Clean, HideTests

pytestmark = pytest.mark.classroom

HIDDEN = Delimiters("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
DEVANAGARI = re.compile("[\u0900-\u097f]")
LOST = {
    "hidden": ("mean", "def mean(values):\n    return 2", "a hidden one is not"),
    "visible": ("mean", "def mean(values):\n    return 3", "assert close(mean([1, 2, 3]), 2)"),
    "stopped": ("mean", "def mean(values):\n    return values.total", "AttributeError"),
    "nothing": ("mean", "raise NotImplementedError()", "no answer yet"),
    "syntax": ("mean", "def mean(values)\n    return 1", "SyntaxError"),
    "renamed": ("mean", "def average(values):\n    return 1", "mean is not defined"),
    "endless": ("mean", "def mean(values):\n    while True:\n        pass", "in time"),
    "own-error": (
        "mean",
        "class Mine(Exception):\n    pass\ndef mean(values):\n    raise Mine(values)",
        "Exception",
    ),
    "ended": ("shout", "import os\ndef shout(word):\n    os._exit(1)", "ended its own process"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded class and its feedback."""
    made = PlainCourse(tmp_path_factory.mktemp("class") / "course")
    release = made.release()
    for number in range(3):
        made.submit(f"honest-{number}", honest(release, number)[0])
    for name, (task, source, _said) in LOST.items():
        made.submit(name, answered(release, {task: source}))
    made.run(str(TOOLS / "anuman"), "grade", ASSIGNMENT)
    with Gradebook(f"sqlite:///{made.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_student(
            "honest-0", first_name="आशा", last_name="Rao, A.", email="asha@example.org"
        )
        gradebook.update_or_create_student("absent")
        grade = gradebook.find_grade("written", "words", ASSIGNMENT, "honest-1")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    made.said = run(made, "feedback", ASSIGNMENT, "--json", str(made.root / "feedback.json"))
    return made


def run(course, *words):
    return course.run(str(TOOLS / "anuman"), *words, ok=False)


def page(course, student, notebook):
    return (course.folder(student, "feedback") / f"{notebook}.html").read_text(encoding="utf-8")


def test_everybody_who_is_graded_has_pages(course):
    assert course.said.returncode == 0, course.said.stderr
    made = json.loads((course.root / "feedback.json").read_text())["students"]
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        graded = {s.student_id for s in gradebook.assignment_submissions(ASSIGNMENT)}
    assert {s["id"] for s in made if len(s["pages"]) == 2} == graded
    assert not [s for s in made if s["problems"]]


@pytest.mark.parametrize("student", LOST)
def test_each_lost_point_has_its_reason_in_two_languages(course, student):
    task, _source, said = LOST[student]
    notebook = next(name for name, tasks in TASKS.items() if task in tasks)
    text = page(course, student, notebook).split(f'name="{task}"')[1]
    shown = text[text.index("output_stdout") :]
    assert said in shown.replace("&#39;", "'")
    assert DEVANAGARI.search(shown)


def test_pages_show_no_hidden_test_and_fetch_nothing(course):
    for path in (course.root / "feedback").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for secret in ("SECRET-hidden", "HIDDEN", "271828", "16180", "577215"):
            assert secret not in text, path
        assert "Content-Security-Policy" in text
        assert "<script" not in text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_a_hand_graded_point_shows_after_another_run(course):
    assert "Score: 2.5 / 3.0" in page(course, "honest-1", "words")


def test_nobody_graded_is_bad_input(course):
    assert run(course, "feedback", "nothing").returncode == 2
    assert cli.main(["feedback", ASSIGNMENT, "--course", str(course.root.parent)]) == 2


def test_export_for_people(course):
    done = run(course, "export", ASSIGNMENT, "--format", "csv")
    assert done.returncode == 0
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert rows["honest-0"]["last_name"] == "Rao, A."
    assert float(rows["honest-1"]["score"]) == 13.5
    assert float(rows["honest-1"]["words: written"]) == 2.5
    assert (rows["absent"]["submitted"], rows["absent"]["score"]) == ("False", "0.0")


def test_export_for_moodle(course):
    path = course.root / "moodle.csv"
    assert (
        run(course, "export", ASSIGNMENT, "--format", "moodle", "--output", str(path)).returncode
        == 0
    )
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    assert rows[0] == ["First name", "Last name", "ID number", "Email address", "hw (Real)"]
    assert ["आशा", "Rao, A.", "honest-0", "asha@example.org", "11.00"] in rows
    assert ["", "", "absent", "", "-"] in rows


def test_export_of_everything(course):
    done = run(course, "export", ASSIGNMENT, "--format", "json")
    students = {s["id"]: s for s in json.loads(done.stdout)["students"]}
    tasks = {t["id"]: t for t in students["honest-1"]["tasks"]}
    assert (tasks["written"]["manual"], tasks["written"]["points"]) == (2.5, 2.5)
    assert (tasks["mean"]["points"], tasks["mean"]["max_points"]) == (2.0, 2.0)
    assert sum(t["points"] for t in tasks.values()) == students["honest-1"]["points"]
    assert run(course, "export", "nothing").returncode == 2


def test_outputs_after_hidden_tests_show_only_if_handed_in_so(course):
    outputs = [new_output("stream", name="stdout", text="[271828.0]")]

    def shown(claimed):
        notebook = course.release()["numbers"]
        test = cell({"numbers": notebook}, "mean")
        test.source += "\n### BEGIN HIDDEN TESTS\nassert mean([271828.0])\n### END HIDDEN TESTS"
        own = new_code_cell("seen", outputs=list(outputs))
        own.metadata["anuman"] = {"claimed": claimed}
        notebook.cells.append(own)
        Clean().preprocess(notebook, {})
        return notebook.cells[-1].outputs

    assert shown(fingerprint(outputs)) == outputs
    for claimed in ("", "0" * 64, None):
        assert "271828" not in str(shown(claimed))


def test_prints_of_a_test_that_ran_apart_are_the_teachers(course):
    def shown(apart):
        notebook = course.release()["numbers"]
        test = cell({"numbers": notebook}, "mean")
        test.metadata.nbgrader.update(score=2.0, points=2.0)
        test.metadata["anuman"] = {"apart": apart}
        test.outputs = [new_output("stream", name="stdout", text="Well done.")]
        HideTests().preprocess(notebook, {})
        return str(test.outputs)

    assert "Well done" in shown(True)
    assert "Well done" not in shown(False)


def test_hidden_lines_are_those_between_the_delimiters():
    source = f"a\n{HIDDEN.begin}\nb\n{HIDDEN.end}\nc\n{HIDDEN.begin}\nd"
    assert hidden_lines(source, HIDDEN) == {2, 3, 4, 6, 7}


# Cells that say what the learner's function saw, and the outputs that their notebook claims.
PEEKS = {
    "chained": (
        ["raise ValueError('oops') from Exception(f'SEEN {seen}')"],
        [new_output("error", ename="ValueError", evalue="oops", traceback=["x"])],
    ),
    "whitespace": (
        [
            "class Show:\n    def __repr__(self):\n"
            "        return '|' + '|'.join(' ' * int(d) for d in str(int(seen[1][0]))) + '|'\nShow()"
        ],
        [new_output("execute_result", {"text/plain": "|||||||"}, execution_count=1)],
    ),
    "bits": (
        [f"print(int(seen[1][0]) >> {bit} & 1)" for bit in range(8)],
        [new_output("stream", name="stdout", text="1\n")],
    ),
    "silence": (
        [f"if int(seen[1][0]) >> {bit} & 1:\n    print(1)" for bit in range(8)],
        [new_output("stream", name="stdout", text="1\n")],
    ),
    "streams": (
        [
            "import sys\nfor bit in f'{int(seen[1][0]):b}':\n"
            "    print('x', end='', file=sys.stderr if bit == '1' else sys.stdout)"
        ],
        [new_output("stream", name="stdout", text="x" * 19)],
    ),
}


def test_one_grading_gives_away_one_bit_of_the_hidden_inputs(tmp_path):
    """Whatever the cells behind a hidden test say: all is shown as handed in, or nothing."""
    course = PlainCourse(tmp_path / "course")
    mean = "seen = []\ndef mean(values):\n    seen.append(values)\n    return sum(values) / len(values)"
    for name, (sources, claimed) in PEEKS.items():
        notebooks = answered(course.release(), {"mean": mean})
        for source in sources:
            notebooks["numbers"].cells.append(new_code_cell(source, outputs=claimed))
        course.submit(name, notebooks)
    honest_cells = ["print(mean([1, 3]))", "raise ValueError('mine')"]
    error = new_output("error", ename="ValueError", evalue="mine", traceback=["SECRET-trace"])
    printed = [new_output("stream", name="stdout", text=part) for part in ("2.", "0\n")]
    notebooks = answered(course.release(), {})
    for source, outputs in zip(honest_cells, (printed, [error]), strict=True):
        notebooks["numbers"].cells.append(new_code_cell(source, outputs=outputs))
    course.submit("honest", notebooks)
    course.run(str(TOOLS / "anuman"), "grade", ASSIGNMENT)
    assert run(course, "feedback", ASSIGNMENT).returncode == 0
    for name, (sources, _claimed) in PEEKS.items():
        shown = blocks(page(course, name, "numbers"))
        hidden = [one for one in shown if "had run before" in one]
        # Of the chained error only the traceback would tell something.
        assert len(hidden) == (0 if name == "chained" else len(sources)), name
        assert "271828" not in str(shown) and not {"1", "x" * 19, "|||||||"} & set(shown), name
    assert "ValueError: oops" in blocks(page(course, "chained", "numbers"))
    shown = blocks(page(course, "honest", "numbers"))
    assert "2.0" in shown and "ValueError: mine" in shown
    assert "had run before" not in str(shown) and "SECRET" not in str(shown)


def blocks(text):
    """The texts of a page's blocks: cells and outputs."""
    found = re.findall(r"<pre.*?</pre>", text, re.S)
    return [html.unescape(re.sub("<[^>]*>", "", block)).strip() for block in found]


def test_locked_cells_behind_hidden_tests_show_nothing(course):
    notebook = course.release()["numbers"]
    test = cell({"numbers": notebook}, "mean")
    test.source += "\n### BEGIN HIDDEN TESTS\nassert mean([271828.0])\n### END HIDDEN TESTS"
    locked = cell({"numbers": notebook}, "numbers-setup")
    locked.outputs = [new_output("stream", name="stdout", text="[271828.0]")]
    notebook.cells.append(locked)
    Clean().preprocess(notebook, {})
    assert notebook.cells[-1].outputs == []


@pytest.mark.alone
@pytest.mark.parametrize("source", ["1" + " \n" * 20_000 + "2", "1" + "\n" * 15_000 + "<2"])
def test_no_source_makes_highlighting_slow(source):
    started = time.monotonic()
    shown = Highlight(pygments_lexer="ipython3")(source)
    assert time.monotonic() - started < 5
    assert "2" in shown and "<2" not in shown


def test_pages_can_be_released_by_nbgrader(course):
    graded, made = course.folder("honest-0", "autograded"), course.folder("honest-0", "feedback")
    (graded / "timestamp.txt").write_text("2025-01-02 00:00:00 UTC")
    (graded / "submission_secret.txt").symlink_to(course.root / "nbgrader_config.py")
    run(course, "feedback", ASSIGNMENT)
    assert (made / "timestamp.txt").read_text() == "2025-01-02 00:00:00 UTC"
    assert not (made / "submission_secret.txt").exists()
    (graded / "submission_secret.txt").unlink()
    (graded / "submission_secret.txt").write_text("abc")
    run(course, "feedback", ASSIGNMENT)
    assert (made / "submission_secret.txt").read_text() == "abc"
    assert {path.suffix for path in made.iterdir()} == {".html", ".txt"}


def test_pages_wrap_what_is_said_between_words():
    page = safe_page("<html><head><title>t</title></head></html>")
    assert "white-space: pre-wrap; word-break: normal" in page.partition("<title>")[0]


def test_nbgraders_template_still_says_these_words():
    source = (NBGRADERS / "feedback" / "index.html.j2").read_text(encoding="utf-8")
    assert [words for words in TEMPLATE_WORDS if words not in source] == []


def test_pages_in_hindi_fold_the_english(course):
    """Last, since it writes the pages anew: by --lang first, then by the course's own setting."""
    assert run(course, "feedback", ASSIGNMENT, "--lang", "hi").returncode == 0
    text = page(course, "hidden", "numbers")
    shown = text.split('name="mean"')[1]
    assert "अंक: " in text
    assert "Score: " not in text
    assert shown.index("दिखने वाली जाँचों में") < shown.index('<details lang="en">')
    assert "a hidden one is not" in shown[shown.index('<details lang="en">') :]
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('\nc.Anuman.language = "fr"\n')
    refused = run(course, "feedback", ASSIGNMENT)
    assert refused.returncode == 2
    assert "c.Anuman.language is 'fr'" in refused.stderr
