"""The engine on small notebooks: isolation, trusted tests, time limits, fairness."""

import dataclasses
import json
import os
import sys
import time

import pytest
from engine import RULES, answer, cell_of_test, error, graded, locked, printed, run, submitted

from anuman.grading import worker
from anuman.grading.isolation import namespaces, seccomp
from anuman.grading.running import learner_outputs, session, shell

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


@pytest.fixture(scope="session", autouse=True)
def zygotes():
    yield
    worker.close()


# ---- walls --------------------------------------------------------------------------------------


def inside(code):
    """What a learner's code prints."""
    return printed(run(code)[0])


def test_the_learner_sees_a_read_only_system_and_one_folder(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    code = f"""
import os, pathlib
print(sorted(set(os.listdir('/')) - {{'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'usr'}}))
print(os.getcwd(), os.listdir('.'), os.getuid(), os.getpid(), sorted(p for p in os.listdir('/proc') if p.isdigit()))
print(os.path.exists({str(secret)!r}), os.path.exists('/etc/shadow'), os.path.exists('/sys'))
for place in ('/usr/x', '/etc/x', '/x', os.__file__ + 'x', '/dev/x', '/proc/sys/kernel/hostname'):
    try:
        open(place, 'w')
        print('WROTE', place)
    except OSError:
        pass
open('mine', 'w').write('x'); open('/tmp/mine', 'w').write('x')
print(sorted(k for k in os.environ if 'TOKEN' in k or 'PASS' in k or 'ANUMAN' in k))
"""
    lines = inside(code).splitlines()
    assert "'tmp'" in lines[0] and "'home'" not in lines[0] and "'sys'" not in lines[0]
    assert lines[1] == "/tmp/submission [] 1000 1 ['1']"
    assert lines[2] == "False False False"
    assert lines[3:] == ["[]"]


def test_each_notebook_has_namespaces_of_its_own():
    kinds = ("user", "mnt", "pid", "net", "ipc", "uts")
    code = f"import os\nprint([os.readlink('/proc/self/ns/' + k) for k in {kinds!r}])"
    first, second = eval(inside(code)), eval(inside(code))
    ours = [os.readlink(f"/proc/self/ns/{kind}") for kind in kinds]
    assert not set(first) & set(ours)
    assert not set(second) & set(ours)


def test_no_rights_and_filtered_calls():
    code = """
import ctypes, os, socket
status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())
print([status[k].strip() for k in ('CapEff', 'CapPrm', 'CapInh', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp')])
libc = ctypes.CDLL(None, use_errno=True)
def errno(result): return ctypes.get_errno() if result < 0 else 'DONE'
print(errno(libc.unshare(0x10000000)), errno(libc.mount(b'x', b'/tmp', b'tmpfs', 0, None)),
      errno(libc.ptrace(0, 0, 0, 0)), errno(libc.syscall(435, 0, 0)), errno(libc.setuid(0)))
for family in (socket.AF_INET, socket.AF_INET6, 16, 40):
    try:
        socket.socket(family, socket.SOCK_STREAM); print('SOCKET', family)
    except OSError: pass
socket.socketpair()
"""
    lines = inside(code).splitlines()
    none = "0" * 16
    assert eval(lines[0])[:3] == [none] * 3 and eval(lines[0])[4:] == [none, "1", "2"]
    assert lines[1] in ("1 1 1 38 1", "1 1 1 38 22")  # 22: there is no user 0 in this namespace
    assert len(lines) == 2


def test_limits_of_memory_disk_files_and_processes():
    rules = dataclasses.replace(RULES, memory=512 << 20, disk=8 << 20, processes=20)
    code = """
def tried(what):
    try:
        what(); print('DONE')
    except (MemoryError, OSError, RuntimeError) as error:
        print(type(error).__name__)
import os, threading, time
tried(lambda: bytearray(1 << 30))
def fill():
    with open('big', 'wb') as file:
        for _ in range(20): file.write(bytes(1 << 20))
tried(fill)
os.remove('big')
tried(lambda: [open('/dev/null') for _ in range(2000)])
tried(lambda: [threading.Thread(target=time.sleep, args=(60,), daemon=True).start() for _ in range(200)])
"""
    outputs = run(code, "assert 1", rules=rules)
    assert printed(outputs[0]).split() == ["MemoryError", "OSError", "OSError", "RuntimeError"]
    assert error(outputs[1]) is None


@pytest.mark.parametrize(
    "holding",
    [
        "held = bytearray(b'x') * (150 << 20)",
        "held = mmap.mmap(-1, 150 << 20)\n"
        "        for at in range(0, 150 << 20, 4096): held[at] = 1",
    ],
)
def test_memory_of_all_processes_together_is_limited(holding):
    rules = dataclasses.replace(RULES, memory=300 << 20)
    code = f"""
import mmap, os, time
for _ in range(4):
    if os.fork() == 0:
        {holding}
        time.sleep(60)
time.sleep(30)
"""
    outputs = run(code, "assert 1", rules=rules)
    assert error(outputs[0]).startswith("DeadKernelError")  # not the time limit's error
    assert error(outputs[1]) is None


def test_nothing_that_the_code_started_survives():
    mark = f"anuman-survivor-{os.getpid()}"
    code = f"""
import subprocess, sys
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', {mark!r}], start_new_session=True)
print('started')
"""
    assert inside(code) == "started\n"
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and mark in command_of(pid)]


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


