"""Tests and answers in two processes: what crosses between them, and what a lie earns."""

import json
import sys

import pytest
from engine import error, run

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.usefixtures("zygotes"),
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


def test_what_crosses():
    source = """
import numpy as np
count = 0
def double(x): return 2 * x
def swap(a, *, b=3): return b, a
def apply(f, values): return [f(v) for v in values]
def adder(n): return lambda x: x + n
def counted():
    global count
    count += 1
    return count
def countdown(n):
    while n: yield n; n -= 1
def fail(kind): raise kind('no')
class TooSmall(ValueError): pass
def check_size(x):
    if x < 3: raise TooSmall(x)
def hello(): print('hello')
class Stack:
    size = 0
    def __init__(self, start=()): self.items = list(start)
    def push(self, item): self.items.append(item)
    def pop(self): return self.items.pop()
    def __len__(self): return len(self.items)
def whole(): return Stack([1])
def noisy():
    import warnings, sys
    warnings.warn('careful'); print('x', file=sys.stderr); return 1
def clear(values): values.clear()
table = {'a': [1, (2, 3)]}
def draw():
    import random
    return random.random(), np.random.rand()
"""
    tests = [
        "import numpy as np\nassert double(2) == 4 and double('a') == 'aa'\n"
        "np.testing.assert_allclose(double(np.arange(3)), [0, 2, 4])\n"
        "assert type(double(np.float32(1))) is np.float32",
        "assert swap(1) == (3, 1) and swap(a=1, b=2) == (2, 1)\n"
        "import inspect\nassert list(inspect.signature(swap).parameters) == ['a', 'b']\n"
        "assert swap.__name__ == 'swap' and 'return b, a' in inspect.getsource(swap)",
        "seen = []\ndef note(x):\n    seen.append(x)\n    return double(x)\n"
        "assert apply(note, (1, 2)) == [2, 4] and seen == [1, 2]",
        "assert adder(3)(4) == 7 and apply(adder(1), [1]) == [2]",
        "assert counted() == 1 and counted() == 2",
        "assert count == 2",
        "assert list(countdown(3)) == [3, 2, 1] and sum(countdown(3)) == 6",
        "try:\n    fail(KeyError)\nexcept KeyError as e:\n    assert e.args == ('no',)\n"
        "try:\n    fail(SystemExit)\nexcept Exception as e:\n    pass",
        "try:\n    check_size(1)\nexcept TooSmall as e:\n    assert isinstance(e, ValueError)\n"
        "else:\n    raise AssertionError",
        "import contextlib, io\nheard = io.StringIO()\nwith contextlib.redirect_stdout(heard):\n"
        "    hello()\nassert heard.getvalue() == 'hello\\n'",
        "s = Stack([1])\ns.push(2)\nassert s.pop() == 2 and s.items == [1] and s.size == 0\n"
        "assert isinstance(s, Stack) and isinstance(whole(), Stack)\n"
        "from anuman.grading import test_helpers\nassert test_helpers.special(s, '__len__') == 1",
        "assert noisy() == 1",
        "from anuman.grading import test_helpers\nresult, (after,) = test_helpers.changed(clear, [1, 2])\n"
        "assert result is None and after == []",
        "assert table == {'a': [1, (2, 3)]}",
        "import random\nimport numpy as np\nrandom.seed(1); np.random.seed(1)\na = draw()\n"
        "random.seed(1); np.random.seed(1)\nassert draw() == a == draw.__call__() or draw() != a\n"
        "random.seed(1); np.random.seed(1)\nassert (random.random(), np.random.rand()) == a",
        "assert next(iter([double(1)])) == 2\n0.25",
    ]  # fmt: skip
    outputs = run(source, *tests)
    assert [error(one) for one in outputs] == [None] * len(outputs)
    assert outputs[-1][-1]["data"]["text/plain"] == "0.25"


