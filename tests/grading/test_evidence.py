"""How tests are run is what the teacher's own answers show, and the grader's own failure is nobody's zero."""

import dataclasses
import os
import signal
import sys
import threading
import time

import psutil
import pytest
from engine import RULES, answer, cell_of_test, error, graded, locked, submitted

from anuman.grading import evidence, worker
from anuman.grading.course.errors import BadCourse
from anuman.grading.course.template import as_template
from anuman.grading.course.work import APART, BY_EVIDENCE, TEST, TOGETHER, Submission
from anuman.grading.records.graded_notebook import as_notebook
from anuman.grading.running.zygotes import SEEN_AS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")


@pytest.fixture(scope="module", autouse=True)
def zygotes():
    yield
    worker.close()


def assignment(*tests, setup="", solution="", forced=""):
    """A locked cell, an answer and tests t0, t1, ...; the teacher's notebook as a file."""
    cells = [locked(setup), answer()]
    cells += [cell_of_test(text, f"t{number}") for number, text in enumerate(tests)]
    cells[-1].forced = forced
    source = submitted(("setup", setup), ("answer", solution))
    return as_template("nb", cells, {"answer": solution}), source


def handed(template, content):
    return worker.grade(Submission("ada", (template,), {"nb.ipynb": content}, {}, RULES))


def gathered(*tests, setting=BY_EVIDENCE, **how):
    template, source = assignment(*tests, **how)
    found = evidence.gather(
        (template,), setting, lambda made: handed(made[0], source), ("anuman.check",)
    )
    return found, found.templates[0]


def verdicts(template, source):
    """Whether each test passes for a learner with this answer."""
    outcome = handed(template, submitted(("setup", template.cells[0].source), ("answer", source)))
    return [error(c.outputs) is None for c in outcome.notebooks[0].cells if c.role == TEST]


SORTS = "def order(v):\n    v.sort()"
CHANGED = "v = [2, 1]\norder(v)\nassert v == [1, 2]"


def test_only_what_fails_apart_runs_together():
    found, template = gathered("assert order([]) is None", CHANGED, solution=SORTS)
    assert found.together == ["nb/t1"] and found.failed == {}
    assert verdicts(template, "def order(v):\n    v[:] = sorted(v)") == [True, True]
    assert verdicts(template, "def order(v):\n    pass") == [True, False]


def test_a_test_brings_what_it_needs_of_those_above_it():
    helper = "def low(v):\n    return min(v)\nassert low([2, 1]) == 1"
    found, template = gathered(helper, CHANGED + "\nassert low(v) == v[0]", solution=SORTS)
    assert found.together == ["nb/t1"] and "def low" in template.cells[-1].helpers
    made = "v = [2, 1]\norder(v)"
    found, _template = gathered(made, "assert v == [1, 2]", solution=SORTS)
    assert found.together == ["nb/t0", "nb/t1"] and found.failed == {}


@pytest.mark.parametrize(
    ("given", "mine", "right"),
    [
        ("io.StringIO('a\\nb')", "sum(1 for _ in v)", "len(v.readlines())"),
        ("P(1, 1)", "sum(v)", "v.x + v.y"),
        ("Counter('aa')", "v['a']", "v.most_common(1)[0][1]"),
    ],
)
def test_an_argument_keeps_what_another_right_answer_may_ask_of_it(given, mine, right):
    needs = "import io\nfrom collections import Counter, namedtuple\nP = namedtuple('P', 'x y')"
    solve = "def f(v):\n    return {}".format
    _found, template = gathered(f"assert f({given}) == 2", setup=needs, solution=solve(mine))
    assert verdicts(template, solve(right)) == [True]


@pytest.mark.parametrize("how", [{"setting": APART}, {"forced": APART}])
def test_apart_is_apart_whatever_the_answers_show(how):
    found, _template = gathered(CHANGED, solution=SORTS, **how)
    assert found.together == [] and ("nb", "t0") in found.failed


@pytest.mark.parametrize("how", [{"setting": TOGETHER}, {"forced": TOGETHER}])
def test_together_is_together_where_the_teacher_says_so(how):
    found, _template = gathered("assert order([]) is None", solution=SORTS, **how)
    assert found.together == ["nb/t0"]


def test_a_checker_that_does_nothing_in_a_learners_process_is_never_run_there():
    test = "import anuman.check\nanuman.check.anything()"
    found, _template = gathered(test, solution="pass")
    assert found.together == [] and found.failed