@pytest.mark.parametrize("machine", seccomp.AUDIT_ARCH)
def test_the_filter_is_whole_instructions(machine):
    code = seccomp.program(machine)
    assert len(code) % 8 == 0 and len(code) // 8 < 4096
    for at in range(0, len(code), 8):
        kind, if_true, if_false, _k = seccomp.struct.unpack_from("=HBBI", code, at)
        assert kind == seccomp.RETURN or at // 8 + 1 + max(if_true, if_false) < len(code) // 8
    assert kind == seccomp.RETURN


def test_a_failed_step_is_named():
    failed = namespaces.SandboxError("unshare user", 28)
    assert "unshare user" in str(failed) and "ENOSPC" in str(failed)


# ---- what learners may not import -----------------------------------------------------------------


def test_modules_that_are_the_task():
    code = """
import anuman.check
from anuman.check import check, examples
print(check('x', 1), '|')
for name in ('anuman.physics', 'anuman.physics.roofline', 'anuman.check.task'):
    try:
        __import__(name); print('IMPORTED', name)
    except ImportError as error:
        print(str(error).splitlines()[0])
import anuman, os
print(os.listdir(anuman.__path__[0] + '/physics'), os.listdir(anuman.__path__[0] + '/check'))
"""
    said = inside(code)
    assert "check() is your teacher's" in said and "None |" in said
    assert said.count("write this yourself: this is the task") == 3
    assert said.endswith("[] []\n")


# ---- trusted tests -------------------------------------------------------------------------------


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


# ---- time ---------------------------------------------------------------------------------------

QUICK = dataclasses.replace(RULES, cell_s=1)


def test_a_slow_cell_loses_its_own_points_only():
    source = "def slow(x):\n    while True:\n        pass\ndef fast(x): return x"
    outputs = run(source, "slow(1)", "assert fast(2) == 2", rules=QUICK)
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert error(outputs[2]) is None


def test_a_deaf_function_is_killed_and_the_state_comes_back():
    source = (
        "def deaf(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\ndef fast(x): return x"
    )
    outputs = run(source, "deaf(1)", "assert fast(2) == 2", rules=QUICK)
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert error(outputs[2]) is None


def test_a_test_that_catches_everything_ends_too():
    source = "def slow(x):\n    while True: pass"
    trying = "for i in range(1000):\n    try:\n        slow(1)\n    except BaseException: pass\nprint('end')"
    outputs = run(source, trying, "assert 1", rules=QUICK)
    assert error(outputs[1]).startswith("CellTimeoutError") and printed(outputs[1]) == "end\n"
    assert error(outputs[2]) is None


def test_a_loop_in_the_test_itself_ends():
    outputs = run(
        "x = 1",
        "while True:\n    try:\n        while x: pass\n    except BaseException: pass",
        "assert x",
        rules=QUICK,
    )
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert error(outputs[2]) is None


def test_the_submission_has_a_limit_too():
    rules = dataclasses.replace(RULES, cell_s=30, submission_s=2)
    started = time.monotonic()
    outputs = run("import time\ntime.sleep(60)", "assert 1", rules=rules)
    assert error(outputs[0]).startswith("CellTimeoutError")
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert time.monotonic() - started < 20


# ---- features of a kernel ------------------------------------------------------------------------


