"""Whose a name is: the teacher's helpers cannot be replaced, the learner's answers always count."""

import dataclasses
import json
import sys

import pytest
from engine import RULES, answer, cell_of_test, error, locked, submitted

from anuman.grading import worker
from anuman.grading.course import bindings
from anuman.grading.course.template import as_template
from anuman.grading.course.work import LEARNER, TEST, Cell, Submission

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]

CLOSE = "def close(a, b):\n    return abs(a - b) < 1e-9"
LIAR = "def close(a, b):\n    return True\ndef sq(x):\n    return 0"
SQUARE = "def sq(x):\n    return x * x"
ASKED = "assert close(sq(3), 9)"
PLAIN = "the teacher's unlocked cell"  # its id


@pytest.fixture(scope="session", autouse=True)
def zygotes():
    yield
    worker.close()


def errors(cells, handed_in, solutions=None, rules=RULES):
    """Error of each test (None: passed), as `anuman grade` would run them; notes in errors.notes."""
    template = as_template("nb", cells, solutions or {})
    notebook = json.loads(submitted(*((name, text) for name, text in handed_in)))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == PLAIN:
            cell["id"], cell["metadata"] = PLAIN, {}
    content = json.dumps(notebook).encode()
    outcome = worker.grade(Submission("ada", (template,), {"nb.ipynb": content}, {}, rules))
    assert outcome.problem is None
    errors.notes = outcome.notes
    return [error(cell.outputs) for cell in outcome.notebooks[0].cells if cell.role == TEST]


def plain(source):
    return Cell(LEARNER, "code", source, id=PLAIN)


def one_answer(source, *tests, setup="", above=None, own=None, **how):
    """A locked cell, an answer, tests; perhaps an unlocked cell above, and one of the learner's own."""
    cells = [*([plain(above)] if above is not None else []), locked(setup), answer()]
    cells += [cell_of_test(text, f"test-{number}") for number, text in enumerate(tests)]
    changed = how.pop("changed", above)
    handed_in = [(PLAIN, changed)] if changed is not None else []
    handed_in += [(None, own)] if own else []
    handed_in += [("setup", setup), ("answer", source)]
    handed_in += [(f"test-{number}", text) for number, text in enumerate(tests)]
    return errors(cells, handed_in, **how)


@pytest.mark.parametrize(
    ("how", "tests"),
    [
        ({"setup": CLOSE}, [ASKED]),
        ({"setup": CLOSE, "own": "a = 7 ** 6000"}, [ASKED]),
        ({"setup": CLOSE, "own": "a = []; a.append(a)"}, [ASKED]),
        ({"setup": CLOSE, "own": "import numpy\na = numpy.zeros(30_000_000)"}, [ASKED]),
        ({"above": CLOSE}, [ASKED]),
        ({"above": CLOSE, "changed": None}, [ASKED]),
        ({"above": CLOSE, "changed": ""}, [ASKED]),
        ({"setup": "LIMIT = 5", "own": "LIMIT = 100"}, ["assert sq(3) + 77 <= LIMIT"]),
        ({}, [f"assert sq(1) == 1\n{CLOSE}", ASKED]),
        ({}, ["assert sq(1) == 1\nfrom math import isclose as close", ASKED]),
    ],
)
def test_helpers_are_the_teachers(how, tests):
    found = one_answer(LIAR, *tests, **how)
    assert all(found), found


def test_helpers_are_there_again_after_the_tests_process_was_lost():
    liar = f"{LIAR}\ndef divisors(n):\n    return range(10 ** 12)"
    quick = dataclasses.replace(RULES, cell_s=1)
    tests = ["assert sum(divisors(6)) == 12", ASKED]
    assert all(one_answer(liar, *tests, setup=CLOSE, rules=quick))
    right = f"{SQUARE}\ndef divisors(n):\n    return range(10 ** 12)"
    assert one_answer(right, *tests, setup=CLOSE, rules=quick)[1] is None