def test_what_the_answers_fail_in_either_way_stays_apart_and_is_named():
    found, _template = gathered("assert order([2, 1]) == [1, 2]", solution=SORTS)
    assert found.together == [] and list(found.failed) == [("nb", "t0")]


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("import no_such_package_here as p", "No module named 'no_such_package_here'"),
        ("rows = open('/srv/no/such.csv').read()", "c.GradeSettings.shown"),
    ],
)
def test_a_locked_cell_that_cannot_run_here_is_named_before_anybody_is_graded(setup, said):
    with pytest.raises(BadCourse, match="the cell setup stops with") as refused:
        gathered(
            "assert f() == 1", setup=setup, solution="def f():\n    return 1 if rows or p else 0"
        )
    assert said in str(refused.value) and "Nothing was graded" in str(refused.value)


def test_what_a_test_prints_in_a_learners_process_reaches_no_page():
    from anuman.grading.pages.preprocessors import checker_said

    forged = "class F:\n    def __len__(self):\n        print('t0: 1 of 1 points\\nSECRET')\n        return 1"
    template, _source = assignment("assert len(F()) == 1", forced=TOGETHER, solution=forged)
    chosen = evidence.unseen((template,), BY_EVIDENCE).templates[0]
    outcome = handed(chosen, submitted(("answer", forged)))
    (test,) = [c for c in as_notebook(outcome.notebooks[0], "").cells if "SECRET" in str(c.outputs)]
    assert test.metadata.anuman == {"together": True} and checker_said(test) == ""


@pytest.mark.parametrize("stated", ["0.123456789", "0.12"])
def test_points_that_a_learners_process_states_are_hundredths(stated):
    template, _source = assignment("points()", forced=TOGETHER)
    chosen = evidence.unseen((template,), BY_EVIDENCE).templates[0]
    outcome = handed(chosen, submitted(("answer", f"def points():\n    return {stated}")))
    (result,) = as_notebook(outcome.notebooks[0], "").cells[-1].outputs
    assert result.data["text/plain"] == "0.12"


@pytest.mark.slow
@pytest.mark.parametrize("which", ["learners", "tests"])
def test_a_killed_zygote_leaves_the_submission_ungraded_and_the_next_is_graded(which):
    cells = [answer(), cell_of_test("import time\ntime.sleep(4)\nassert f(1) == 1", "t")]
    content, outcomes = submitted(("answer", "def f(x):\n    return x")), []
    worker.warm()
    thread = threading.Thread(target=lambda: outcomes.append(graded(cells, content)))
    thread.start()
    time.sleep(2)
    everyone = psutil.Process().children(recursive=True)
    alive = [p for p in everyone if p.status() != psutil.STATUS_ZOMBIE]
    found = [p for p in alive if SEEN_AS in p.cmdline()]
    first = [p for p in found if p.parent().pid == os.getpid()]
    victims = first if which == "learners" else [p for p in found if p.parent() in first]
    assert victims, "nothing to attack"
    victims[0].send_signal(signal.SIGKILL)
    thread.join()
    assert outcomes[0].problem or outcomes[0].doubtful
    again = graded(cells, content)
    assert again.problem is None and error(again.notebooks[0].cells[-1].outputs) is None


def test_a_process_that_ends_is_doubtful_and_one_that_we_end_for_its_memory_is_not():
    cells = [answer(), cell_of_test("assert f() == 1", "t")]
    ended = graded(cells, submitted(("answer", "def f():\n    import os\n    os._exit(0)")))
    assert ended.doubtful and ended.problem is None
    small = dataclasses.replace(RULES, memory=400 << 20)
    hog = "import numpy as np, os, time\nkept = [np.ones(2 ** 24)]\nfor _ in range(4):\n    if os.fork() == 0:\n        kept.append(np.ones(2 ** 24))\n        time.sleep(30)\ntime.sleep(30)"
    assert not graded(cells, submitted(("answer", hog)), rules=small).doubtful


def test_memory_that_processes_share_counts_once():
    shares = "import numpy as np, os, time\nkept = np.ones(2 ** 24)\npids = []\nfor _ in range(4):\n    pids.append(os.fork())\n    if pids[-1] == 0:\n        time.sleep(1)\n        os._exit(int(kept[0]))\ncodes = [os.waitpid(p, 0)[1] >> 8 for p in pids]"
    cells = [answer(), cell_of_test("assert codes == [1] * 4", "t")]
    small = dataclasses.replace(RULES, memory=400 << 20)
    template = as_template("nb", cells, {"answer": "codes = []"})
    work = Submission("ada", (template,), {"nb.ipynb": submitted(("answer", shares))}, {}, small)
    outcome = worker.grade(work)
    assert error(outcome.notebooks[0].cells[-1].outputs) is None, outcome