def test_kernel_features_work():
    source = """
%time 1
!echo from the shell
import asyncio, subprocess, sys
await asyncio.sleep(0)
from IPython.display import display, Markdown, HTML, clear_output
print('gone'); clear_output()
display(HTML('<script>alert(1)</script>'))
subprocess.run(['echo', 'low level'])
print('oops', file=sys.stderr)
_ = 5
value = %sx echo captured
print(value)
exit()
42
"""
    outputs = run(source)[0]
    text = printed(outputs)
    assert "low level" in text and "['captured']" in text and "gone" not in text
    assert [o for o in outputs if o.get("name") == "stderr"]
    assert outputs_of(outputs, "execute_result")[0]["data"] == {"text/plain": "42"}
    assert "script" not in json.dumps(outputs)


def outputs_of(outputs, kind):
    return [one for one in outputs if one["output_type"] == kind]


def test_output_is_limited():
    outputs = run("while True:\n    print('x' * 10000)", rules=QUICK)[0]
    assert len(json.dumps(outputs)) < 1_300_000


# ---- fairness ------------------------------------------------------------------------------------

CELLS = [
    locked("import math"),
    answer("def f(x):\n    raise NotImplementedError"),
    cell_of_test("assert f(3) == 9", "t"),
]
RIGHT = "def f(x): return x * x"


def passed(content, **files):
    outcome = graded(CELLS, content, **files)
    assert outcome.problem is None
    cells = {cell.grade_id: cell for cell in outcome.notebooks[0].cells if cell.grade_id}
    return error(cells["t"].outputs) is None, outcome.notes


def changed(**values):
    notebook = json.loads(submitted(("setup", "import math"), ("answer", RIGHT), ("t", "1")))
    return json.dumps(notebook | values).encode()