@pytest.mark.parametrize(
    ("source", "test", "how"),
    [
        (SQUARE, ASKED, {"above": CLOSE}),
        (SQUARE, ASKED, {"above": CLOSE, "changed": None}),
        (SQUARE, "for x in range(3): assert sq(x) == x * x", {"own": "x = 7 ** 6000"}),
        ("pass", "assert g(2) == 4", {"above": "def g(v):\n    pass", "changed": "def g(v):\n    return 2 * v"}),
        ("pass", "assert C().m() == 3", {"above": "class C: pass", "changed": "class C:\n    def m(self): return 3"}),
        ("pass", "assert name == 'Ann'", {"above": "name = ''", "changed": "name = 'Ann'"}),
        ("prices.sort()", "assert prices == [1, 2, 3]", {"above": "prices = [3, 1, 2]", "solutions": {"answer": "prices.sort()"}}),
        ("count += 5", "assert count == 5", {"above": "count = 0", "solutions": {"answer": "count += 5"}}),
        ("def f():\n    return st.mean([1, 2])", "assert f() == st.mean([1, 2])", {"above": "%precision 3\nimport statistics as st"}),
        ("import numpy as np\ndata = np.zeros((3000, 2000))", "assert data.shape == (3000, 2000)", {}),
        ("def compose(f, g):\n    return lambda x: f(g(x))", "assert compose(lambda x: x + 1, lambda x: 2 * x)(3) == 7", {}),
        ("def keep(f):\n    return lambda g: f", "assert keep(lambda: 'f')(lambda: 'g')() == 'f'", {}),
        ("class P: pass\ndef same(p):\n    return p", "p = P()\nassert same(p) is p", {}),
        ("def f():\n    'What it does.'", "assert f.__doc__ == 'What it does.'", {}),
        (  # what a function was given, and what a decorator gives
            "def count(f):\n    def g(x):\n        g.calls += 1\n        return f(x)\n    g.calls = 0\n    return g\n"
            "def sq(x): return x * x\nsq = count(sq)\ndef reset(): sq.calls = 0\nsq.reset = reset",
            "assert sq(3) == 9 and sq.calls == 1\nsq.reset()\nassert sq.calls == 0\nh = count(lambda x: -x)\nassert h(3) == -3 and h.calls == 1",
            {},
        ),
    ],
)  # fmt: skip
def test_honest_answers_pass(source, test, how):
    assert one_answer(source, test, **how) == [None]


@pytest.mark.parametrize("fixture", ["locked", "test"])
def test_what_a_locked_cell_or_a_test_binds_is_no_learners_even_where_an_answer_binds_it(fixture):
    line = "truth = 9"
    first = locked(line) if fixture == "locked" else cell_of_test(line, "t0")
    cells = [
        answer("", "first"),
        first,
        answer("", "second"),
        cell_of_test("assert sq(3) == truth", "t1"),
    ]
    liar = [("first", "def sq(x):\n    return 0"), (None, "truth = 0"), ("second", "truth = 0")]
    right = [("first", SQUARE), (None, "truth = 0"), ("second", "truth = 0")]
    solutions = {"first": SQUARE, "second": "truth = sq(3)"}
    assert errors(cells, liar, solutions)[-1] is not None
    assert errors(cells, right, solutions)[-1] is None


MODULES = """def np(): pass
np.arange = np.ones = lambda *a: 0
np.isclose = lambda *a: True
np.testing = lambda: 0
np.testing.assert_allclose = lambda *a: None
def f(x): return 'no idea'"""
NUMPY_TEST = (
    "np.testing.assert_allclose(f(np.arange(3.0)), 3.0)\nassert np.isclose(f(np.ones(2)), 3.0)"
)


@pytest.mark.parametrize(
    "line", ["s = np.sort(x)", "s = np.append(x, 1)", "np.random.seed(0)", "np.x = 1"]
)
@pytest.mark.parametrize("imported", ["locked", "unlocked", "in the answer"])
def test_a_module_is_never_a_learners(imported, line):
    where = {"locked": {"setup": "import numpy as np"}, "unlocked": {"above": "import numpy as np"}}
    solution = f"def f(x):\n    {line}\n    return 3.0"
    if imported == "in the answer":
        solution = f"import numpy as np\n{solution}"
    how = {**where.get(imported, {}), "solutions": {"answer": solution}}
    assert one_answer(MODULES, NUMPY_TEST, **how) != [None]
    assert one_answer("import numpy as np\n" + solution, NUMPY_TEST, **how) == [None]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a[0] = 1\nb.x.y += 1\nc[1].append(2)", "a b c"),
        ("def f(A, *args):\n    A[0] = 1\n    args.sort()", ""),
        ("def f(A):\n    B = A.copy()\n    B[0] -= 1\n    return [c.pop() for c in B]", ""),
        ("def f():\n    G[0] = 1", "G"),
        ("def f():\n    global G\n    G = []\n    G.append(1)", "G"),
        ("def f():\n    def g():\n        nonlocal n\n        n.append(1)\n    n = []", ""),
        ("key = lambda v: v.sort()\nother = lambda: w.sort()", "w"),
        ("class C:\n    seen = []\n    seen.append(1)", ""),
    ],
)
def test_only_global_names_are_changed_in_place(source, names):
    assert bindings.changed(source) == set(names.split())