LIES = {
    "always equal": (
        "class Any:\n    def __eq__(self, other): return True\n    def __bool__(self): return True\n"
        "def f(x): return Any()",
        "assert f(3) == 9",
    ),
    "equal float": (
        "class Any(float):\n    def __eq__(self, other): return True\ndef f(x): return Any(1)",
        "assert f(3) == 9",
    ),
    "array that lies": (
        "import numpy as np\nclass Any(np.ndarray):\n    def __eq__(self, o): return True\n"
        "    def __array_ufunc__(self, *a, **k): return True\n"
        "def f(x): return np.zeros(3).view(Any)",
        "import numpy as np\nassert np.allclose(f(3), [9, 9, 9])",
    ),
    "shape that lies": (
        "class Any:\n    shape = (2, 3)\ndef f(x): return Any()",
        "assert f(3).shape == (2, 3)",
    ),
    "patched NumPy": (
        "import numpy as np\nnp.allclose = np.testing.assert_allclose = lambda *a, **k: True\n"
        "def f(x): return 0",
        "import numpy as np\nassert np.allclose(f(3), 9)",
    ),
    "patched builtins": (
        "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.AssertionError = None\n"
        "abs = lambda x: 0\ndef f(x): return 0",
        "assert abs(f(3) - 9) < 1",
    ),
    "overridden helper": (
        "def close(a, b): return True\ndef f(x): return 0",
        "assert close(f(3), 9)",
    ),
    "transformer": (
        "ip = get_ipython()\nip.input_transformers_cleanup.append(lambda lines: ['1\\n'])\n"
        "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, n): return ast.Pass()\n"
        "ip.ast_transformers.append(T())\ndef f(x): return 0",
        "assert f(3) == 9",
    ),
    "module that is none": (
        "import builtins as np\ndef f(x): return 0",
        "assert np.abs(f(3) - 9) < 1",
    ),
    "peeking at the stack": (
        "import sys, gc\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n"
        "        for v in list(frame.f_locals.values()) + list(frame.f_globals.values()):\n"
        "            if v == 987654: return v\n        frame = frame.f_back\n"
        "    return [o for o in gc.get_objects() if isinstance(o, dict) and 987654 in o.values()]",
        "expected = 987654\nassert f(3) == expected",
    ),
    "forged frames": (
        "import json, os, struct\ndef f(x):\n    for n in range(2000):\n"
        "        head = json.dumps([[], ['l', n, 'ok', ['l', 9, None], ['l']]]).encode()\n"
        "        os.write(3, struct.pack('<II', len(head), 0) + head)\n    return 0",
        "assert f(3) == 9",
    ),
    "junk on the wire": (
        "import os\ndef f(x):\n    os.write(3, b'x' * 100)\n    return 9",
        "assert f(3) == 9",
    ),
    "callback that looks back": (
        "def f(g):\n    return g.__globals__['expected']",
        "expected = 9\nassert f(lambda: 0) == 9",
    ),
    "exit": ("import sys\ndef f(x): sys.exit(0)", "assert f(3) == 9"),
    "base exception": ("def f(x): raise BaseException", "assert f(3) == 9"),
    "process that ends": ("import os\ndef f(x): os._exit(0)", "assert f(3) == 9"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_earns_nothing_and_costs_nobody(name):
    source, test = LIES[name]
    setup = "def close(a, b):\n    return abs(a - b) < 1e-9"
    outputs = run(source, test, "assert 1 + 1 == 2", setup=setup)
    assert error(outputs[1]) is not None
    assert error(outputs[2]) is None


def test_hidden_inputs_do_not_show():
    source = """
import sys, warnings
def f(x):
    print('secret', x); print('secret', x, file=sys.stderr); warnings.warn(f'secret {x}')
    import os; os.write(1, b'secret'); os.system('echo secret')
    raise type(f'secret{x}', (ValueError,), {})(f'secret {x}')
"""
    outputs = run(source, "f(271828)", "try:\n    f(271828)\nexcept ValueError:\n    pass")
    assert error(outputs[1]).startswith("ValueError") and error(outputs[2]) is None
    assert "271828" not in json.dumps(outputs) and "secret" not in json.dumps(outputs)


@pytest.mark.parametrize(
    "test", ["raise ExceptionGroup('two', [ValueError('a')])", "%no_such_magic", "%%time", "1 +"]
)
def test_an_error_that_ipython_only_prints_is_an_error(test):
    _answer, outputs = run("def f(x):\n    return x", test)
    assert error(outputs)


def test_the_author_is_told_what_cannot_cross():
    source = (
        "def clear(values): values.clear()\nclass Odd: pass\ndef odd(): return Odd()\n"
        "def f(x): return x"
    )
    outputs = run(source, "clear([1])", "len(odd())", "f(object())", "odd() + 1")
    assert error(outputs[1]) is None and any("test_helpers.changed" in note for note in run.notes)
    for one in outputs[2:]:
        assert "test_helpers" in error(one)