ODD = {
    "as it should be": changed(),
    "odd kernelspec": changed(metadata={"kernelspec": {"name": "R", "display_name": 3}}),
    "no metadata": changed(metadata=None),
    "old format": changed(nbformat=4, nbformat_minor=0),
    "format 3": json.dumps({"nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "code", "input": RIGHT, "metadata": {"nbgrader": {"grade_id": "answer"}}}]}]}).encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + changed(),
    "a forged test": submitted(("answer", RIGHT), ("t", "raise ValueError")),
    "tests deleted": submitted(("answer", RIGHT)),
    "reordered": submitted(("t", "1"), ("answer", RIGHT), ("setup", "")),
    "an untouched copy first": submitted(("answer", "def f(x):\n    raise NotImplementedError"), ("answer", RIGHT)),
    "an untouched copy after": submitted(("answer", RIGHT), ("answer", "def f(x):\n    raise NotImplementedError")),
    "a second try after": submitted(("answer", "def f(x): return 0"), ("answer", RIGHT)),
    "a split cell": submitted(("answer", "k = 1"), ("answer", RIGHT)),
    "in a cell of its own": submitted((None, RIGHT)),
    "cells of odd shape": json.dumps({"nbformat": 4, "cells": [3, None, {"cell_type": 7},
        {"cell_type": "code", "source": RIGHT, "metadata": {"nbgrader": {"grade_id": "answer", "points": 1e9}}}]}).encode(),
    "own cells that fail": submitted((None, "1/0"), ("answer", RIGHT), (None, "import os\nos._exit(0)")),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_notebooks_earn_what_the_answer_deserves(name):
    assert passed(ODD[name])[0]


BAD = {
    "not json": b"{",
    "empty": b"",
    "a list": b"[1]",
    "deep": b"[" * 1_000_000,
    "not text": b"\xff\xfe\x00",
    "long number": b'{"cells": ' + b"9" * 100_000 + b"}",
    "many cells": json.dumps({"cells": [{}] * 20_000}).encode(),
}


@pytest.mark.parametrize("name", BAD)
def test_unreadable_notebooks_are_reported(name):
    outcome = graded(CELLS, BAD[name])
    assert outcome.problem is None
    assert not outcome.notebooks[0].found
    assert "nb.ipynb cannot be graded" in outcome.notes[0]


def test_a_renamed_file_is_found():
    outcome = graded(CELLS, b"", **{"my homework (1).ipynb": changed()})
    assert outcome.notebooks[0].found
    assert any("is graded as nb.ipynb" in note for note in outcome.notes)


def test_extra_files_lie_beside_the_notebook():
    content = submitted(("answer", "def f(x): return int(open('data/nine.txt').read())"))
    assert passed(content, **{"data/nine.txt": b"9"})[0]


# ---- without isolation ---------------------------------------------------------------------------


def test_unsafe_runs_still_keep_tests_apart_and_time():
    rules = dataclasses.replace(QUICK, isolate=False)
    source = "import numpy as np\nnp.allclose = lambda *a: True\ndef f(x): return x\ndef slow():\n    while True: pass"
    outputs = run(
        source,
        "import numpy as np\nassert np.allclose(f(1), 2)",
        "slow()",
        "assert f(2) == 2",
        rules=rules,
    )
    assert [error(one) and error(one).split(":")[0] for one in outputs[1:]] == [
        "AssertionError",
        "CellTimeoutError",
        None,
    ]


# ---- what a learner's process does to the worker --------------------------------------------------

LEARNER_ITSELF = """
import gc, time
learner = next(one for one in gc.get_objects() if type(one).__name__ == 'Learner')
"""


def test_a_process_that_stops_reading_is_given_up():
    deaf = LEARNER_ITSELF + "learner._channel.receive = lambda *a, **k: time.sleep(10**6)"
    content = submitted((None, deaf), (None, f"x = '{'x' * 900_000}'"), ("answer", RIGHT))
    started = time.monotonic()
    outcome = graded(CELLS, content, QUICK)
    assert time.monotonic() - started < 20
    cells = outcome.notebooks[0].cells
    assert error(cells[1].outputs).startswith("CellTimeoutError")
    assert error(cells[-1].outputs)  # its first cell does the same to each new process


def test_a_frame_that_would_keep_the_worker_busy_costs_its_sender_only():
    forged = """
import struct
items = b','.join(b'%d' % ((2**61 - 1) * k) for k in range(1, 200_000))
head = b'[[],["l",%d,"ok",["s",' % learner._request + items + b'],["l"]]]'
learner._channel.socket.sendall(struct.pack('<II', len(head), 0) + head)
"""
    started = time.monotonic()
    outcome = graded(CELLS, submitted((None, LEARNER_ITSELF + forged), ("answer", RIGHT)), QUICK)
    assert time.monotonic() - started < 15
    assert error(outcome.notebooks[0].cells[-1].outputs) is None


def test_outputs_of_a_notebook_are_limited(monkeypatch):
    monkeypatch.setattr(learner_outputs, "MOST_OUTPUT", 100_000)
    own = [(None, f"print('{letter}' * 40_000)") for letter in "abcde"]
    outcome = graded(CELLS, submitted(*own, (None, "print('few')"), ("answer", RIGHT)))
    texts = [printed(cell.outputs) for cell in outcome.notebooks[0].cells]
    assert [text[:1] for text in texts[:2]] == ["a", "b"]
    assert texts[2:5] == [shell.MORE] * 3
    assert texts[5] == "few\n"
    assert error(outcome.notebooks[0].cells[-1].outputs) is None


def test_outputs_are_rebuilt_within_limits():
    long = "x" * 3_000_000
    made = learner_outputs._output({"output_type": "stream", "name": "stdout", "text": long})
    assert len(made["text"]) == shell.MOST_TEXT + len(shell.MORE)
    made = learner_outputs._output({"output_type": "display_data", "data": {"image/png": long}})
    assert made["data"] == {"image/png": long}
    for count, kept in ((3, 3), (-1, None), (True, None), (1 << 70, None), ("1", None)):
        one = {"output_type": "execute_result", "data": {}, "execution_count": count}
        assert learner_outputs._output(one)["execution_count"] == kept
    many = {"output_type": "error", "traceback": ["x"] * 10_000}
    assert len(learner_outputs._output(many)["traceback"]) == 200


def test_replays_end_with_the_time_of_the_submission(monkeypatch):
    late, ask = [], session.Session._ask

    def watched(self, process, request, seconds):
        if request[0] == "run" and time.monotonic() > self.end:
            late.append(request)
        return ask(self, process, request, seconds)

    monkeypatch.setattr(session.Session, "_ask", watched)
    rules = dataclasses.replace(QUICK, submission_s=4)
    source = """
calls = 0
def f(x):
    global calls
    calls += 1
    return x * x
def end():
    import os
    os._exit(0)
"""
    slow = """
import time
if not calls:
    try: time.sleep(60)
    except KeyboardInterrupt: time.sleep(0.9)
"""
    tests = [cell_of_test("assert f(3) == 9", "t"), cell_of_test("end()", "u")]
    tests.append(cell_of_test("assert f(1) == 1", "v"))
    own = [(None, slow)] * 15
    content = submitted(("answer", source), ("t", ""), *own, ("u", ""), ("v", ""))
    outcome = graded([answer(), *tests], content, rules)
    assert late == []
    found = {cell.grade_id: error(cell.outputs) for cell in outcome.notebooks[0].cells}
    assert found["t"] is None and found["u"] and found["v"]