@pytest.mark.parametrize(
    ("source", "tests"),
    [
        (  # the end of the test's own iterator, let through by the learner
            "def ask(read):\n    if read() == '1': return 3\n    while True: read()",
            ["assert all(map(lambda c, t: ask(iter(c).__next__) == t, [['2', '3']], [5]))"],
        ),
        (  # and kept for a later test
            "def drain(read):\n    try:\n        while True: read()\n    except BaseException: pass\n"
            "def sq(x):\n    if x == 3: return 9\n    raise StopIteration",
            ["it = iter([1, 2])\ndrain(lambda: next(it))\nassert 0", "assert all(map(lambda x: sq(x) == x * x, [3, 4]))"],
        ),
        (  # a text that is not what runs
            "def f(a):\n    return a\nf = lambda a: sorted(a)\nf.__name__ = 'f'",
            ["import inspect\nassert 'sorted' not in inspect.getsource(f)"],
        ),
        ("def f(r):\n    return r", ["assert f.__doc__"]),
        (  # what only the teacher's answer imports
            "class np:\n    class testing:\n        assert_equal = print\ndef f(x):\n    return 0",
            ["np.testing.assert_equal(f(2), 4)"],
        ),
        *(  # what answers as an array would
            (liar, ["u = f(9)\nassert u.size == 9 and u.sum() == 36 and isinstance(u.max(), object)"])
            for liar in (
                "def f(n):\n    def u(): pass\n    u.size, u.sum, u.max = n, lambda: 36, lambda: 8\n    return u",
                "def f(n): return f\nf.size, f.sum, f.max = 9, lambda: 36, lambda: 8",
                "def f(n):\n    class U:\n        size, sum, max = n, lambda: 36, lambda: 8\n    return U",
                "class U:\n    def __init__(self, n): self.size = n\n    def sum(self): return 36\n    def max(self): return 8\n"
                "    def __call__(self): pass\ndef f(n): return U(n)",
            )
        ),
    ],
)  # fmt: skip
def test_what_is_not_earned(source, tests):
    assert all(one_answer(source, *tests, solutions={"answer": "import numpy as np"}))


def test_what_the_teachers_answer_imports_is_there():
    solution = {"answer": "from math import isclose\nimport numpy as np"}
    test = "assert isclose(sq(3), 9) and np.isclose(sq(2), 4)"
    assert one_answer(SQUARE, test, solutions=solution) == [None]


def test_the_author_hears_what_cannot_be_seen_here():
    source = "class P:\n    def __eq__(self, other): return True\ndef order(v):\n    v.sort()"
    equal, changing = one_answer(source, "assert P() == P()", "assert order([3, 1]) is None")
    assert "NotCarried" in equal and changing is None
    assert any("test_helpers" in note for note in errors.notes)
    assert any("order returned None and changed" in note for note in errors.notes)


def test_the_author_hears_of_what_is_too_large_in_the_librarys_own_words():
    liar = "def f(x):\n    return x\ndata = bytearray(70_000_000)"
    (found,) = one_answer(liar, "assert f(1) == 1 and len(data) == 70_000_000")
    assert found.startswith("NotCarried: data is too large")


def test_hostile_text_costs_nobody_anything():
    deep = "+".join(["1"] * 20_000)
    nested = "(" * 5_000 + ")" * 5_000
    for own in (deep, nested, "%magic\n" * 2_000, "x = 1;" * 100_000):
        assert one_answer(SQUARE, ASKED, above=CLOSE, changed=None, own=own) == [None]
